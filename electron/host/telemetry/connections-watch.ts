import type { ConnectionPage } from '../../../docker/protocol/connections.ts';
import type {
  ConnectionRow,
  ConnectionsPage,
  ConnectionsView,
  EndedRow,
} from '../../contract/connections.ts';
import type { Json } from '../../contract/session.ts';

/** Twice a second: a table that moves faster cannot be read. */
const everyMs = 500;
const newest = 200;
/** As much as a balancer gives at once. */
const pageRows = 10_000;

export interface ConnectionsSource {
  /** The L4 balancers that are up now. */
  balancers(): readonly string[];
  call(node: string, path: string): Promise<Json>;
}

/** Asks the L4 balancers for their tables while somebody looks at them, and not otherwise. */
export class ConnectionsWatch {
  private view: ConnectionsView = { balancers: [] };
  private timer: NodeJS.Timeout | null = null;
  private asking = false;
  private readonly source: ConnectionsSource;
  private readonly changed: () => void;

  constructor(source: ConnectionsSource, changed: () => void) {
    this.source = source;
    this.changed = changed;
  }

  present(): ConnectionsView {
    return this.view;
  }

  watch(on: boolean): void {
    if (!on && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
      this.view = { balancers: [] };
    } else if (on && this.timer === null) {
      this.timer = setInterval(() => void this.ask(), everyMs).unref();
      void this.ask();
    }
  }

  async page(node: string, before: number | null): Promise<ConnectionsPage> {
    const from = before === null ? '' : `&before=${before}`;
    const { open, connections, next } = await this.get(node, `/connections?limit=${pageRows}${from}`);
    return { open, rows: connections, next };
  }

  /** What a balancer knows, or lately knew, of the connection that a client made from this place; null: nothing. */
  async of(node: string, client: string): Promise<ConnectionRow | EndedRow | null> {
    try {
      const { connections, ended } = await this.get(
        node,
        `/connections?client=${encodeURIComponent(client)}`,
      );
      return connections[0] ?? ended[0] ?? null;
    } catch {
      return null;
    }
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const tables = await Promise.all(this.source.balancers().map((node) => this.table(node)));
    this.asking = false;
    // Nobody looks any more: an old table would be shown as the present one later.
    if (this.timer === null) return;
    this.view = { balancers: tables.filter((table) => table !== null) };
    this.changed();
  }

  /** Null where the balancer cannot be asked: it is not shown, rather than shown as it was. */
  private async table(node: string): Promise<ConnectionsView['balancers'][number] | null> {
    try {
      const { open, connections, ended } = await this.get(node, `/connections?limit=${newest}`);
      return { node, at: Date.now(), open, rows: connections, ended };
    } catch {
      return null;
    }
  }

  private async get(node: string, path: string): Promise<ConnectionPage> {
    return (await this.source.call(node, path)) as unknown as ConnectionPage;
  }
}
