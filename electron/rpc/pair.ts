import type { Channel } from './channel.ts';
import { textChannel } from './wire.ts';
import type { TextChannel } from './wire.ts';

/** Two ends of one channel in memory: the command line's way to the host, and the tests'. */
export function channelPair(): readonly [Channel, Channel] {
  // In a later turn, as no real channel calls back at once; and as text, so that only what crosses all crosses here.
  const end = (peer: () => TextChannel): TextChannel =>
    textChannel({
      send: (text) => {
        queueMicrotask(() => peer().receive(text));
      },
      close: () => {
        queueMicrotask(() => peer().closed());
      },
    });
  const left: TextChannel = end(() => right);
  const right: TextChannel = end(() => left);
  return [left.channel, right.channel];
}
