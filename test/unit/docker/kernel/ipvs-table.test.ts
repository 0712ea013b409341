import { describe, expect, it } from 'vitest';
import {
  ipvsRules,
  ipvsScript,
  ipvsTable,
  parseIpvsStats,
  schedulerOf,
  serversIn,
} from '../../../../docker/kernel/ipvs-table.ts';
import type { PlaneTarget } from '../../../../docker/kernel/plane.ts';
import { l4SettingsSchema } from '../../../../docker/protocol/balancer.ts';

const front = { address: '10.9.0.2', port: 8080, virtual: false };
const target = (n: number, weight = 1, draining = false): PlaneTarget => ({
  id: `backend-${n}`,
  address: `10.9.0.${n + 10}`,
  port: 8080,
  weight,
  draining,
});
const settingsOf = (patch: object = {}) => l4SettingsSchema.parse({ plane: 'ipvs', ...patch });
const table = (serving: readonly PlaneTarget[], known = serving, patch: object = {}) =>
  ipvsTable({ serving, known, settings: settingsOf({ algorithm: 'round-robin', ...patch }) });

describe('what ip_vs is to hold', () => {
  it.each([
    ['round-robin', 'rr'],
    ['weighted-round-robin', 'wrr'],
    ['least-connections', 'wlc'],
    ['two-choices', 'twos'],
    ['source-hash', 'sh -b sh-fallback'],
    ['flow-hash', 'sh -b sh-fallback,sh-port'],
    ['maglev', 'mh -b mh-fallback,mh-port'],
  ])('chooses by %s with the scheduler %s', (algorithm, scheduler) => {
    expect(schedulerOf(settingsOf({ algorithm }))).toBe(scheduler);
  });

  it('hashes Maglev by source alone where that is asked for', () => {
    expect(schedulerOf(settingsOf({ algorithm: 'maglev', hashBy: 'source' }))).toBe('mh -b mh-fallback');
  });

  it.each(['random', 'modulo-hash', 'ring-hash'])('refuses %s and says why', (algorithm) => {
    expect(() => schedulerOf(settingsOf({ algorithm }))).toThrow(`ipvs cannot choose by ${algorithm}: `);
  });

  it('drains by weight 0, and takes out who fails its checks', () => {
    const wanted = table([target(3)], [target(1, 1, true), target(2), target(3)]);
    expect([...wanted.servers]).toEqual([
      ['10.9.0.13:8080', 1],
      ['10.9.0.11:8080', 0],
    ]);
  });

  it('has only whole weights, in proportion where ours are not whole', () => {
    expect([...table([target(1, 3), target(2, 1)]).servers.values()]).toEqual([3, 1]);
    expect([...table([target(1, 0.5), target(2, 0.001)]).servers.values()]).toEqual([50, 1]);
  });
});

describe('the way there', () => {
  it('begins with the service, and names each server once', () => {
    expect(ipvsScript(front, null, table([target(1, 2), target(2)]))).toBe(
      [
        '-A -t 10.9.0.2:8080 -s rr',
        '-a -t 10.9.0.2:8080 -r 10.9.0.11:8080 -m -w 2',
        '-a -t 10.9.0.2:8080 -r 10.9.0.12:8080 -m -w 1',
        '',
      ].join('\n'),
    );
  });

  it('says only what changes, and who comes before who goes', () => {
    const before = table([target(1), target(2), target(3)]);
    const after = table([target(2, 5), target(3), target(4)], undefined, {
      algorithm: 'weighted-round-robin',
    });
    expect(ipvsScript(front, before, after)).toBe(
      [
        '-e -t 10.9.0.2:8080 -r 10.9.0.12:8080 -m -w 5',
        '-a -t 10.9.0.2:8080 -r 10.9.0.14:8080 -m -w 1',
        '-d -t 10.9.0.2:8080 -r 10.9.0.11:8080',
        '-E -t 10.9.0.2:8080 -s wrr',
        '',
      ].join('\n'),
    );
  });

  it('is nothing where all stands as it should', () => {
    expect(ipvsScript(front, table([target(1)]), table([target(1)]))).toBe('');
  });

  it('keeps the service where nobody serves, so that clients hear of it at once', () => {
    expect(ipvsScript(front, table([target(1)]), table([], [target(1)]))).toBe(
      '-d -t 10.9.0.2:8080 -r 10.9.0.11:8080\n',
    );
  });
});

describe('what ip_vs has counted', () => {
  const counts = parseIpvsStats(stats(), front);

  it('is read for our service alone', () => {
    expect(counts.service).toEqual({
      connections: 5,
      packetsIn: 30,
      packetsOut: 25,
      bytesIn: 2100,
      bytesOut: 3000,
    });
    expect([...counts.servers.keys()]).toEqual(['10.9.0.11:8080', '10.9.0.12:8080']);
    expect(counts.servers.get('10.9.0.12:8080')).toMatchObject({ connections: 2, bytesOut: 1200 });
  });

  it('is nothing before there is a service', () => {
    expect(parseIpvsStats(stats().split('\n').slice(0, 3).join('\n'), front)).toEqual({
      service: null,
      servers: new Map(),
    });
  });

  it('stands beside the rules as ipvsadm saves them', () => {
    const saved = [
      '-A -t 10.9.0.2:8080 -s sh -b sh-fallback,sh-port',
      '-a -t 10.9.0.2:8080 -r 10.9.0.11:8080 -m -w 1',
      '-a -t 10.9.0.2:8080 -r 10.9.0.12:8080 -m -w 0',
      '',
    ].join('\n');
    expect([...serversIn(saved, front)]).toEqual([
      ['10.9.0.11:8080', 1],
      ['10.9.0.12:8080', 0],
    ]);
    expect(serversIn(saved, { ...front, port: 9090 }).size).toBe(0);
    expect(ipvsRules(saved, counts)).toEqual([
      { chain: 'service', text: 'TCP 10.9.0.2:8080 -s sh -b sh-fallback,sh-port', packets: 30, bytes: 2100 },
      { chain: 'server', text: '-> 10.9.0.11:8080 -m -w 1', packets: 18, bytes: 1260 },
      { chain: 'server', text: '-> 10.9.0.12:8080 -m -w 0', packets: 12, bytes: 840 },
    ]);
  });
});

/** As ipvsadm 1.31 prints it. */
function stats(): string {
  return `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
UDP  10.9.0.2:8080                       9        9        9        9        9
  -> 10.9.0.19:8080                      9        9        9        9        9
TCP  10.9.0.2:8080                       5       30       25     2100     3000
  -> 10.9.0.11:8080                      3       18       15     1260     1800
  -> 10.9.0.12:8080                      2       12       10      840     1200
TCP  10.9.0.2:9090                       7        7        7        7        7
  -> 10.9.0.13:9090                      7        7        7        7        7
`;
}
