import type { ExplainedRequest } from '../../electron/contract/policies.ts';

/** A request's head as a person types it: a request line, and below it one header a line. */
export interface AskedHead {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The head, or what is wrong with it and where. */
export function parseHead(text: string): AskedHead | { readonly problem: string } {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [first = '', ...rest] = lines;
  const [method = '', path = ''] = first.split(/\s+/);
  if (!path.startsWith('/')) {
    return { problem: 'The first line is a method and a path, as GET /v1/whoami.' };
  }
  const headers: Record<string, string> = {};
  let host = 'localhost';
  for (const [at, line] of rest.entries()) {
    const colon = line.indexOf(':');
    if (colon < 1) return { problem: `Line ${at + 2} is no header: it wants a name, a colon and a value.` };
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'host') host = value;
    else headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { method, path, host, headers };
}

export interface HeadLine {
  readonly text: string;
  /** Against the other side: the same, only here before, or only there after. */
  readonly change: 'same' | 'gone' | 'new';
}

/** What was asked, and what the target would be asked, line by line; a header's name in any case is the same name. */
export function beforeAndAfter(
  asked: AskedHead,
  send: NonNullable<ExplainedRequest['send']>,
): { readonly before: readonly HeadLine[]; readonly after: readonly HeadLine[] } {
  const before = lines(`${asked.method} ${asked.path}`, asked.host, Object.entries(asked.headers));
  const after = lines(
    send.request,
    send.host,
    send.headers.filter(([name]) => name.toLowerCase() !== 'host'),
  );
  const compared = (own: readonly string[], other: readonly string[], change: 'gone' | 'new') => {
    const known = new Set(other.map(folded));
    return own.map((text): HeadLine => ({ text, change: known.has(folded(text)) ? 'same' : change }));
  };
  return { before: compared(before, after, 'gone'), after: compared(after, before, 'new') };
}

function lines(request: string, host: string, headers: readonly (readonly [string, string])[]): string[] {
  return [request, `Host: ${host}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
}

function folded(line: string): string {
  const colon = line.indexOf(': ');
  return colon < 0 ? line : line.slice(0, colon).toLowerCase() + line.slice(colon);
}
