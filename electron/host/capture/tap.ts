import type { TapView } from '../../contract/capture.ts';
import { toErrorShape } from '../../contract/errors.ts';
import type { ExecHandle, ExecSpec } from '../engine/engine.ts';
import { pcapReader } from './pcap.ts';
import type { CapturedFrame } from './pcap.ts';

/**
 *   node's interface -> tcpdump in a helper on its network -> pcap as a byte stream -> frames
 *
 * The helper prints the interface's own hardware address, then the capture. tcpdump runs until its time is up, or until
 * its input ends: when it is stopped here, or when this program is gone.
 */
const script = `
cat "/sys/class/net/$1/address" || exit 1
tcpdump -i "$1" -p -n -s "$2" -B 4096 --immediate-mode -U -Z root -w - < /dev/null &
dump=$!
{ read -rt "$3"; kill -INT "$dump"; } <&0 2> /dev/null &
wait "$dump"
`;
/** Heads of HTTP, a ClientHello with post-quantum key shares, and a good part of a body. */
const keptOfPacket = 4096;
const macBytes = 18;
const startLimitMs = 20_000;
/** tcpdump drops from root to root, which still asks the kernel for a change of group. */
const borrowed = ['NET_RAW', 'SETGID'] as const;

export interface TapListener {
  mac(node: string, mac: string): void;
  frames(node: string, frames: readonly CapturedFrame[]): void;
  changed(): void;
}

export interface TapSpec {
  readonly node: string;
  readonly interface: string;
  readonly seconds: number;
}

export class Tap {
  readonly spec: TapSpec;
  private state: TapView['state'] = 'starting';
  private since = Date.now();
  private detail = '';
  private packets = 0;
  private lost: number | null = null;
  private handle: ExecHandle | null = null;
  private stopped = false;
  private readonly listener: TapListener;
  private readonly settled = Promise.withResolvers<null>();

  constructor(spec: TapSpec, listener: TapListener) {
    this.spec = spec;
    this.listener = listener;
    this.settled.promise.catch(() => undefined);
  }

  get view(): TapView {
    const { node, interface: card, seconds } = this.spec;
    const endsAt = this.state === 'running' ? this.since + seconds * 1000 : null;
    const { state, since, packets, lost, detail } = this;
    return { node, interface: card, state, since, endsAt, packets, lost, detail };
  }

  get live(): boolean {
    return this.state === 'starting' || this.state === 'running';
  }

  /** Resolves when packets are being captured: what happens after that is seen. */
  async start(exec: (command: ExecSpec) => Promise<ExecHandle>): Promise<void> {
    const { interface: card, seconds } = this.spec;
    const words = ['capture', card, String(keptOfPacket), String(seconds)];
    const limit = setTimeout(() => this.end('failed', 'nothing came for 20 s'), startLimitMs);
    try {
      const handle = await exec({ command: ['bash', '-c', script, ...words], tty: null, beside: borrowed });
      this.handle = handle;
      if (this.stopped) handle.close();
      handle.onEnd((reason) =>
        this.end(this.state === 'starting' && !this.stopped ? 'failed' : 'ended', reason),
      );
      this.read(handle);
      await this.settled.promise;
    } catch (thrown) {
      this.end('failed', toErrorShape(thrown).message);
      throw thrown;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Asks tcpdump to end, which makes it say what it has seen and lost; packets may still come until it has. */
  stop(): void {
    this.stopped = true;
    this.handle?.close();
  }

  private read(handle: ExecHandle): void {
    const reader = pcapReader();
    let early: Buffer | null = Buffer.alloc(0);
    handle.onText((text) => {
      if (this.state === 'failed') return;
      let bytes: Buffer = Buffer.from(text, 'latin1');
      if (early !== null) {
        early = Buffer.concat([early, bytes]);
        if (early.length < macBytes) return;
        this.listener.mac(this.spec.node, early.toString('latin1', 0, macBytes - 1));
        bytes = early.subarray(macBytes);
        early = null;
      }
      try {
        const frames = reader.push(bytes);
        if (reader.begun && this.state === 'starting') this.begin();
        this.packets += frames.length;
        if (frames.length > 0) this.listener.frames(this.spec.node, frames);
      } catch (thrown) {
        this.end('failed', toErrorShape(thrown).message);
        handle.close();
      }
    });
  }

  private begin(): void {
    this.state = 'running';
    this.since = Date.now();
    this.settled.resolve(null);
    this.listener.changed();
  }

  private end(state: 'ended' | 'failed', detail: string): void {
    if (!this.live) return;
    this.state = state;
    this.lost = lostCount(detail);
    this.detail = this.lost === null ? detail : '';
    this.since = Date.now();
    if (state === 'failed') this.settled.reject(new Error(`No capture at ${this.spec.node}: ${this.detail}`));
    else this.settled.resolve(null);
    this.listener.changed();
  }
}

/** tcpdump counts as it goes: how many packets the kernel could not keep for it. Null where it did not get so far. */
function lostCount(words: string): number | null {
  const match = /(\d+) packets? dropped by kernel/.exec(words);
  return match === null ? null : Number(match[1]);
}
