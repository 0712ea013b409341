import { frame, settings, types } from '../../../../support/http2-wire.ts';
import type { Frame } from '../../../../support/http2-wire.ts';
import { framesOf } from '../../../../support/http2-frames.ts';
import { raw } from '../rig.ts';

export interface FrameTarget {
  readonly port: number;
  /** What it heard, a list for each connection. */
  readonly connections: readonly (readonly Frame[])[];
  open(): number;
}

export interface AtTarget {
  /** From 0 on. */
  readonly connection: number;
  /** Of this connection, from 0 on. */
  readonly request: number;
  readonly stream: number;
  send(...frames: readonly Buffer[]): void;
  reset(): void;
}

const prefaceBytes = 24;

/** A target by the frame: greets, acknowledges SETTINGS, and does this to each request. */
export async function frameTarget(
  onRequest: (at: AtTarget) => void,
  greeting: Buffer = settings(),
): Promise<FrameTarget> {
  const connections: Frame[][] = [];
  let open = 0;
  const port = await raw((socket) => {
    const heard: Frame[] = [];
    const connection = connections.push(heard) - 1;
    let unread: Buffer = Buffer.alloc(0);
    let greeted = false;
    let requests = 0;
    open += 1;
    socket.on('close', () => (open -= 1));
    socket.on('end', () => socket.end());
    socket.write(greeting);
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      if (!greeted && unread.length < prefaceBytes) return;
      if (!greeted) unread = unread.subarray(prefaceBytes);
      greeted = true;
      for (const one of framesOf(unread)) {
        unread = unread.subarray(9 + one.payload.length);
        heard.push(one);
        if (one.type === types.settings && one.flags === 0) socket.write(frame(types.settings, 1, 0));
        if (one.type !== types.headers) continue;
        const send = (...frames: readonly Buffer[]) => void socket.write(Buffer.concat(frames));
        onRequest({
          connection,
          request: requests++,
          stream: one.stream,
          send,
          reset: () => socket.resetAndDestroy(),
        });
      }
    });
  });
  return { port, connections, open: () => open };
}
