import type { HttpScript } from '../http-script.ts';
import { usual } from '../http-script.ts';
import { switching, upgrade } from './hops.ts';

const get = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n';
const post = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
const hangUpOnce: HttpScript['answer'] = ({ turn }, socket) => {
  if (turn > 1) return usual('second');
  socket.destroy();
  return null;
};
const silent: HttpScript['answer'] = () => null;

/** Targets that are gone or silent, and clients that are: who is told what, and what is tried again. */
export const failing = {
  'nobody listens': { noBackend: true, send: [get], until: { answers: 1 } },
  'refused, and another one is there': { deadFirst: true, send: [get] },
  'refused, a POST, and another one is there': { deadFirst: true, send: [post] },
  'hung up on': {
    send: [get],
    answer: (_asked, socket) => {
      socket.destroy();
      return null;
    },
    until: { answers: 1 },
  },
  'hung up on a GET, with a retry': { wishes: { retry: true }, twice: true, send: [get], answer: hangUpOnce },
  'hung up on a POST, with a retry': {
    wishes: { retry: true },
    twice: true,
    send: [post],
    answer: hangUpOnce,
    until: { answers: 1 },
  },
  'cut in the answer, with a retry': {
    wishes: { retry: true },
    twice: true,
    send: [get],
    answer: (_asked, socket) => {
      socket.end('HTTP/1.1 200 OK\r\nX-From: b\r\nContent-Length: 10\r\n\r\nhello');
      return null;
    },
    until: { answers: 1 },
  },
  'no answer in time': { wishes: { answerMs: 300 }, send: [get], answer: silent, until: { answers: 1 } },
  'no answer in time, a POST': {
    wishes: { answerMs: 300 },
    send: [post],
    answer: silent,
    until: { answers: 1 },
  },
  'an answer that stops': {
    wishes: { answerMs: 300 },
    send: [get],
    answer: (_asked, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-From: b\r\nContent-Length: 10\r\n\r\nhello');
      return null;
    },
    until: 'closed',
  },
  'a head that stops': { wishes: { clientMs: 300 }, send: ['GET /a HTTP/1.1\r\nHos'], until: 'closed' },
  'a body that stops': {
    wishes: { clientMs: 300 },
    send: ['POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe'],
    until: 'closed',
  },
  'an idle connection': { wishes: { keepAliveMs: 300 }, send: [get], until: 'closed' },
  'a tunnel that is silent': {
    wishes: { answerMs: 300 },
    send: [upgrade],
    answer: () => switching,
    until: 'closed',
  },
  'an answer before the request is over': {
    send: ['POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhe'],
    early: () => 'HTTP/1.1 413 Content Too Large\r\nX-From: b\r\nContent-Length: 2\r\n\r\nno',
    until: { answers: 1 },
  },
} satisfies Record<string, HttpScript>;
