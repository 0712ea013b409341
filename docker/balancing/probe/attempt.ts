import type { ProbeCode, ProbeResult } from '../../protocol/health-check.ts';

/** Where a probe goes, and from which front door the balancer speaks for (NLB names that one in Host). */
export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
  readonly listener: string;
  /** Written before anything else: the PROXY header that the target expects of everyone. */
  readonly preface?: Uint8Array | null;
  /** PEM of whom a check that verifies trusts; left out: nobody. */
  readonly authority?: string | undefined;
}

/** One probe: resolves once, by the deadline at the latest; never rejects. An aborted probe resolves with null. */
export type Verdict = Pick<ProbeResult, 'ok' | 'code' | 'detail'>;

/** The layer a probe has reached: decides what silence and failure are called. */
export type Layer = 'L4' | 'L6' | 'L7';

export interface Attempt {
  /** The layer that is working now: a time-out is named after it. */
  layer: Layer;
  /** Ends the probe; the first call counts. */
  settle(verdict: Verdict): void;
  /**
   * Closed when the attempt ends, whatever its end. With nothing left unread that is a FIN, not an RST: the target
   * sees a clean end.
   */
  own(resource: { destroy(): void }): void;
}

/**
 * Runs one probe under one hard deadline over all of it: connecting, handshake, answer.
 */
export function attempt(
  timeoutMs: number,
  signal: AbortSignal,
  work: (attempt: Attempt) => void,
): Promise<ProbeResult | null> {
  const began = performance.now();
  return new Promise((resolve) => {
    const resources: { destroy(): void }[] = [];
    let open = true;
    const end = (verdict: Verdict | null) => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      for (const resource of resources) resource.destroy();
      const durationMs = Math.round((performance.now() - began) * 10) / 10;
      resolve(verdict && { ...verdict, durationMs });
    };
    const abort = () => end(null);
    const self: Attempt = {
      layer: 'L4',
      settle: end,
      own: (resource) => (open ? void resources.push(resource) : resource.destroy()),
    };
    const timer = setTimeout(() => {
      end({ ok: false, code: `${self.layer}TOUT`, detail: `no answer within ${Math.round(timeoutMs)} ms` });
    }, timeoutMs);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    else work(self);
  });
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'connection timed out',
  ENOTFOUND: 'name not found',
};

/** A socket error in HAProxy's words: L4CON before the connection stands, SOCKERR or L6RSP after it. */
export function socketFailure(layer: Layer, error: Error): Verdict {
  const code = 'code' in error ? String(error.code) : '';
  const detail = words[code] ?? error.message;
  const named: Record<Layer, ProbeCode> = {
    L4: code === 'ETIMEDOUT' ? 'L4TOUT' : 'L4CON',
    L6: 'L6RSP',
    L7: 'SOCKERR',
  };
  return { ok: false, code: named[layer], detail };
}
