import type { Group } from '../balancing/group.ts';
import type { Pool } from '../balancing/pool.ts';
import type { ServerNameSettings } from '../protocol/l4.ts';
import type { ClientHello } from '../wire/client-hello.ts';

interface Route {
  readonly names: readonly string[];
  readonly alpn: readonly string[];
  readonly pool: Pool;
}

/** Whom a connection may be given to, by what its ClientHello says in the clear. */
export interface Routes {
  /** False: nobody asks for a ClientHello, and none is waited for. */
  readonly on: boolean;
  configure(settings: ServerNameSettings): void;
  /** Null: refused. Without a hello (not TLS, too late, malformed) what no route fits is what happens. */
  poolFor(hello: ClientHello | null): Pool | null;
}

export function createRoutes(first: ServerNameSettings, group: Group): Routes {
  let settings = first;
  let routes: readonly Route[] = [];
  let otherwise: Pool | null = group;

  const configure = (next: ServerNameSettings) => {
    settings = next;
    routes = next.routes.map(({ names, alpn, targets }) => ({ names, alpn, pool: group.among(targets) }));
    otherwise =
      next.otherwise === null ? group : next.otherwise.length === 0 ? null : group.among(next.otherwise);
  };
  configure(first);

  return {
    get on() {
      return settings.peek || settings.routes.length > 0;
    },
    configure,
    poolFor(hello) {
      const route = hello === null ? undefined : routes.find((one) => fits(one, hello));
      return route === undefined ? otherwise : route.pool;
    },
  };
}

function fits({ names, alpn }: Route, hello: ClientHello): boolean {
  const byName = names.length === 0 || names.some((name) => matchesName(name, hello.serverName));
  return byName && (alpn.length === 0 || alpn.some((protocol) => hello.alpn.includes(protocol)));
}

/** `*.example.com` fits any depth below it and not the name itself, as Gateway API's TLSRoute has it. */
export function matchesName(pattern: string, name: string | null): boolean {
  if (name === null) return false;
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
