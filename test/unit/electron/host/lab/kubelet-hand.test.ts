import { describe, expect, it } from 'vitest';
import type { KubeletCommand } from '../../../../../docker/protocol/kubelet.ts';
import type { Json } from '../../../../../electron/contract/session.ts';
import { createKubeletHand, publishedList } from '../../../../../electron/host/lab/kubelet-hand.ts';
import type { HandDeps } from '../../../../../electron/host/lab/kubelet-hand.ts';

const target = (id: string) => ({ id, address: '10.0.0.1', port: 80, weight: 3, draining: false });

/** A host whose kubelet gives each command to the first taker only, as the real one does. */
function host(part: Partial<HandDeps> = {}) {
  const did: string[] = [];
  const reports: Json[] = [];
  const taken = new Set<string>();
  let targets: Json = [target('pod-1'), target('pod-2')];
  const hand = createKubeletHand({
    call: (_node, method, path, body) => {
      if (path.endsWith('/take')) {
        const take = !taken.has(path);
        taken.add(path);
        return Promise.resolve({ take });
      }
      if (path === '/reports') reports.push(body ?? null);
      if (path === '/pods') return Promise.resolve({ 'pod-1': {}, 'pod-2': {}, 'pod-3': {} });
      if (method === 'PATCH') targets = (body as { targets: Json }).targets;
      return Promise.resolve({ targets });
    },
    power: (node, action) => {
      did.push(`${action} ${node}`);
      return Promise.resolve();
    },
    exec: () => Promise.resolve({ code: 1, output: 'no' }),
    running: (node) => (node === 'pod-3' ? null : node === 'pod-1'),
    place: () => ({ address: '10.0.0.9', port: 8080 }),
    ...part,
  });
  return { hand, did, reports, targets: () => targets };
}

const term: KubeletCommand = { id: 7, node: 'pod-1', verb: 'signal', signal: 'TERM' };

describe('the host’s hand for a kubelet', () => {
  it('acts on a command once, however often it hears of it', async () => {
    const { hand, did, reports } = host();
    await Promise.all([hand.carryOut('kubelet', term), hand.carryOut('kubelet', term)]);
    await hand.carryOut('kubelet', term);
    expect(did).toEqual(['stop pod-1']);
    expect(reports).toEqual([{ id: 7, ok: true }]);
  });

  it('reports what could not be done', async () => {
    const { hand, reports } = host({ power: () => Promise.reject(new Error('no such container')) });
    await hand.carryOut('kubelet', term);
    expect(reports).toEqual([{ id: 7, ok: false, detail: 'no such container', error: true }]);
  });

  it('starts a pod only after the stop before it, and lets SIGKILL pass that', async () => {
    let stopped: () => void = () => undefined;
    const did: string[] = [];
    const { hand } = host({
      power: (node, action) => {
        did.push(`${action} ${node}`);
        return action === 'stop' ? new Promise((resolve) => (stopped = resolve)) : Promise.resolve();
      },
    });
    const stop = hand.carryOut('kubelet', term);
    const start = hand.carryOut('kubelet', { id: 8, node: 'pod-1', verb: 'start' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(did).toEqual(['stop pod-1']);
    stopped();
    await Promise.all([stop, start]);
    expect(did).toEqual(['stop pod-1', 'start pod-1']);
  });

  it('tells a command’s exit status, and an unknown one as an error', async () => {
    const exec: KubeletCommand = { id: 9, node: 'pod-1', verb: 'exec', command: ['true'], timeoutMs: 1000 };
    const failed = host();
    await failed.hand.carryOut('kubelet', exec);
    expect(failed.reports).toMatchObject([{ id: 9, ok: false, error: false }]);
    const unknown = host({ exec: () => Promise.resolve({ code: null, output: '' }) });
    await unknown.hand.carryOut('kubelet', exec);
    expect(unknown.reports).toMatchObject([{ id: 9, error: true }]);
  });

  it('loses no entry when two endpoints are published at once', async () => {
    const { hand, targets } = host();
    const publish = (id: number, node: string): KubeletCommand => ({
      id,
      node,
      verb: 'publish',
      as: 'not-ready',
      balancers: ['balancer'],
    });
    await Promise.all([
      hand.carryOut('kubelet', publish(1, 'pod-1')),
      hand.carryOut('kubelet', publish(2, 'pod-2')),
    ]);
    expect(targets()).toEqual([
      { ...target('pod-1'), draining: true },
      { ...target('pod-2'), draining: true },
    ]);
  });

  it('tells a kubelet of its pods as they are, and nothing of one that is still being made', async () => {
    const { hand, reports } = host();
    await hand.meet('kubelet');
    expect(reports).toMatchObject([
      { pod: 'pod-1', running: true },
      { pod: 'pod-2', running: false },
    ]);
  });
});

describe('a published list', () => {
  it('keeps, adds and drops one entry and leaves the others alone', () => {
    const list = [target('pod-1'), target('pod-2')];
    expect(publishedList(list, 'pod-2', 'gone', null)).toEqual([target('pod-1')]);
    expect(publishedList(list, 'pod-3', 'not-ready', null)).toEqual(list);
    expect(publishedList(list, 'pod-3', 'ready', { address: '10.0.0.3', port: 80 })[2]).toMatchObject({
      id: 'pod-3',
    });
    expect(publishedList(list, 'pod-1', 'ready', null)).toEqual(list);
  });
});
