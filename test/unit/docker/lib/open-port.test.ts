import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openPort } from '../../../../docker/lib/open-port.ts';

const servers: ReturnType<typeof createServer>[] = [];
const server = () => {
  const made = createServer();
  servers.push(made);
  return made;
};

afterEach(() => {
  for (const one of servers.splice(0)) one.close();
});

describe('a port', () => {
  it('is one listener’s alone', async () => {
    const port = await openPort(server(), { address: '127.0.0.1', port: 0 });
    await expect(openPort(server(), { address: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE');
  });

  // SO_REUSEPORT spreads connections on Linux; elsewhere it means something else, and Node refuses it.
  it.runIf(process.platform === 'linux')('is shared by those who all say so', async () => {
    const port = await openPort(server(), { address: '127.0.0.1', port: 0, reusePort: true });
    const again = await openPort(server(), { address: '127.0.0.1', port, reusePort: true });
    expect(again).toBe(port);
  });
});
