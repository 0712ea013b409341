import type { Part } from './parts.ts';
import { plainCharsets } from './charsets.ts';
import type { Finding } from './judge.ts';
import type { WafRule } from '../../../protocol/l7/waf-rules.ts';

/** A body in parts (RFC 7578): what they say, and what is wrong with them as parts. */
export interface Multipart {
  readonly parts: readonly Part[];
  readonly findings: readonly Finding[];
}

/** A body with more parts than this is read no further: each costs every rule's time. */
const mostSections = 1000;

/** Null: it has no boundary, or it is nowhere in it, so that it is none. */
export function readMultipart(contentType: string, text: string): Multipart | null {
  const [, quoted, plain] = /boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined || (text !== '' && !text.includes(`--${boundary}`))) return null;
  const parts: Part[] = [];
  const findings: Finding[] = [];
  for (const section of text.split(`--${boundary}`, mostSections).slice(1)) {
    // Some readers take a bare LF for the end of a line (RFC 2046 section 4.1.1): what they would see is looked at, too.
    const end = /\r?\n\r?\n/.exec(section);
    if (end === null) continue;
    const read = readSection(section.slice(0, end.index), section.slice(end.index + end[0].length));
    parts.push(read.part);
    findings.push(...read.findings);
  }
  return { parts, findings };
}

function readSection(head: string, content: string): { part: Part; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const name = /[;\s]name="([^"]*)"/i.exec(head)?.[1] ?? '';
  const file = /filename="([^"]*)"/i.exec(head)?.[1];
  const where = `${file === undefined ? 'body' : 'file'} ${name}`.slice(0, 80);
  const add = (rule: WafRule, match: string) =>
    void findings.push({ rule, family: 'protocol', where, match: match.slice(0, 80), score: 5 });
  // What would end a quoted string, or begin another parameter, for whoever splits the line by hand.
  const odd = [name, file ?? ''].find((text) => /[;=\\]/.test(text));
  if (odd !== undefined) add('multipart-name', odd);
  // RFC 7578 section 4.7: deprecated, and nobody sends it; who honours it reads another text than we do.
  const transfer = /^content-transfer-encoding[ \t]*:[ \t]*([^\r\n]*)/im.exec(head)?.[1];
  if (transfer !== undefined) add('multipart-coded', transfer);
  const text = Buffer.from(content, 'latin1').toString('utf8').trimEnd();
  const charset = /charset ?= ?"?([^\s;"]+)/i.exec(head)?.[1] ?? (name === '_charset_' ? text : undefined);
  if (charset !== undefined && !plainCharsets.includes(charset.toLowerCase()))
    add('multipart-charset', charset);
  // What is in a file is not text for a page or a query; its name may be a path.
  const part: Part =
    file === undefined ? { where, kind: 'argument', text } : { where, kind: 'file', text: file };
  return { part, findings };
}
