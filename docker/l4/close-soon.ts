import type { Socket } from 'node:net';

/** A peer that takes nothing is not waited for: its window may stay shut for ever. */
const patienceMs = 5000;

/** FIN after what was already written. What still arrives is read and dropped, since unread bytes turn a close into RST. */
export function closeSoon(socket: Socket): void {
  if (socket.destroyed) return;
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), patienceMs).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.destroySoon();
}
