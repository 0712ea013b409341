import type { RequestHead } from '../../message.ts';
import { fieldValue } from '../../message.ts';
import { hostOf } from '../request-view.ts';
import type { Finding } from './judge.ts';
import { normalised } from './normalised.ts';
import type { Part } from './parts.ts';

/** By which frameworks know a visitor again; a name that could be anybody's is none of them. */
const sessionNames =
  /^(?:jsessionid|phpsessid|phpsession|aspsessionid\w{0,8}|asp\.net_sessionid|cfid|cftoken|cfsid|zend_session_id|jservsession|jwsession|weblogicsession)$/;
/** What a program would include, by the name that it has for it. */
const includedNames =
  /(?:^|[[\]_.])(?:absolute_?path|root_?(?:path|dir)|base_?(?:path|dir)|lib_?(?:path|dir)|inc(?:lude)?_?(?:path|dir|file)|document_?root|(?:conf|config|globals)\w{0,10}\[\w{0,20}path)\]?$/;
const elsewhere = /^(?:https?|ftps?):\/\//;

/** What is no attack by itself, and one under that name. */
export function judgeNamed(parts: readonly Part[], head: RequestHead): readonly Finding[] {
  return parts.flatMap(({ where, kind, text }): Finding[] => {
    const [place, ...rest] = where.split(' ');
    if (kind !== 'argument' || (place !== 'query' && place !== 'body')) return [];
    const name = normalised(rest.join(' '));
    const match = text.slice(0, 80);
    if (sessionNames.test(name) && !cameFromHere(head))
      return [{ rule: 'session-given', family: 'session', where, match, score: 5 }];
    if (includedNames.test(name) && elsewhere.test(normalised(text)))
      return [{ rule: 'remote-by-name', family: 'remote-file', where, match, score: 5 }];
    return [];
  });
}

/** A link of our own page may carry a session; one of somebody else's hands out his. */
function cameFromHere({ authority, fields }: RequestHead): boolean {
  const referer = fieldValue(fields, 'referer');
  const host = referer === null ? null : /^https?:\/\/([^/?#\s]+)/i.exec(referer)?.[1];
  return host != null && hostOf(host) === hostOf(authority);
}
