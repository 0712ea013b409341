import type {
  CapturePiece,
  CaptureView,
  ConversationView,
  PacketDetail,
  PacketPage,
} from '../../contract/capture.ts';
import { BlindspotError } from '../../contract/errors.ts';
import type { ExecHandle, ExecSpec } from '../engine/engine.ts';
import type { Conversation } from './conversation.ts';
import { Conversations } from './conversations.ts';
import type { Crossing, Look } from './crossing.ts';
import { Crossings } from './crossings.ts';
import { exportPiece } from './export.ts';
import { Lanes } from './lanes.ts';
import { layers } from './layers.ts';
import { Tap } from './tap.ts';
import { conversationView, packetRow } from './view.ts';

const limits = { crossings: 20_000, bytes: 24 * 1024 * 1024 };
const newestShown = 60;
const shownPayload = 256;
/** Looks of several nodes come in several streams; they wait so long for one another, to be told in order. */
const orderMs = 150;
const turnMs = 50;

export interface CaptureDeps {
  readonly exec: (node: string, command: ExecSpec) => Promise<ExecHandle>;
  /** Which of the lab's nodes has this address. */
  readonly nodeAt: (address: string) => string | null;
  readonly changed: () => void;
}

interface Waiting extends Look {
  readonly arrivedAt: number;
}

/**
 *   taps (one a node) -> looks in order of time -> crossings and conversations -> views, pages, evidence, a file
 *
 * One for a session. Costs nothing until the first node is captured; all of it goes with the session.
 */
export class Capture {
  private readonly taps = new Map<string, Tap>();
  private readonly lanes: Lanes;
  private conversations: Conversations;
  private crossings: Crossings;
  private waiting: Waiting[] = [];
  private epoch = Date.now();
  private turn: NodeJS.Timeout | undefined;
  private readonly deps: CaptureDeps;

  constructor(deps: CaptureDeps) {
    this.deps = deps;
    this.lanes = new Lanes(deps.nodeAt);
    this.conversations = new Conversations(deps.nodeAt);
    this.crossings = new Crossings(this.conversations, this.lanes, limits);
  }

  /** Resolves when this node's packets are being seen. A node that is captured already stays so. */
  async start(node: string, seconds: number, card = 'eth0'): Promise<void> {
    if (this.taps.get(node)?.live === true) return;
    const tap = new Tap(
      { node, interface: card, seconds },
      {
        mac: (name, mac) => this.lanes.tell(mac, name),
        frames: (name, frames) => {
          const arrivedAt = performance.now();
          for (const frame of frames) this.waiting.push({ node: name, arrivedAt, ...frame });
          this.turn ??= setInterval(() => this.sort(), turnMs).unref();
        },
        changed: () => this.deps.changed(),
      },
    );
    this.taps.set(node, tap);
    this.deps.changed();
    try {
      await tap.start((command) => this.deps.exec(node, command));
    } catch (thrown) {
      if (thrown instanceof BlindspotError) throw thrown;
      throw new BlindspotError(
        {
          code: 'engine-failed',
          message: thrown instanceof Error ? thrown.message : String(thrown),
          next: 'See that the node runs, then capture again.',
          where: node,
        },
        thrown,
      );
    }
  }

  stop(node: string): void {
    this.taps.get(node)?.stop();
  }

  /** A network that is gone has nothing to be seen on; the node's next start makes another. */
  nodeDown(node: string): void {
    this.stop(node);
  }

  /** Throws away what was seen; what is being captured goes on. */
  clear(): void {
    this.conversations = new Conversations(this.deps.nodeAt);
    this.crossings = new Crossings(this.conversations, this.lanes, limits);
    this.waiting = [];
    this.epoch++;
    for (const [node, tap] of this.taps) if (!tap.live) this.taps.delete(node);
    this.deps.changed();
  }

  close(): void {
    clearInterval(this.turn);
    this.turn = undefined;
    for (const tap of this.taps.values()) tap.stop();
  }

  view(): CaptureView {
    const conversations = [...this.conversations.list()];
    return {
      running: [...this.taps.values()].some((tap) => tap.live),
      taps: [...this.taps.values()].map((tap) => tap.view),
      epoch: this.epoch,
      last: this.crossings.all.at(-1)?.seq ?? 0,
      held: { packets: this.crossings.all.length, bytes: this.crossings.bytes },
      limits: { packets: limits.crossings, bytes: limits.bytes },
      letGo: this.crossings.lost.count,
      pairs: this.crossings.tallies.view(Date.now()),
      conversations: conversations.length,
      newest: conversations.slice(-newestShown).reverse().map(conversationView),
    };
  }

  /** Rows after a packet's number, oldest first: of all, or of one conversation and those joined to it. */
  page(after: number, limit: number, conversation: string | null): PacketPage {
    const wanted = conversation === null ? null : this.joined(conversation);
    const rows = [];
    for (const crossing of this.crossings.all) {
      if (crossing.seq <= after) continue;
      if (wanted !== null && (crossing.conversation === null || !wanted.has(crossing.conversation))) continue;
      if (rows.length === limit) return { rows, more: true };
      rows.push(packetRow(crossing));
    }
    return { rows, more: false };
  }

  conversation(id: string): readonly ConversationView[] {
    return [...this.joined(id)].map(conversationView);
  }

  packet(seq: number): PacketDetail {
    const crossing = this.crossings.all.find((one) => one.seq === seq);
    if (crossing === undefined) {
      throw new BlindspotError({
        code: 'not-found',
        message: `Packet ${seq} is not held any more.`,
        next: 'Choose a newer one.',
      });
    }
    const { frame, looks } = crossing;
    return {
      row: packetRow(crossing),
      looks: looks.map(({ node, at, length }) => ({ node, at, length })),
      layers: layers(frame, looks[0]?.length ?? 0),
      payload: frame.payload.toString('hex', 0, shownPayload),
      payloadLength: frame.payloadLength,
    };
  }

  export(name: string, after: number): CapturePiece {
    const nodes = [...this.taps.values()].map((tap) => tap.spec);
    return exportPiece(name, nodes, this.crossings.all, after);
  }

  /** What checks look at; null before anything is captured, when it shall cost nothing. */
  evidence(): { crossings: readonly Crossing[]; watchedSince: (node: string) => number | null } | null {
    if (this.taps.size === 0) return null;
    const { lost, all } = this.crossings;
    return {
      crossings: all,
      watchedSince: (node) => {
        const tap = this.taps.get(node)?.view;
        return tap?.state === 'running' ? Math.max(tap.since, lost.until) : null;
      },
    };
  }

  private joined(id: string): ReadonlySet<Conversation> {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) return new Set();
    return new Set([conversation, ...conversation.links.map(({ other }) => other)]);
  }

  private sort(): void {
    const ripe = performance.now() - orderMs;
    let until = -1;
    for (const { arrivedAt, at } of this.waiting) if (arrivedAt <= ripe) until = Math.max(until, at);
    if (until >= 0) {
      const now = this.waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      this.waiting = this.waiting.filter(({ at }) => at > until);
      for (const { node, at, length, bytes } of now) this.crossings.add({ node, at, length, bytes });
      this.deps.changed();
    }
    if (this.waiting.length > 0 || [...this.taps.values()].some((tap) => tap.live)) return;
    clearInterval(this.turn);
    this.turn = undefined;
  }
}
