import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { certificates, identityOf } from '../../support/certificates.ts';
import { cleanUp, httpBackend, proxyTo } from '../../unit/docker/l7/rig.ts';
import { installed } from './native.ts';
import { runProgram } from './program.ts';

/** Clients that others wrote, before our proxy: over HTTP/1, HTTP/2 in the clear and over TLS. */
function needs(binary: string): boolean {
  const there = installed(binary);
  if (!there) it.skip(`cannot be run here: ${binary} is not installed`, () => undefined);
  return !there;
}
let folder = '';
let authority = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bs-clients-'));
  authority = join(folder, 'authority.pem');
  await writeFile(authority, (await certificates()).authority);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(cleanUp);

const big = 'x'.repeat(2_000_000);
/** Says what it got; 2 MB where it is asked for much. */
const echo: RequestListener = (incoming, outgoing) => {
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
  incoming.on('end', () => {
    outgoing.setHeader('content-type', 'text/plain');
    outgoing.end(incoming.url === '/big' ? big : `${incoming.method ?? ''} ${incoming.url ?? ''} ${bytes}\n`);
  });
};

async function plain(): Promise<string> {
  const { port } = await proxyTo([(await httpBackend(echo)).port]);
  return `http://127.0.0.1:${port}`;
}

async function secure(): Promise<{ readonly url: string; readonly port: number }> {
  const target = await httpBackend(echo);
  const { port } = await proxyTo([target.port], { tls: { on: true } }, undefined, await identityOf('site'));
  return { url: `https://app.lab:${port}`, port };
}

describe('curl', () => {
  const skip = needs('curl');
  const say = ['-sS', '--max-time', '30', '-w', '%{http_version} %{http_code} %{size_download}'];
  const curl = async (...args: readonly string[]) => {
    const { code, out, err } = await runProgram('curl', [...say, ...args]);
    return code === 0 ? out : `${code}: ${err}`;
  };

  it.skipIf(skip)('speaks HTTP/1.1, 1.0 and HTTP/2', async () => {
    const url = await plain();
    expect(await curl(`${url}/a`)).toBe('GET /a 0\n1.1 200 9');
    expect(await curl('--http1.0', `${url}/a`)).toBe('GET /a 0\n1.1 200 9');
    expect(await curl('--http2-prior-knowledge', `${url}/a`)).toBe('GET /a 0\n2 200 9');
    // Offered an upgrade to h2c, which is gone (RFC 9113 section 3.1), the proxy answers in HTTP/1.1.
    expect(await curl('--http2', `${url}/a`)).toBe('GET /a 0\n1.1 200 9');
    expect(await curl('-I', '-o', '/dev/null', `${url}/big`)).toBe('1.1 200 0');
  });

  it.skipIf(skip)('sends bodies with a length, in chunks, and after a 100', async () => {
    const url = await plain();
    const file = join(folder, 'body');
    await writeFile(file, big);
    for (const version of ['--http1.1', '--http2-prior-knowledge']) {
      const spoken = version === '--http1.1' ? '1.1' : '2';
      expect(await curl(version, '-d', 'hello', `${url}/a`)).toBe(`POST /a 5\n${spoken} 200 10`);
      expect(await curl(version, '-T', file, `${url}/a`)).toBe(`PUT /a 2000000\n${spoken} 200 15`);
      const expecting = [
        '-H',
        'Expect: 100-continue',
        '--expect100-timeout',
        '20',
        '--data-binary',
        `@${file}`,
      ];
      expect(await curl(version, ...expecting, `${url}/a`)).toBe(`POST /a 2000000\n${spoken} 200 16`);
    }
    expect(await curl('-H', 'Transfer-Encoding: chunked', '-d', 'hello', `${url}/a`)).toBe(
      'POST /a 5\n1.1 200 10',
    );
  });

  it.skipIf(skip)('downloads much, over each version, and uses a connection again', async () => {
    const url = await plain();
    const quiet = ['-o', '/dev/null', `${url}/big`];
    expect(await curl('--http1.1', ...quiet, ...quiet)).toBe('1.1 200 20000001.1 200 2000000');
    // Once only: curl 7.88 loses its place in a second transfer by prior knowledge, whoever the server is.
    expect(await curl('--http2-prior-knowledge', ...quiet)).toBe('2 200 2000000');
    const { err } = await runProgram('curl', ['-sv', `${url}/a`, `${url}/b`]);
    expect(err).toContain('Re-using existing connection');
  });

  it.skipIf(skip)('verifies the certificate, and agrees on HTTP/2 or on HTTP/1.1', async () => {
    const { url, port } = await secure();
    const named = ['--cacert', authority, '--resolve', `app.lab:${port}:127.0.0.1`];
    expect(await curl(...named, `${url}/a`)).toBe('GET /a 0\n2 200 9');
    expect(await curl(...named, '--http1.1', `${url}/a`)).toBe('GET /a 0\n1.1 200 9');
    expect(await curl(...named, '--tls-max', '1.2', `${url}/a`)).toBe('GET /a 0\n2 200 9');
    expect(await curl('--resolve', `app.lab:${port}:127.0.0.1`, `${url}/a`)).toMatch(/^60: .*certificate/);
  });
});

describe('nghttp', () => {
  const skip = needs('nghttp');

  it.skipIf(skip)('gets what it asks for, many times at once, and hears no error', async () => {
    const url = await plain();
    const { code, out } = await runProgram('nghttp', ['-nv', '-m', '20', `${url}/big`]);
    expect(code).toBe(0);
    expect(out.match(/:status: 200/g)).toHaveLength(20);
    expect(out).not.toMatch(/RST_STREAM|error_code=(?!NO_ERROR)|\[ERROR\]/);
  });

  it.skipIf(skip)('sends a body and trailers', async () => {
    const url = await plain();
    const file = join(folder, 'small');
    await writeFile(file, 'hello');
    const { out } = await runProgram('nghttp', ['-d', file, '--trailer', 'x-sum: 1', `${url}/a`]);
    expect(out).toContain('POST /a 5');
  });

  it.skipIf(skip)('agrees on h2 over TLS', async () => {
    const { port } = await secure();
    const { out } = await runProgram('nghttp', [
      '-y',
      '-v',
      '-H',
      ':authority: app.lab',
      `https://127.0.0.1:${port}/a`,
    ]);
    expect(out).toMatch(/The negotiated protocol: h2/);
    expect(out).toContain('GET /a 0');
  });
});

describe('h2load', () => {
  const skip = needs('h2load');
  const load = async (...args: readonly string[]) => (await runProgram('h2load', args)).out;
  const all = /requests: 1000 total, 1000 started, 1000 done, 1000 succeeded, 0 failed, 0 errored, 0 timeout/;

  it.skipIf(skip)('loses nothing over HTTP/2 in the clear', async () => {
    const out = await load('-n', '1000', '-c', '5', '-m', '20', `${await plain()}/a`);
    expect(out).toMatch(all);
    expect(out).toMatch(/status codes: 1000 2xx/);
  });

  it.skipIf(skip)('loses nothing over TLS', async () => {
    const { port } = await secure();
    const out = await load('-n', '1000', '-c', '5', '-m', '20', `https://127.0.0.1:${port}/a`);
    expect(out).toContain('Application protocol: h2');
    expect(out).toMatch(all);
  });

  it.skipIf(skip)('loses nothing over HTTP/1.1, pipelined', async () => {
    expect(await load('--h1', '-n', '1000', '-c', '5', '-m', '4', `${await plain()}/a`)).toMatch(all);
  });

  it.skipIf(skip)('sends and gets bodies larger than its windows', async () => {
    const file = join(folder, 'upload');
    await writeFile(file, 'x'.repeat(300_000));
    const out = await load(
      '-n',
      '40',
      '-c',
      '2',
      '-m',
      '4',
      '-w',
      '14',
      '-W',
      '15',
      '-d',
      file,
      `${await plain()}/big`,
    );
    expect(out).toMatch(/40 succeeded, 0 failed, 0 errored/);
  });
});

describe('testssl', () => {
  const skip = needs('testssl');

  it.skipIf(skip)(
    'finds the new protocols and good ciphers, and none of the old',
    { timeout: 120_000 },
    async () => {
      const { port } = await secure();
      const file = join(folder, 'testssl.json');
      const quiet = [
        '--quiet',
        '--color',
        '0',
        '--warnings',
        'off',
        '--ip',
        '127.0.0.1',
        '--openssl-timeout',
        '10',
      ];
      const { out } = await runProgram(
        'testssl',
        [...quiet, '-p', '-s', '--jsonfile', file, `app.lab:${port}`],
        {
          timeoutMs: 240_000,
        },
      );
      const line = (start: RegExp) =>
        out.split('\n').find((one) => start.test(one.trim())) ?? `nothing about ${start.source} in ${out}`;
      for (const old of [/^SSLv2/, /^SSLv3/, /^TLS 1\b(?!\.)/, /^TLS 1\.1/])
        expect(line(old)).toContain('not offered');
      for (const now of [/^TLS 1\.2/, /^TLS 1\.3/]) expect(line(now)).toMatch(/offered \(OK\)/);
      for (const weak of [
        /^NULL ciphers/,
        /^Anonymous NULL/,
        /^Export ciphers/,
        /^LOW:/,
        /^Triple DES/,
        /^Obsoleted CBC/,
      ])
        expect(line(weak)).toContain('not offered');
      expect(line(/^Forward Secrecy strong/)).toContain('offered (OK)');
      expect(line(/^ALPN\/HTTP2/)).toMatch(/h2, http\/1\.1/);
    },
  );
});
