import { Agent, request } from 'node:http';
import type { ClientRequest } from 'node:http';
import * as http2 from 'node:http2';
import type { Book } from './book.ts';

export interface Load {
  stop(): Promise<void>;
  readonly inFlight: number;
}

/** Of all requests: over HTTP/2; by clients that vanish in the middle; with a body in chunks. */
const overHttp2 = 0.25;
const vanishing = 0.05;
const withBody = 0.2;
/** Their work is what the target is; the rest is for routes, rules and caches to tell apart. */
const paths = [
  '/',
  '/api/items?id=7',
  '/cached',
  '/shop/a',
  '/search?q=1%27%20or%20%271%27=%271',
  '/img/x.png',
];

/** So many requests a second, open loop, over kept and new connections, HTTP/1 and HTTP/2. */
export function startLoad(port: number, rate: number, book: Book, random: () => number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 150 });
  const sessions: http2.ClientHttp2Session[] = [];
  let inFlight = 0;
  let number = 0;

  const plan = () => {
    const id = `s${(number += 1)}`;
    const path = paths[Math.floor(random() * paths.length)] ?? '/';
    const body = random() < withBody ? Buffer.alloc(1 + Math.floor(random() * 20_000), 'x') : null;
    const leaveAfterMs = random() < vanishing ? random() * 40 : null;
    inFlight += 1;
    book.sent(id);
    let done = false;
    const heard: Book['heard'] = (which, outcome) => {
      if (done) return;
      done = true;
      inFlight -= 1;
      book.heard(which, outcome);
    };
    return { id, path, body, leaveAfterMs, heard };
  };

  const overOne = () => {
    const { id, path, body, leaveAfterMs, heard } = plan();
    const asked: ClientRequest = request(
      {
        port,
        host: '127.0.0.1',
        path,
        method: body === null ? 'GET' : 'POST',
        headers: { 'x-request-id': id, 'x-blindspot-client': 'soak', 'accept-encoding': 'gzip' },
        // Some open a connection of their own each time.
        agent: random() < 0.1 ? false : agent,
      },
      (answer) => {
        answer.on('data', () => undefined);
        answer.on('end', () => heard(id, answer.complete ? { status: answer.statusCode ?? 0 } : 'failed'));
        answer.on('error', () => heard(id, 'failed'));
        answer.on('close', () => heard(id, 'failed'));
      },
    );
    asked.on('error', () => heard(id, 'failed'));
    if (leaveAfterMs !== null) {
      setTimeout(() => {
        heard(id, 'vanished');
        asked.destroy();
      }, leaveAfterMs);
    }
    if (body === null) asked.end();
    else {
      asked.write(body.subarray(0, body.length / 2));
      setImmediate(() => asked.end(body.subarray(body.length / 2)));
    }
  };

  const session = () => {
    const at = Math.floor(random() * 4);
    const known = sessions[at];
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const made = http2.connect(`http://127.0.0.1:${port}`);
    made.on('error', () => undefined);
    sessions[at] = made;
    return made;
  };

  const overTwo = () => {
    const { id, path, body, leaveAfterMs, heard } = plan();
    const headers = {
      ':path': path,
      ':method': body === null ? 'GET' : 'POST',
      'x-request-id': id,
      'x-blindspot-client': 'soak',
    };
    const over = session();
    const stream = over.request(headers, { endStream: body === null });
    let status = 0;
    stream.on('response', (head) => (status = head[':status'] ?? 0));
    stream.on('data', () => undefined);
    stream.on('error', () => undefined);
    stream.on('close', () => heard(id, stream.rstCode === 0 && status !== 0 ? { status } : 'failed'));
    if (body !== null) stream.end(body);
    if (leaveAfterMs !== null) {
      setTimeout(() => {
        heard(id, 'vanished');
        stream.close(http2.constants.NGHTTP2_CANCEL);
      }, leaveAfterMs);
    }
  };

  let due = performance.now();
  const timer = setInterval(() => {
    // What a stall of this process held back is not sent in one go: the load is bounded.
    if (performance.now() - due > 500) due = performance.now() - 500;
    for (; due < performance.now(); due += 1000 / rate) {
      if (inFlight > 2000) continue;
      if (random() < overHttp2) overTwo();
      else overOne();
    }
  }, 5);

  return {
    async stop() {
      clearInterval(timer);
      for (const until = Date.now() + 20_000; inFlight > 0 && Date.now() < until;) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      agent.destroy();
      for (const one of sessions) one.destroy();
    },
    get inFlight() {
      return inFlight;
    },
  };
}
