import type { Writable } from 'node:stream';
import type { Identity, WatchLine } from '../protocol/admin.ts';
import type { Context, Program } from './program-types.ts';

/**
 * One watcher: counters every so many milliseconds, request records with them, events at once.
 *
 *   event ring ---cursor--> NDJSON --> socket        A watcher that does not read is paused, not buffered for: the
 *   request ring -cursor-->    ^                     cursors stay where they are, the rings go on turning, and the
 *   stats() ------------- every ms                   sequence numbers show it what it missed.
 */
export function watch(
  out: Writable,
  options: { readonly everyMs: number; readonly after: number },
  identity: Identity,
  program: Program,
  context: Context,
): void {
  const reader = {};
  let eventsSeen = Math.min(options.after, context.events.last);
  let recordsSeen = context.records.last;
  let blocked = false;

  const send = (line: WatchLine) => {
    if (!out.write(`${JSON.stringify(line)}\n`)) blocked = true;
  };
  const sendEvents = () => {
    for (const event of context.events.after(eventsSeen)) {
      if (blocked) return;
      eventsSeen = event.seq;
      send({ kind: 'event', event });
    }
  };
  const sendSample = () => {
    if (blocked) return;
    send({ kind: 'stats', at: context.now(), stats: program.stats(reader) });
    const records = context.records.after(recordsSeen);
    recordsSeen = context.records.last;
    if (records.length > 0) send({ kind: 'requests', oneIn: context.records.oneIn, records });
  };

  send({ kind: 'hello', identity, at: context.now() });
  sendEvents();
  sendSample();
  const unsubscribe = context.events.subscribe(sendEvents);
  const timer = setInterval(sendSample, options.everyMs);
  out.on('drain', () => {
    blocked = false;
    sendEvents();
  });
  out.on('close', () => {
    clearInterval(timer);
    unsubscribe();
  });
}
