import { connect } from 'node:net';

/** The status that these bytes are answered; 0 where the connection ends without one. */
export function ask(port: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    const done = (status: number) => {
      socket.destroy();
      resolve(status);
    };
    socket.setTimeout(3000, () => done(0));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const status = /^HTTP\/1\.\d (\d{3})/.exec(text)?.[1];
      if (status !== undefined && status !== '100') done(Number(status));
    });
    socket.on('error', () => done(0));
    socket.on('close', () => done(0));
    socket.write(bytes);
  });
}
