import { describe, expect, it } from 'vitest';
import { BlindspotError } from '../../../../../../electron/contract/errors.ts';
import { dockerFailure } from '../../../../../../electron/host/engine/docker/failure.ts';

const http = (statusCode: number, message: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), { statusCode });

describe('dockerFailure', () => {
  it.each([
    [http(500, 'write /var/lib: no space left on device'), 'disk-full'],
    [http(403, 'Pool overlaps with other one on this address space'), 'address-clash'],
    [http(500, 'driver failed: Address already in use'), 'address-clash'],
    [http(500, 'Bind for 127.0.0.1:80 failed: port is already allocated'), 'port-in-use'],
    [http(404, 'No such image: blindspot:abc'), 'image-missing'],
    [http(404, 'No such container: x'), 'not-found'],
    [http(409, 'Container x is not running'), 'node-not-running'],
    [http(500, 'OCI runtime create failed'), 'engine-failed'],
    [Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' }), 'engine-lost'],
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'engine-lost'],
  ])('%s is %s', (error, code) => {
    const failure = dockerFailure('It failed', error);
    expect(failure.code).toBe(code);
    expect(failure.next).not.toBe('');
  });

  it('keeps the engine’s own sentence and says what was being done', () => {
    expect(dockerFailure('a did not start', http(500, 'runc: no such file')).message).toBe(
      'a did not start: runc: no such file',
    );
  });

  it('leaves an error of ours alone', () => {
    const ours = new BlindspotError({ code: 'image-failed', message: 'x' });
    expect(dockerFailure('y', ours)).toBe(ours);
  });
});
