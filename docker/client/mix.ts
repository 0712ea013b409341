import type { ClientSettings } from '../protocol/client.ts';

/** What to ask for next: a name to count it by, and the settings to spell it by. */
export interface Kind {
  /** The name in the mix, or the path. */
  readonly route: string;
  readonly path: string;
  readonly as: ClientSettings;
  /** In a mix, and so counted by its name. */
  readonly named: boolean;
}

/** `draw` is in [0, 1). */
export type Mix = (turn: { readonly user: number; readonly round: number }, draw: () => number) => Kind;

export function createMix(settings: ClientSettings): Mix {
  const kinds = Object.entries(settings.mix).filter(([, { share }]) => share > 0);
  const [first] = kinds;
  if (first === undefined) {
    const { paths } = settings;
    return ({ user, round }) => {
      // A user goes through the paths in turn; two users are not on the same one in the same round.
      const path = paths[(user + round) % paths.length] ?? '/';
      return { route: path, path, as: settings, named: false };
    };
  }
  const total = kinds.reduce((sum, [, { share }]) => sum + share, 0);
  const spelled = new Map(kinds.map(([name, kind]) => [name, kindOf(name, kind, settings)]));
  const start = kindOf(...first, settings);
  return (_, draw) => {
    let left = draw() * total;
    const [name] = kinds.find(([, { share }]) => (left -= share) < 0) ?? first;
    return spelled.get(name) ?? start;
  };
}

function kindOf(route: string, kind: ClientSettings['mix'][string], settings: ClientSettings): Kind {
  const { method, host, bodyBytes, body } = settings;
  const as = {
    ...settings,
    method: kind.method ?? method,
    host: kind.host ?? host,
    bodyBytes: kind.bodyBytes ?? bodyBytes,
    body: kind.body ?? body,
    headers: { ...settings.headers, ...kind.headers },
  };
  return { route, path: kind.path, as, named: true };
}
