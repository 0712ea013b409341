//  client --data--> target, target --onread--> client        no guard, no counters, no life after the happy path
import { connect, createServer } from 'node:net';
import type { Place } from './balancer.ts';

const [port = '0', list = '[]'] = process.argv.slice(2);
const targets = JSON.parse(list) as readonly Place[];
const buffer = Buffer.allocUnsafeSlow(64 * 1024);
let turn = -1;

createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  turn = (turn + 1) % targets.length;
  const { address = '', port: to = 0 } = targets[turn] ?? {};
  const target = connect({
    host: address,
    port: to,
    noDelay: true,
    allowHalfOpen: true,
    onread: {
      buffer,
      callback(length, bytes) {
        // A copy: what the kernel did not take at once would be overwritten by the next read.
        return client.write(Buffer.from(bytes.subarray(0, length)));
      },
    },
  });
  client.on('data', (chunk) => {
    if (!target.write(chunk)) client.pause();
  });
  client.on('drain', () => target.resume());
  target.on('drain', () => client.resume());
  client.on('end', () => target.end());
  target.on('end', () => client.end());
  client.on('error', () => target.destroy());
  target.on('error', () => client.destroy());
}).listen({ host: '127.0.0.1', port: Number(port), backlog: 4096 });
