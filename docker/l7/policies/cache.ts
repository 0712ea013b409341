//  call --> stored and fresh? --> answer from the store
//       \-> stale or missing  --> on to the target; its answer goes to the client and into the store
import type { CacheSettings } from '../../protocol/l7/cache.ts';
import type { CacheStats, StoredView } from '../../protocol/l7/policy-stats.ts';
import type { Json } from '../../protocol/json.ts';
import { clientHeader, requestIdHeader } from '../../protocol/common.ts';
import { fieldValue, fieldValues, withoutFields } from '../message.ts';
import type { RequestHead, ResponseHead } from '../message.ts';
import { asking, clientHasIt, isTheSame, unconditional } from './cache/conditional.ts';
import { readDirectives } from './cache/directives.ts';
import { freshen, givenFields, keyOf, newEntry } from './cache/entry.ts';
import { namedBy, throughCache } from './cache/fetched.ts';
import type { Course, Keep } from './cache/fetched.ts';
import { createFlights } from './cache/flights.ts';
import { ageMs, judged, standsIn } from './cache/judged.ts';
import { wantedPart } from './cache/range.ts';
import type { Part } from './cache/range.ts';
import { saidBy } from './cache/said.ts';
import { storable } from './cache/storable.ts';
import { createStore, isFor } from './cache/store.ts';
import type { Entry } from './cache/store.ts';
import { kind } from './policy-kind.ts';
import type { Answer, Call, Policy, Services } from './policy.ts';

type Counts = Record<Exclude<keyof CacheStats, 'objects' | 'bytes' | 'stored'>, number>;

const mostShown = 12;

export const cache = kind('cache', (settings, services): Policy | null =>
  settings.enabled ? createCache(settings, services) : null,
);

/** A change of its settings empties it: what was stored under other rules is not to be served under these. */
function createCache(settings: CacheSettings, { clock, ask }: Services): Policy {
  const store = createStore(settings.maxBytes, settings.ignoreVary);
  const flights = createFlights(clock.now);
  const { targeted } = settings;
  const counts: Counts = {
    hits: 0,
    stale: 0,
    misses: 0,
    revalidated: 0,
    collapsed: 0,
    passed: 0,
    againstVary: 0,
    againstPrivate: 0,
    invalidated: 0,
    evicted: 0,
    bytesSaved: 0,
  };

  const decide = (call: Call, waited: boolean): Answer | null | Promise<Answer | null> => {
    const request = call.head;
    const key = keyOf(request);
    const now = clock.now();
    const { entry, others } = store.find(key, (name) => fieldValue(request.fields, name));
    const use = entry === null ? 'ask' : judged(entry, request, settings, now);
    if (entry !== null && use !== 'ask') {
      if (waited) counts.collapsed += 1;
      if (use === 'stale-while-revalidate' && !call.dry) refresh(entry, request, call);
      return hit(call, entry, use !== 'fresh', use);
    }
    if (readDirectives(request.fields).has('only-if-cached')) {
      call.why('cache', 'not stored, and the client wants nothing else');
      return { status: 504, fields: [['Cache-Status', 'Blindspot; detail=only-if-cached']], body: '' };
    }
    if (call.dry) {
      call.why('cache', entry === null ? 'not stored' : 'stored, and to be asked for');
      return null;
    }
    const flight = settings.collapse && !waited ? flights.underWay(key) : null;
    if (flight !== null) return flight.then(() => decide(call, true));
    fetch(call, key, request, entry, others);
    return null;
  };

  const hit = (call: Call, entry: Entry, stale: boolean, how: string): Answer => {
    const now = clock.now();
    const left = Math.round((entry.lifetimeMs - ageMs(entry, now)) / 1000);
    call.why('cache', `hit, ${left} s ${left < 0 ? 'stale' : 'left'}${how === 'fresh' ? '' : ` (${how})`}`);
    const has = clientHasIt(call.received, entry);
    const part = has ? null : wantedPart(call.received, entry);
    const { status, body, fields: about } = has ? unchanged : partOf(entry, part);
    if (!call.dry) {
      counts.hits += 1;
      entry.hits += 1;
      counts.bytesSaved += has ? entry.body.length : body.length;
      if (stale) counts.stale += 1;
      if (!isFor(entry.vary, (name) => fieldValue(call.head.fields, name))) counts.againstVary += 1;
    }
    return { status, fields: [...givenFields(entry, now, `hit; ttl=${left}`), ...about], body };
  };

  /** A part of what is stored whole and fresh; parts by themselves are not stored. */
  const fromStore = (call: Call): Answer | null => {
    const { entry } = store.find(keyOf(call.head), (name) => fieldValue(call.head.fields, name));
    const use = entry === null ? 'ask' : judged(entry, call.head, settings, clock.now());
    return entry !== null && use === 'fresh' ? hit(call, entry, false, use) : null;
  };

  const fetch = (call: Call, key: string, request: RequestHead, entry: Entry | null, others: boolean) => {
    const askedAt = clock.now();
    const landed = settings.collapse && request.method === 'GET' ? flights.begin(key) : null;
    if (landed !== null) call.atEnd(() => landed(false));
    counts.misses += 1;
    const question = entry === null || request.method !== 'GET' ? null : asking(request, entry.head);
    if (question !== null) call.head = question;
    const missing = others ? 'miss, for such a request' : 'miss';
    call.why('cache', entry === null ? missing : 'stored, but the target is asked');
    const forward = entry === null ? (others ? 'fwd=vary-miss' : 'fwd=uri-miss') : 'fwd=stale';

    const decideOn = (head: ResponseHead): Course => {
      const now = clock.now();
      if (entry !== null && question !== null && head.status === 304) {
        freshen(entry, head, { askedAt, receivedAt: now, targeted });
        counts.revalidated += 1;
        landed?.(false);
        return replay(entry, request, `${forward}; fwd-status=304`, head, false);
      }
      if (entry !== null && head.status >= 500 && standsIn(entry, settings, now)) {
        call.why('cache', `what is stored, instead of ${head.status}`);
        counts.stale += 1;
        landed?.(false);
        return replay(entry, request, `${forward}; fwd-status=${head.status}`, head, true);
      }
      if (entry !== null && request.method === 'HEAD' && head.status === 200) {
        if (isTheSame(entry, head)) freshen(entry, head, { askedAt, receivedAt: now, targeted });
        else store.drop(entry);
      }
      const { why, wrongly } = storable(request, head, saidBy(head, targeted), settings, now);
      if (why === null) return { head: said(head, `${forward}; stored`), keep: keep(head, wrongly) };
      // What is stored is true no more, if the target says something else that may not be stored.
      if (entry !== null && head.status < 500 && request.method === 'GET') store.drop(entry);
      landed?.(head.status !== 304);
      call.why('cache', `not stored: ${why}`);
      return { head: said(head, forward), keep: null };
    };
    const keep = (head: ResponseHead, wrongly: boolean): Keep => ({
      maxBytes: settings.maxObjectBytes,
      whole(body) {
        if (wrongly) counts.againstPrivate += 1;
        const times = { askedAt, receivedAt: clock.now(), targeted };
        const origin = { head: unconditional(call.head), pool: call.pool };
        counts.evicted += store.put(newEntry(key, request, head, body, times, origin));
        landed?.(false);
      },
      tooLarge: () => landed?.(true),
    });

    call.wrapResponse((next) => throughCache(next, decideOn));
    if (entry === null) return;
    call.rescue('cache', (cause) =>
      standsIn(entry, settings, clock.now()) ? hit(call, entry, true, `instead of ${cause}`) : null,
    );
  };

  const replay = (
    entry: Entry,
    request: RequestHead,
    status: string,
    told: ResponseHead,
    now: boolean,
  ): Course => {
    const has = clientHasIt(request, entry);
    const body = has || request.method === 'HEAD' ? Buffer.alloc(0) : entry.body;
    counts.bytesSaved += entry.body.length;
    const length = has ? [] : [['Content-Length', String(entry.body.length)] as const];
    const fields = [...givenFields(entry, clock.now(), status), ...length, ...namedBy(told)];
    return { head: { status: has ? 304 : entry.head.status, fields }, body, now };
  };

  /** On our own account, once for all who are served the stale one meanwhile. */
  const refresh = (entry: Entry, request: RequestHead, call: Call) => {
    if (entry.refreshing) return;
    entry.refreshing = true;
    const askedAt = clock.now();
    const { head: sent, pool } = entry.origin;
    const head = asking(sent, entry.head) ?? sent;
    const fields = withoutFields(head.fields, [clientHeader, requestIdHeader]);
    ask({
      head: { ...head, fields },
      body: null,
      pool,
      prefer: null,
      peer: call.peer,
      maxBytes: settings.maxObjectBytes,
    })
      .then((answer) => {
        const times = { askedAt, receivedAt: clock.now(), targeted };
        if (answer.head.status === 304) {
          freshen(entry, answer.head, times);
          counts.revalidated += 1;
        } else if (answer.head.status < 500) {
          store.drop(entry);
          const said = saidBy(answer.head, targeted);
          if (storable(request, answer.head, said, settings, times.receivedAt).why !== null) return;
          store.put(newEntry(entry.key, request, answer.head, answer.body, times, entry.origin));
        }
      })
      // A target that gives no answer leaves what is stored as it is, until its time is over.
      .catch(() => undefined)
      .finally(() => void (entry.refreshing = false));
  };

  /** RFC 9111 section 4.4: what an unsafe method may have changed, where it went well. */
  const invalidating = (call: Call) => {
    const base = keyOf(call.head);
    call.wrapResponse((next) => ({
      ...next,
      head(head) {
        if (head.status >= 200 && head.status < 400) {
          for (const key of namedIn(base, head)) counts.invalidated += store.remove(key);
        }
        next.head(head);
      },
    }));
  };

  return {
    name: 'cache',
    request(call) {
      const { method, fields } = call.head;
      const plain = call.upgrade === null && !call.hasBody;
      const whole = plain && fieldValue(fields, 'range') === null;
      if ((method === 'GET' || method === 'HEAD') && whole) return decide(call, false);
      if (method === 'GET' && plain) {
        const part = fromStore(call);
        if (part !== null) return part;
      }
      if (!call.dry) counts.passed += 1;
      call.why('cache', `passed: ${whole ? method : 'no plain GET'}`);
      if (!safe.has(method)) invalidating(call);
      return null;
    },
    stats: () =>
      ({
        ...counts,
        objects: store.objects,
        bytes: store.bytes,
        stored: store.latest(mostShown).map((entry) => shown(entry, clock.now())),
      }) satisfies CacheStats as unknown as Json,
  };
}

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

const unchanged = { status: 304, body: '', fields: [] } as const;

function partOf({ head, body }: Entry, part: Part): Answer {
  if (part === null) return { status: head.status, body, fields: [] };
  if (part === 'none')
    return { status: 416, body: '', fields: [['Content-Range', `bytes */${body.length}`]] };
  const { from, to } = part;
  return {
    status: 206,
    body: body.subarray(from, to + 1),
    fields: [['Content-Range', `bytes ${from}-${to}/${body.length}`]],
  };
}

function said(head: ResponseHead, status: string): ResponseHead {
  return { ...head, fields: [...head.fields, ['Cache-Status', `Blindspot; ${status}`]] };
}

/** The URL itself, and those that the answer names, if they are on the same host. */
function namedIn(base: string, { fields }: ResponseHead): readonly string[] {
  const named = [...fieldValues(fields, 'location'), ...fieldValues(fields, 'content-location')];
  const urls = named.flatMap((reference) => {
    const url = URL.parse(reference, base);
    return url !== null && url.origin === URL.parse(base)?.origin
      ? [base.slice(0, pathAt(base)) + url.pathname + url.search]
      : [];
  });
  return [base, ...urls];
}

function pathAt(url: string): number {
  return url.indexOf('/', url.indexOf('://') + 3);
}

function shown(entry: Entry, now: number): StoredView {
  const age = ageMs(entry, now);
  const of = entry.vary.map(([name, value]) => `${name}: ${value ?? '-'}`).join(', ');
  return {
    url: entry.key.slice(0, 200),
    of: of.slice(0, 200),
    ageMs: age,
    leftMs: entry.lifetimeMs - age,
    bytes: entry.body.length,
    hits: entry.hits,
  };
}
