import type { EngineId } from '../../contract/app.ts';
import { BlindspotError } from '../../contract/errors.ts';
import type { ActiveFault, NodeState } from '../../contract/session.ts';
import type { PlannedNode } from './plan.ts';

/** Every node of the session and what is known of it: from the engine (is it there) and from its link (does it talk). */
export class NodeTable {
  private readonly nodes = new Map<string, NodeState>();
  private readonly engine: EngineId;
  private readonly session: string;

  constructor(engine: EngineId, session: string) {
    this.engine = engine;
    this.session = session;
  }

  put(node: PlannedNode, state: NodeState['state'], detail = ''): void {
    this.nodes.set(node.name, {
      name: node.name,
      role: node.role,
      ...(node.group === node.name ? {} : { group: node.group }),
      tier: node.tier,
      address: node.address,
      port: node.port === 0 ? null : node.port,
      container: this.engine === 'docker' ? `blindspot-${this.session}-${node.name}` : null,
      ...(node.capabilities === undefined ? {} : { holds: node.capabilities }),
      faults: this.nodes.get(node.name)?.faults ?? [],
      mystery: false,
      since: Date.now(),
      state,
      detail,
    });
  }

  /** Returns whether anything changed, so that only news is told. */
  set(name: string, state: NodeState['state'], detail: string, at = Date.now()): boolean {
    const node = this.nodes.get(name);
    if (node === undefined || (node.state === state && node.detail === detail)) return false;
    // A fault lives in the process: a stopped one has none.
    const faults = state === 'stopped' ? [] : node.faults;
    this.nodes.set(name, { ...node, state, detail, faults, since: at });
    return true;
  }

  setFaults(name: string, faults: readonly ActiveFault[]): void {
    const node = this.nodes.get(name);
    if (node !== undefined) this.nodes.set(name, { ...node, faults });
  }

  drop(name: string): void {
    this.nodes.delete(name);
  }

  get(name: string): NodeState | undefined {
    return this.nodes.get(name);
  }

  must(name: string): NodeState {
    const node = this.nodes.get(name);
    if (node !== undefined) return node;
    throw new BlindspotError({
      code: 'not-found',
      message: `This lab has no node named "${name}".`,
      next: `Its nodes are ${[...this.nodes.keys()].join(', ')}.`,
      where: name,
    });
  }

  /** The faults of `mystery` nodes are the lab's secret, and said to be one. */
  view(mystery: ReadonlySet<string>): readonly NodeState[] {
    return [...this.nodes.values()].map((node) =>
      mystery.has(node.name) ? { ...node, faults: [], mystery: true } : node,
    );
  }
}
