//  try, policy or own answer --> [what was said, and how much] --> front
import type { ResponseHead } from './message.ts';
import type { Field } from './message.ts';
import type { ResponseSink } from './sink.ts';

/** The last step of an answer before the front: knows whether it has begun, and with which status. */
export class ToClient implements ResponseSink {
  begun = false;
  status: number | null = null;
  sentBytes = 0;
  private readonly front: ResponseSink;
  private readonly counted: boolean;

  /** `counted`: the bytes of bodies, too. */
  constructor(front: ResponseSink, counted: boolean) {
    this.front = front;
    this.counted = counted;
  }

  informational(head: ResponseHead): void {
    this.front.informational(head);
  }

  head(head: ResponseHead): void {
    this.begun = true;
    this.status = head.status;
    this.front.head(head);
  }

  write(chunk: Buffer): boolean {
    if (this.counted) this.sentBytes += chunk.length;
    return this.front.write(chunk);
  }

  end(trailers: readonly Field[]): void {
    this.front.end(trailers);
  }

  abort(): void {
    this.front.abort();
  }

  onDrain(listener: () => void): void {
    this.front.onDrain(listener);
  }

  flushed(): boolean {
    return this.front.flushed?.() === true;
  }

  /** The same for policies, who wrap a sink by spreading it. */
  spreadable(): ResponseSink {
    return {
      informational: (head) => this.informational(head),
      head: (head) => this.head(head),
      write: (chunk) => this.write(chunk),
      end: (trailers) => this.end(trailers),
      abort: () => this.abort(),
      onDrain: (listener) => this.onDrain(listener),
    };
  }
}
