import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { certificates, identityOf } from '../../support/certificates.ts';
import { waitUntil } from '../../support/wait.ts';
import { cleanUp, onCleanUp, proxyTo, raw } from '../../unit/docker/l7/rig.ts';
import { switching, upgrade } from './scripts/hops.ts';

/** Libraries that others wrote, at both ends of our proxy. */
afterEach(cleanUp);

async function proxies(targets: readonly number[], http2 = false) {
  const settings = { tls: { on: true }, ...(http2 ? { pool: { protocol: 'http2' as const } } : {}) };
  const inTheClear = await proxyTo(targets, { ...settings, tls: { on: false } });
  const overTls = await proxyTo(targets, settings, undefined, await identityOf('site'));
  return { inTheClear: inTheClear.port, overTls: overTls.port };
}

describe('ws', () => {
  async function chat() {
    const server = createServer();
    const sockets = new WebSocketServer({
      server,
      handleProtocols: (offered) => (offered.has('chat') ? 'chat' : false),
    });
    sockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer, binary) => {
        if (!binary && data.toString() === 'bye') socket.close(4001, 'as you wish');
        else socket.send(data, { binary });
      });
      socket.on('ping', (data) => socket.send(`pinged ${data.toString()}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onCleanUp(() => {
      for (const one of sockets.clients) one.terminate();
      server.close();
    });
    const { inTheClear, overTls } = await proxies([(server.address() as AddressInfo).port]);
    return [`ws://127.0.0.1:${inTheClear}`, `wss://127.0.0.1:${overTls}`];
  }

  it('talks through it: text, binary, fragments, pings, sizes, and a close with its code', async () => {
    for (const url of await chat()) {
      const { authority } = await certificates();
      // ws hands what it does not know on to node's own TLS.
      const tls: object = { ca: authority, servername: 'app.lab' };
      const socket = new WebSocket(url, ['chat'], { ...tls, headers: { host: 'app.lab' } });
      onCleanUp(() => socket.terminate());
      const heard: (string | Buffer)[] = [];
      let closed = '';
      socket.on('message', (data: Buffer, binary) => heard.push(binary ? data : data.toString()));
      socket.on('close', (code, reason) => (closed = `${code} ${String(reason)}`));
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      expect(socket.protocol).toBe('chat');
      const large = randomBytes(1_000_000);
      socket.send('hello');
      socket.send('in ', { fin: false });
      socket.send('pieces', { fin: true });
      socket.ping('are you there');
      socket.send(large);
      await waitUntil(() => heard.length === 4, 20_000, 'four messages');
      expect(heard.slice(0, 3)).toEqual(['hello', 'in pieces', 'pinged are you there']);
      expect(large.equals(heard[3] as Buffer)).toBe(true);
      socket.send('bye');
      await waitUntil(() => closed !== '', 20_000, 'the close');
      expect(closed).toBe('4001 as you wish');
    }
  });

  it('carries a tunnel byte for byte, whatever is in it, both ways at once', async () => {
    const [up, down] = [randomBytes(3_000_000), randomBytes(3_000_000)];
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    const got: Buffer[] = [];
    const port = await raw((socket) => {
      let head = '';
      socket.on('end', () => socket.end());
      socket.on('data', (chunk: Buffer) => {
        if (head.endsWith('\r\n\r\n')) got.push(chunk);
        else {
          head += chunk.toString('latin1');
          if (head.endsWith('\r\n\r\n')) socket.write(Buffer.concat([Buffer.from(switching), down]));
        }
      });
    });
    const { port: front } = await proxyTo([port]);
    const client = connect({ port: front, host: '127.0.0.1', allowHalfOpen: true });
    onCleanUp(() => client.destroy());
    const heard: Buffer[] = [];
    client.on('data', (chunk: Buffer) => heard.push(chunk));
    let over = false;
    client.on('end', () => (over = true));
    client.write(upgrade);
    await waitUntil(() => heard.length > 0, 20_000, 'the 101');
    client.end(up);
    await waitUntil(() => over && Buffer.concat(got).length >= up.length, 20_000, 'all of it');
    const all = Buffer.concat(heard);
    const at = all.indexOf('\r\n\r\n') + 4;
    expect(digest(all.subarray(at))).toBe(digest(down));
    expect(digest(Buffer.concat(got))).toBe(digest(up));
  });
});

describe('grpc-js', () => {
  const pass = (value: Buffer) => value;
  const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
    path: `/lab.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  });
  const methods = {
    say: method('Say', false, false),
    many: method('Many', false, true),
    gather: method('Gather', true, false),
    chat: method('Chat', true, true),
  };
  type Unary = grpc.ServerUnaryCall<Buffer, Buffer>;

  async function stubs() {
    const server = new grpc.Server();
    let cancelled = 0;
    server.addService(methods, {
      say: (call: Unary, answer: grpc.sendUnaryData<Buffer>) => {
        const text = call.request.toString();
        call.on('cancelled', () => (cancelled += 1));
        if (text === 'never') return;
        const trailers = new grpc.Metadata();
        trailers.set('x-last', String(call.metadata.get('x-first')[0] ?? ''));
        if (text === 'fail') answer({ code: grpc.status.NOT_FOUND, details: 'not here', metadata: trailers });
        else answer(null, call.request, trailers);
      },
      many: (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
        for (let i = 0; i < 100; i++) call.write(Buffer.from(`${i}`));
        call.end();
      },
      gather: (call: grpc.ServerReadableStream<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) => {
        let bytes = 0;
        call.on('data', (part: Buffer) => (bytes += part.length));
        call.on('end', () => answer(null, Buffer.from(String(bytes))));
      },
      chat: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', (part: Buffer) => call.write(part));
        call.on('end', () => call.end());
      },
    });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    onCleanUp(() => server.forceShutdown());
    const { inTheClear, overTls } = await proxies([port], true);
    const { authority } = await certificates();
    const named = { 'grpc.ssl_target_name_override': 'app.lab', 'grpc.default_authority': 'app.lab' };
    const all = [
      new grpc.Client(`127.0.0.1:${inTheClear}`, grpc.credentials.createInsecure()),
      new grpc.Client(`127.0.0.1:${overTls}`, grpc.credentials.createSsl(Buffer.from(authority)), named),
    ];
    onCleanUp(() => all.forEach((one) => one.close()));
    return { all, cancelled: () => cancelled };
  }

  it('calls, streams each way, fails and times out as without it', async () => {
    const { all, cancelled } = await stubs();
    for (const stub of all) {
      const before = cancelled();
      const say = (text: string, options: grpc.CallOptions = {}) =>
        new Promise<string>((resolve) => {
          const metadata = new grpc.Metadata();
          metadata.set('x-first', 'one');
          let last = '';
          const call = stub.makeUnaryRequest(
            methods.say.path,
            pass,
            pass,
            Buffer.from(text),
            metadata,
            options,
            (error, value) =>
              // The trailers come as the status, a moment after the value.
              setImmediate(() =>
                resolve(
                  `${error === null ? String(value?.length) : `${error.code} ${error.details}`} ${last}`,
                ),
              ),
          );
          call.on('status', ({ metadata: trailers }) => (last = String(trailers.get('x-last')[0] ?? '')));
        });
      expect(await say('hello')).toBe('5 one');
      expect(await say('x'.repeat(2_000_000))).toBe('2000000 one');
      expect(await say('fail')).toBe('5 not here one');
      expect(await say('never', { deadline: Date.now() + 400 })).toMatch(/^4 /);
      await waitUntil(() => cancelled() > before, 20_000, 'the server to hear of it');

      const many: string[] = [];
      const stream = stub.makeServerStreamRequest(methods.many.path, pass, pass, Buffer.from('x'));
      stream.on('data', (part: Buffer) => many.push(String(part)));
      const status = await new Promise<grpc.StatusObject>((resolve) =>
        stream.on('status', resolve).on('error', () => undefined),
      );
      expect([status.code, many.length, many.at(-1)]).toEqual([0, 100, '99']);

      const gathered = await new Promise<string>((resolve) => {
        const call = stub.makeClientStreamRequest(methods.gather.path, pass, pass, (error, value) =>
          resolve(error?.message ?? String(value)),
        );
        for (let i = 0; i < 50; i++) call.write(Buffer.alloc(10_000));
        call.end();
      });
      expect(gathered).toBe('500000');

      const echoed: string[] = [];
      const chat = stub.makeBidiStreamRequest(methods.chat.path, pass, pass);
      const over = new Promise((resolve) => chat.on('end', resolve).on('error', resolve));
      chat.on('data', (part: Buffer) => echoed.push(String(part)));
      for (const word of ['one', 'two', 'three']) {
        chat.write(Buffer.from(word));
        // Each is heard before the next is said: nothing on the way waits for more.
        await waitUntil(() => echoed.includes(word), 20_000, word);
      }
      chat.end();
      await over;
      expect(echoed).toEqual(['one', 'two', 'three']);
    }
  });
});
