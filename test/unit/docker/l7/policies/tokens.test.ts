import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { OwnCall } from '../../../../../docker/l7/call.ts';
import type { Answer, Services } from '../../../../../docker/l7/policies/policy.ts';
import { tokens } from '../../../../../docker/l7/policies/tokens.ts';
import { l7SettingsSchema } from '../../../../../docker/protocol/balancer.ts';
import type { L7Patch } from '../../../../../docker/protocol/balancer.ts';
import { tokensSchema } from '../../../../../docker/protocol/l7/tokens.ts';
import { ask, cleanUp, echoHead, httpBackend, proxyTo, seen } from '../rig.ts';
import { headOf } from './request.ts';

afterEach(cleanUp);

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const soon = () => Math.floor(Date.now() / 1000) + 600;
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1' };

function token(
  claims: object,
  header: object = { alg: 'ES256', kid: 'k1' },
  key: KeyObject = pair.privateKey,
) {
  const text = `${encode(header)}.${encode(claims)}`;
  const input = key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' as const } : { key };
  return `${text}.${sign('sha256', Buffer.from(text), input).toString('base64url')}`;
}

type Tokens = NonNullable<L7Patch['tokens']>;

async function gate(more: Tokens = {}) {
  const target = await httpBackend(echoHead);
  const rules = { api: { match: { path: '/x' }, audience: 'shop', issuer: 'https://id.test' } };
  const made = await proxyTo([target.port], { tokens: { rules, keys: [jwk] as never, ...more } });
  const tell = async (text: string | null, headers: Record<string, string> = {}) => {
    const authorization = text === null ? {} : { authorization: `Bearer ${text}` };
    return await ask(made.port, { headers: { ...headers, ...authorization } });
  };
  return { ...made, tell };
}

const good = () => ({ sub: 'anna', aud: ['shop', 'x'], iss: 'https://id.test', exp: soon() });

describe('tokens at the edge', () => {
  it('lets a good one through, and tells the target who it is', async () => {
    const { tell, log } = await gate();
    const answer = await tell(token(good()), { 'X-Subject': 'mallory' });
    expect(answer.status).toBe(200);
    expect(seen(answer).headers['x-subject']).toBe('anna');
    expect(log[0]?.why).toContain('tokens: api: anna');
  });

  it('asks for one, and does not let anybody name himself', async () => {
    const { tell, proxy } = await gate();
    const answer = await tell(null);
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(proxy.pipeline.stats().tokens).toMatchObject({ accepted: 0, 'without a token': 1 });
    const open = await gate({ rules: { other: { match: { path: '/other' } } } });
    expect(seen(await open.tell(null, { 'x-subject': 'mallory' })).headers).not.toHaveProperty('x-subject');
  });

  it('refuses what is expired, early, for others, from others, endless or altered', async () => {
    const { tell } = await gate();
    const now = soon() - 600;
    const body = async (text: string) => {
      const { status, body: words } = await tell(text);
      return `${status} ${/\((.*)\)/.exec(words)?.[1] ?? ''}`;
    };
    expect(await body(token({ ...good(), exp: now - 7200 }))).toBe('401 the token ended 2 h ago');
    expect(await body(token({ ...good(), nbf: now + 300 }))).toBe('401 the token is not good yet');
    expect(await body(token({ ...good(), aud: 'bank' }))).toBe('401 meant for another audience');
    expect(await body(token({ ...good(), iss: 'https://evil.test' }))).toBe('401 another issuer');
    expect(await body(token({ ...good(), exp: undefined }))).toBe('401 the token does not say when it ends');
    const [head = '', , signature = ''] = token(good()).split('.');
    expect(await body(`${head}.${encode({ ...good(), sub: 'root' })}.${signature}`)).toBe(
      '401 the signature is wrong',
    );
    expect(await body('a.b')).toBe('401 not a token');
    // Within the leeway of clocks.
    expect((await tell(token({ ...good(), exp: now - 10 }))).status).toBe(200);
  });

  it('does not let one outlive its end because it was good before', () => {
    let now = 1000;
    const clock = { now: () => now * 1000, after: () => () => undefined };
    const rules = { all: {} };
    const policy = tokens.create(
      l7SettingsSchema.parse({ tokens: { rules, keys: [jwk], leewaySeconds: 0 } }),
      { clock } as unknown as Services,
      null,
    );
    const field = ['Authorization', `Bearer ${token({ sub: 'anna', exp: 1010 })}`] as const;
    const peer = { address: '10.0.0.9', port: 1, localAddress: '10.0.0.1', localPort: 80, tls: null };
    const request = { peer, hasBody: false, upgrade: null, trailers: false };
    const status = () => {
      const call = new OwnCall('1', 0, { ...request, head: headOf({ fields: [field] }) }, () =>
        Promise.reject(new Error('no body')),
      );
      return (policy?.request(call) as Answer | null)?.status ?? 200;
    };
    expect(status()).toBe(200);
    now = 1009;
    expect(status()).toBe(200);
    now = 1010;
    expect(status()).toBe(401);
  });

  it('does not let one outlive the key that it was signed by', async () => {
    const { tell, change } = await gate({ rules: { all: {} } });
    const text = token(good());
    expect((await tell(text)).status).toBe(200);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    change({ tokens: { rules: { all: {} }, keys: [{ ...other, kid: 'k1' }] as never } });
    expect((await tell(text)).status).toBe(401);
  });

  it('is not talked into another algorithm', async () => {
    const { tell } = await gate({ algorithms: ['ES256', 'RS256'] });
    const none = `${encode({ alg: 'none' })}.${encode(good())}.x`;
    expect((await tell(none)).body).toContain('algorithm "none" is not allowed');
    // The public key as a secret: known to everybody.
    const text = `${encode({ alg: 'HS256', kid: 'k1' })}.${encode(good())}`;
    const secret = pair.publicKey.export({ format: 'pem', type: 'spki' });
    const forged = `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    expect((await tell(forged)).body).toContain('algorithm "HS256" is not allowed');
    const other = token(good(), { alg: 'RS256', kid: 'k1' }, rsa.privateKey);
    expect((await tell(other)).body).toContain('no key "k1" for RS256');
    expect((await tell(token(good(), { alg: 'ES256', kid: 'k2' }))).body).toContain('no key "k2"');
    expect((await tell(token(good(), { alg: 'ES256', crit: ['x'] }))).status).toBe(401);
  });

  it('wants scopes, and says 403 where one is missing', async () => {
    const rules = { api: { scopes: ['orders:write'] } };
    const { tell } = await gate({ rules });
    expect((await tell(token({ ...good(), scope: 'orders:read' }))).status).toBe(403);
    expect((await tell(token({ ...good(), scope: 'a orders:write' }))).status).toBe(200);
  });

  it('refuses a private key, and what is no key', () => {
    const problems = (key: object) =>
      tokensSchema.safeParse({ keys: [key] }).error?.issues.map(({ message }) => message);
    expect(problems(pair.privateKey.export({ format: 'jwk' }))).toContain(
      'a public key: this one has a private part',
    );
    expect(problems({ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' })).toContain('a key as RFC 7517 writes it');
  });
});

describe('tracing and Forwarded in the proxy', () => {
  it('names itself in the trace and in the chain', async () => {
    const target = await httpBackend(echoHead);
    const { port } = await proxyTo([target.port], { tracing: true, forwarded: 'append' });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { headers } = seen(await ask(port, { headers: { traceparent, forwarded: 'for=192.0.2.1' } }));
    expect(headers.traceparent).toMatch(/^00-a{32}-(?!b{16})[0-9a-f]{16}-01$/);
    expect(headers.forwarded).toMatch(/^for=192\.0\.2\.1, for=127\.0\.0\.1;by=127\.0\.0\.1;proto=http;host=/);
  });
});
