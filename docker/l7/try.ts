//  [head, body of the client] --> back        [1xx | head, body] of the target --> answer, or another try
import type { Held, Member } from '../balancing/member.ts';
import { serverHeader } from '../protocol/common.ts';
import type { TlsFacts } from '../protocol/tls.ts';
import type { Attempt, Back, BackListener, Harm } from './back.ts';
import { giveBack, takeDeadline } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import type { Exchange } from './exchange.ts';
import type { Cause } from './failure.ts';
import { forTarget } from './headers.ts';
import type { Field, ResponseHead } from './message.ts';
import { fieldValue } from './message.ts';
import type { ResponseSink, Sink } from './sink.ts';

/** One try of an exchange at one target. */
export class Try implements BackListener, Held {
  readonly member: Member;
  private readonly whole: Exchange;
  private attempt: Attempt | null = null;
  private silence: Deadline | null = null;
  private perTry: NodeJS.Timeout | null = null;
  private answer: ResponseSink | null = null;
  private sentAt = 0;
  private tls: TlsFacts | null = null;
  /** A tunnel whose target has ended its side, and may still be told something. */
  private halfClosed = false;
  /** Its place among the target's has been given back. */
  private released = false;

  constructor(whole: Exchange, member: Member) {
    this.whole = whole;
    this.member = member;
  }

  begin(back: Back, fresh: boolean): void {
    const { call, incoming, settings } = this.whole;
    this.attempt = back.ask(
      {
        head: forTarget(call.head, incoming.peer, call.id, settings),
        hasBody: call.hasBody,
        upgrade: call.upgrade,
        trailers: call.trailers,
        suspect: incoming.suspect,
        fresh,
      },
      this,
    );
  }

  connected(inner: Sink, tls: TlsFacts | null): void {
    const { whole } = this;
    const { settings } = whole;
    this.tls = tls;
    this.sentAt = performance.now();
    whole.targetTls = tls;
    whole.stage = 'waiting';
    whole.sentAt = this.sentAt;
    this.silence ??= takeDeadline();
    this.silence.set(settings.responseTimeoutMs, () => this.timedOut(), this.sentAt);
    const limitMs = sooner(settings.retry.perTryTimeoutMs, whole.call.timeouts?.tryMs ?? 0);
    if (limitMs > 0) this.perTry = setTimeout(() => this.timedOut(), limitMs);
    this.send(inner);
  }

  informational(head: ResponseHead): void {
    this.silence?.refresh();
    if (!this.whole.begun) this.whole.client.informational(head);
  }

  head(head: ResponseHead): void {
    const { whole } = this;
    const { call, client } = whole;
    if (this.perTry !== null) clearTimeout(this.perTry);
    const now = performance.now();
    const tookMs = now - this.sentAt;
    if (whole.hedge?.wins(this, head.status, tookMs) === false) return;
    whole.targetTls = this.tls;
    whole.sentAt = this.sentAt;
    whole.serviceMs = tookMs;
    whole.targetStatus = head.status;
    if (head.status >= 500 && whole.settings.retry.tries > 0 && whole.tries.next('5xx', 'maybe')) return;
    whole.stage = 'answering';
    whole.server = fieldValue(head.fields, serverHeader);
    call.target = this.member.id;
    if (head.status === 101) this.tunnel();
    else this.silence?.refresh(now);
    const answer = call.wrapsResponse ? call.wrappedResponse(client.spreadable()) : client;
    this.answer = answer;
    answer.onDrain(() => this.attempt?.resume());
    answer.head(head);
    if (whole.counted) whole.relayMs = performance.now() - this.sentAt - whole.serviceMs;
  }

  data(chunk: Buffer): boolean {
    this.silence?.refresh();
    return this.answer === null || this.answer.write(chunk);
  }

  /** A head that is not whole is still being read from it, and what a policy was handed it may keep. */
  flushed(): boolean {
    const { client } = this.whole;
    return client.begun && this.answer === client && client.flushed();
  }

  end(trailers: readonly Field[]): void {
    this.halfClosed = this.whole.targetStatus === 101 && !this.whole.bodyIsWhole;
    if (!this.halfClosed) {
      this.stopTimers();
      this.whole.bodyIsEnough();
    }
    this.answer?.end(trailers);
  }

  failed(cause: Cause, harm: Harm): void {
    const { whole } = this;
    if (whole.over) return;
    if (whole.hedge?.goesOnWithout(this, true) === true) return;
    if (this.halfClosed) whole.tunnelOver();
    else if (whole.stage === 'answering' || !whole.tries.next(cause, harm)) whole.failed(cause);
  }

  letGo(): void {
    if (this.whole.hedge?.goesOnWithout(this, false) !== true) this.whole.failed('let-go');
  }

  cancel(): void {
    const { attempt } = this;
    this.attempt = null;
    attempt?.cancel();
  }

  /** It is over but for its place among the target's, which it keeps for so long. */
  keepPlace(ms: number, then: () => void): void {
    this.cancel();
    this.stopTimers();
    this.perTry = setTimeout(then, ms);
  }

  /** Once: whether it went through, now or before. */
  release(): boolean {
    if (this.released) return false;
    this.released = true;
    this.stopTimers();
    return true;
  }

  private send(inner: Sink): void {
    const { call, incoming } = this.whole;
    if (call.hasBody || incoming.hasBody || call.wrapsBody)
      this.whole.sendBody(call.wrappedBody(this.heard(inner)));
    else inner.end(noFields);
  }

  /** What a client sends is a sign of life as well. */
  private heard(inner: Sink): Sink {
    const { whole } = this;
    return {
      write: (chunk) => {
        this.silence?.refresh();
        if (whole.counted) whole.receivedBytes += chunk.length;
        return inner.write(chunk);
      },
      end: (trailers) => inner.end(trailers),
      abort: () => inner.abort(),
      onDrain: (listener) => inner.onDrain(listener),
    };
  }

  private tunnel(): void {
    this.silence?.set(this.whole.settings.http.tunnelIdleMs, () => this.whole.failed('tunnel-idle'));
  }

  private timedOut(): void {
    const { whole } = this;
    if (whole.hedge?.goesOnWithout(this, true) === true) return;
    if (whole.stage === 'answering' || !whole.tries.next('response-timeout', 'maybe'))
      whole.failed('response-timeout');
  }

  private stopTimers(): void {
    if (this.silence !== null) giveBack(this.silence);
    if (this.perTry !== null) clearTimeout(this.perTry);
    this.silence = null;
    this.perTry = null;
  }
}

/** 0 is none. */
function sooner(one: number, other: number): number {
  return one > 0 && other > 0 ? Math.min(one, other) : one + other;
}

const noFields: readonly Field[] = [];
