//  front --head--> [policies > pick] --> try --> back      bodies flow both ways, each with backpressure
//  front <--head, body-- [policies | own answer] <-- try <-- back
import type { Member } from '../balancing/member.ts';
import type { Pool } from '../balancing/pool.ts';
import { matchesCode } from '../balancing/status-codes.ts';
import type { L7Settings } from '../protocol/balancer.ts';
import type { TlsFacts } from '../protocol/tls.ts';
import type { Back } from './back.ts';
import { OwnCall } from './call.ts';
import type { ExchangeEnd } from './exchange-end.ts';
import type { Cause, Stage } from './failure.ts';
import { statusFor } from './failure.ts';
import { Hedge } from './hedge.ts';
import type { Hedging } from './hedging.ts';
import { flowOf } from './front.ts';
import type { ClientListener, Incoming } from './front.ts';
import type { Desync } from './http1/desync.ts';
import { withoutFields } from './message.ts';
import { ownAnswer } from './own-answer.ts';
import type { Pipeline, Verdict } from './policies/pipeline.ts';
import type { Answer, BodyStart } from './policies/policy.ts';
import { createRequestBody } from './request-body.ts';
import type { RequestBody } from './request-body.ts';
import type { Sink } from './sink.ts';
import { ToClient } from './to-client.ts';
import { Tries } from './tries.ts';
import type { TriesDeps } from './tries.ts';
import { Try } from './try.ts';

export interface ExchangeDeps extends TriesDeps {
  readonly pipeline: Pick<Pipeline, 'run'>;
  readonly hedging: Hedging;
  settings(): L7Settings;
  back(member: Member): Back;
  onTargetStart(member: Member): void;
  onTargetEnd(member: Member, status: number | null): void;
  onEnd(end: ExchangeEnd): void;
}

/**
 * One request from its head to the last byte of its answer, over as many tries as it takes. Methods and not closures:
 * this is made for each request, and what a request costs is mostly what is made for it.
 */
export class Exchange implements ClientListener, ExchangeEnd {
  readonly incoming: Incoming;
  readonly settings: L7Settings;
  readonly call: OwnCall;
  readonly client: ToClient;
  /** Forms of the access log that say how many bytes there were have them counted; the others cost nothing. */
  readonly counted: boolean;
  readonly began = performance.now();
  stage: Stage = 'connecting';
  targetStatus: number | null = null;
  targetTls: TlsFacts | null = null;
  server: string | null = null;
  sentAt: number | null = null;
  serviceMs = 0;
  relayMs = 0;
  receivedBytes = 0;
  status: number | null = null;
  cause: Cause | null = null;
  by: string | null = null;
  over = false;
  /** The try whose answer it is, or will be as it seems now. */
  trying: Try | null = null;
  hedge: Hedge | null = null;
  private readonly deps: ExchangeDeps;
  private body: RequestBody | null = null;
  private triesSoFar: Tries | null = null;
  private limit: NodeJS.Timeout | null = null;

  constructor(incoming: Incoming, requestId: string, at: number, deps: ExchangeDeps) {
    const settings = deps.settings();
    this.incoming = incoming;
    this.deps = deps;
    this.settings = settings;
    this.counted = settings.accessLog && settings.accessLogForm !== 'json';
    this.client = new ToClient(incoming.respond, this.counted);
    this.call = new OwnCall(requestId, at, incoming, (maxBytes) => this.readBody(maxBytes));
  }

  get member(): Member | null {
    return this.trying?.member ?? null;
  }

  get desync(): Desync | null {
    return this.incoming.desync;
  }

  get begun(): boolean {
    return this.client.begun;
  }

  get sentBytes(): number {
    return this.client.sentBytes;
  }

  start(): void {
    this.incoming.watch(this);
    try {
      const verdict = this.deps.pipeline.run(this.call);
      if (verdict instanceof Promise) {
        verdict.then(
          (late) => this.decide(late),
          (error: unknown) => this.broken(error),
        );
      } else this.decide(verdict);
    } catch (error) {
      this.broken(error);
    }
  }

  gone(): void {
    this.end('client-gone', this.client.status);
  }

  finished(): void {
    this.end(this.by === null ? null : 'policy', this.client.status);
  }

  failed(cause: Cause): void {
    if (this.over) return;
    if (this.begun) {
      // A response that has begun can only be cut: the client must not take it for a whole one.
      this.end(cause, this.client.status);
      this.client.abort();
      return;
    }
    const rescued = this.call.rescued(cause);
    this.trying?.cancel();
    this.hedge?.end();
    if (rescued !== null) {
      this.by = rescued.by;
      this.give(rescued.answer);
      return;
    }
    const status = statusFor(cause, this.settings);
    this.end(cause, status);
    this.give(ownAnswer(status, cause));
  }

  get tries(): Tries {
    return (this.triesSoFar ??= new Tries(this, this.deps));
  }

  /** Nothing of the body so far is gone. */
  get replayable(): boolean {
    return this.body?.replayable() ?? true;
  }

  /** The body is all here, for another try. */
  get repeatable(): boolean {
    return this.body === null ? !this.incoming.hasBody : this.body.whole() && this.body.replayable();
  }

  pick(tried?: ReadonlySet<Member>): Member | null {
    return this.pool().pick(flowOf(this.incoming.peer, this.call.hashKey), tried);
  }

  try(member: Member, fresh: boolean): void {
    this.stage = 'connecting';
    this.targetStatus = null;
    this.trying = this.startTry(member, fresh);
  }

  /** At the same target, after a while; its place there is kept meanwhile. */
  tryAgain(member: Member, waitMs: number): void {
    this.hedge?.stop();
    this.trying?.keepPlace(waitMs, () => {
      this.release(false);
      this.try(member, false);
    });
  }

  dropTry(): void {
    this.trying?.cancel();
    this.release(false);
  }

  startTry(member: Member, fresh: boolean): Try {
    member.active += 1;
    this.deps.onTargetStart(member);
    const tried = new Try(this, member);
    member.held.add(tried);
    tried.begin(this.deps.back(member), fresh);
    return tried;
  }

  /** One of two, and not the one whose answer counts. */
  drop(tried: Try, blame: boolean): void {
    tried.cancel();
    this.releaseTry(tried, null);
    if (blame) this.deps.group.observe(tried.member, { ok: false, latencyMs: null });
  }

  sendBody(target: Sink): void {
    this.ownBody().sendTo(target);
  }

  /** The client has said all that it had to say, which in a tunnel is not before it ends its side. */
  get bodyIsWhole(): boolean {
    return this.body?.whole() ?? true;
  }

  /** A tunnel whose target had ended its side before it went: no harm to anybody. */
  tunnelOver(): void {
    this.end(null, this.client.status);
    this.client.abort();
  }

  /** The target has answered: what it did not read of the body by now it does not want. */
  bodyIsEnough(): void {
    if (this.body?.whole() === false) this.body.detach();
  }

  private decide(verdict: Verdict | null): void {
    if (this.over) return;
    if (verdict === null) {
      this.forward();
      return;
    }
    this.by = verdict.by;
    this.give(verdict.answer);
  }

  /** A policy that throws must not take the proxy with it, nor let through what it was meant to judge. */
  private broken(error: unknown): void {
    this.call.why('error', error instanceof Error ? error.message : String(error));
    this.decide({
      by: 'error',
      answer: { status: 500, fields: [], body: '500: a policy of the proxy failed\n' },
    });
  }

  private forward(): void {
    const limitMs = this.call.timeouts?.requestMs ?? 0;
    if (limitMs > 0) this.limit = setTimeout(() => this.failed('response-timeout'), limitMs);
    const { prefer } = this.call;
    const preferred = prefer === null ? null : this.pool().preferred(prefer);
    const first = preferred ?? this.pick();
    if (first === null) this.failed('no-target');
    else {
      this.try(first, false);
      if (this.settings.hedge.enabled) this.hedge = Hedge.of(this, this.deps.hedging);
    }
  }

  private pool(): Pool {
    return this.call.pool ?? this.deps.group;
  }

  private release(ok: boolean): void {
    if (this.trying !== null) this.releaseTry(this.trying, ok ? this.targetStatus : null);
  }

  private releaseTry(tried: Try, status: number | null): void {
    if (!tried.release()) return;
    const { member } = tried;
    member.active -= 1;
    member.held.delete(tried);
    this.deps.onTargetEnd(member, status);
  }

  private end(cause: Cause | null, status: number | null): void {
    if (this.over) return;
    this.over = true;
    this.cause = cause;
    this.status = status;
    this.release(cause === null || cause === 'policy');
    // Neither a client that left nor our own decision says anything about the target.
    const { member } = this;
    if (member !== null && cause !== 'client-gone' && cause !== 'let-go' && cause !== 'policy') {
      const bad = cause !== null || isErrorStatus(this.targetStatus, this.settings);
      this.deps.group.observe(member, { ok: !bad, latencyMs: this.serviceMs });
    }
    this.triesSoFar?.end();
    this.body?.detach();
    this.trying?.cancel();
    this.hedge?.end();
    if (this.limit !== null) clearTimeout(this.limit);
    this.deps.onEnd(this);
  }

  private give({ status, fields, body: content }: Answer): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const own = this.call.wrappedResponse(this.client.spreadable());
    own.head({ status, fields: [...fields, ['content-length', String(bytes.length)]] });
    if (bytes.length > 0 && this.call.received.method !== 'HEAD') own.write(bytes);
    own.end([]);
  }

  private readBody(maxBytes: number): Promise<BodyStart> {
    const { call, incoming } = this;
    // Whoever wants the body before the target has it must ask for it in the target's place.
    if (incoming.expectsContinue && !this.begun) {
      incoming.respond.informational({ status: 100, fields: [] });
      call.head = { ...call.head, fields: withoutFields(call.head.fields, ['expect']) };
    }
    return this.ownBody().read(maxBytes);
  }

  private ownBody(): RequestBody {
    const { retry, hedge } = this.settings;
    const keep = retry.tries > 0 || retry.stale || hedge.enabled ? Math.max(retry.bodyBytes, 0) : 0;
    return (this.body ??= createRequestBody(this.incoming, keep));
  }
}

function isErrorStatus(status: number | null, settings: L7Settings): boolean {
  return status !== null && matchesCode(settings.passive.errorStatuses, status);
}
