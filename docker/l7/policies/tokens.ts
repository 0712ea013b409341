//  call --Authorization: Bearer--> [form > algorithm > key > signature > claims] --> on, with its subject | 401 | 403
import { fieldValues, withoutFields } from '../message.ts';
import { testOf } from './matcher.ts';
import type { Test } from './matcher.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call } from './policy.ts';
import { viewOf } from './request-view.ts';
import { claimsProblem, missingScopes } from './tokens/claims.ts';
import { remembering } from './tokens/remembered.ts';
import { createVerifier } from './tokens/verify.ts';
import type { Claims } from './tokens/verify.ts';
import type { TokenRule } from '../../protocol/l7/tokens.ts';

interface Rule {
  readonly name: string;
  readonly rule: TokenRule;
  readonly applies: Test;
}

type Judged = { readonly claims: Claims } | { readonly answer: Answer };

export const tokens = kind('tokens', (settings, { clock }) => {
  const rules = Object.entries(settings.rules).map(([name, rule]): Rule => {
    return { name, rule, applies: testOf(rule.match) };
  });
  if (rules.length === 0) return null;
  const verifier = remembering(createVerifier(settings));
  const counts = { accepted: 0, 'without a token': 0, 'a token that will not do': 0, 'a scope missing': 0 };
  const names = rules.map(({ rule }) => rule.subjectHeader.toLowerCase());

  const judge = ({ name, rule }: Rule, call: Call): Judged => {
    const [line, ...more] = fieldValues(call.head.fields, 'authorization');
    const token = /^bearer +([^ ]+)$/i.exec(line ?? '')?.[1];
    const count = (what: keyof typeof counts) => {
      if (!call.dry) counts[what] += 1;
    };
    if (token === undefined || more.length > 0) {
      call.why('tokens', `${name}: no token`);
      count('without a token');
      return no(401, 'a token is needed', 'Bearer');
    }
    const read = verifier.verify(token);
    const problem =
      'problem' in read
        ? read.problem
        : claimsProblem(read.claims, rule, clock.now() / 1000, settings.leewaySeconds);
    if (problem !== null || 'problem' in read) {
      call.why('tokens', `${name}: ${problem ?? 'not a token'}`);
      count('a token that will not do');
      return no(401, problem ?? 'not a token', 'Bearer error="invalid_token"');
    }
    const missing = missingScopes(read.claims, rule.scopes);
    if (missing.length > 0) {
      call.why('tokens', `${name}: scope ${missing.join(' ')} is missing`);
      count('a scope missing');
      return no(403, `scope ${missing.join(' ')} is missing`, 'Bearer error="insufficient_scope"');
    }
    call.why('tokens', `${name}: ${subjectOf(read.claims)}`);
    count('accepted');
    return { claims: read.claims };
  };

  return {
    name: 'tokens',
    request(call) {
      const request = viewOf(call.head, call.peer.address, call.peer.localPort);
      // What cannot be read cannot be judged, and must not get past for that.
      if (request.path === null) return notAPath;
      // Nobody but us says who it is, on any path.
      call.head = { ...call.head, fields: withoutFields(call.head.fields, names) };
      for (const rule of rules) {
        if (!rule.applies(request)) continue;
        const judged = judge(rule, call);
        if ('answer' in judged) return judged.answer;
        const fields = [...call.head.fields, [rule.rule.subjectHeader, subjectOf(judged.claims)] as const];
        call.head = { ...call.head, fields };
      }
      return null;
    },
    stats: () => ({ ...counts }),
  };
});

/** Only what a header may hold (RFC 9110 5.5): a subject is anything that its issuer likes. */
function subjectOf({ sub }: Claims): string {
  return typeof sub === 'string' ? sub.replace(/[^\x21-\x7e]/g, '_').slice(0, 200) : 'unnamed';
}

/** RFC 6750 section 3. */
function no(status: number, words: string, challenge: string): Judged {
  const answer: Answer = {
    status,
    fields: [
      ['content-type', 'text/plain'],
      ['www-authenticate', challenge],
    ],
    body: `${status}: the proxy answers, not a target (${words})\n`,
  };
  return { answer };
}

const notAPath: Answer = {
  status: 400,
  fields: [['content-type', 'text/plain']],
  body: '400: the proxy answers, not a target (not a path)\n',
};
