import type { Channel, Message } from './channel.ts';

/** Two ends of one channel in memory: the command line's way to the host, and the tests'. */
export function channelPair(): readonly [Channel, Channel] {
  const left = new End();
  const right = new End();
  left.peer = right;
  right.peer = left;
  return [left, right];
}

class End implements Channel {
  peer: End | undefined;
  private readonly messages: ((message: Message) => void)[] = [];
  private readonly closings: (() => void)[] = [];
  private closed = false;

  post(message: Message): void {
    if (this.closed) return;
    // A copy, as every real channel makes one; in a later turn, as no real channel calls back at once.
    const copy = structuredClone(message);
    queueMicrotask(() => this.peer?.receive(copy));
  }

  on(listener: (message: Message) => void): void {
    this.messages.push(listener);
  }

  onClose(listener: () => void): void {
    this.closings.push(listener);
  }

  close(): void {
    this.shut();
    queueMicrotask(() => this.peer?.shut());
  }

  private receive(message: Message): void {
    if (this.closed) return;
    for (const listener of this.messages) listener(message);
  }

  private shut(): void {
    if (this.closed) return;
    this.closed = true;
    for (const listener of this.closings) listener();
  }
}
