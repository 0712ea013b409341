import { describe, expect, it } from 'vitest';
import { decide, dueProbes, isReady, newPod, nextTurn } from '../../../../docker/kubelet/pod-machine.ts';
import type { Pod, PodInput, Policy } from '../../../../docker/kubelet/pod-machine.ts';
import { kubeletSettingsSchema } from '../../../../docker/protocol/kubelet.ts';
import type { KubeletOrder } from '../../../../docker/protocol/kubelet.ts';

const defaults = kubeletSettingsSchema.parse({ pods: [], balancers: ['balancer'] });
const probe = kubeletSettingsSchema.parse({ pods: [], startup: {}, readiness: {}, liveness: {} });
const ready: Policy = { ...defaults, readiness: probe.readiness };
const all: Policy = { ...ready, startup: probe.startup, liveness: probe.liveness };

/** A pod under a policy, moved by hand. */
function pod(policy: Policy) {
  let state: Pod = newPod;
  let now = 1000;
  const told: KubeletOrder[] = [];
  const give = (input: PodInput): readonly KubeletOrder[] => {
    const { pod: next, orders } = decide(state, input, policy, now);
    state = next;
    told.push(...orders);
    return orders;
  };
  return {
    told,
    give,
    get state() {
      return state;
    },
    get ready() {
      return isReady(state, policy);
    },
    due() {
      const asked = dueProbes(state, policy, now);
      state = asked.pod;
      return asked.due;
    },
    next: () => nextTurn(state, policy),
    at(ms: number) {
      now = 1000 + ms;
      return give({ type: 'time' });
    },
    running: (running = true) => give({ type: 'running', running }),
    say: (kind: 'startup' | 'readiness' | 'liveness', ...oks: readonly boolean[]) =>
      oks.flatMap((ok) => give({ type: 'probe', kind, generation: state.generation, ok, detail: '' })),
  };
}

describe('probe results', () => {
  it('begin as Kubernetes says: readiness failed, liveness good, startup unknown', () => {
    const one = pod(all);
    one.running();
    expect(one.state.runs).toMatchObject({
      startup: { result: 'unknown' },
      readiness: { result: 'failure' },
      liveness: { result: 'success' },
    });
  });

  it('have the defaults of lb-spec 3.4', () => {
    expect(probe.readiness).toMatchObject({
      initialDelayMs: 0,
      periodMs: 10_000,
      timeoutMs: 1000,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(defaults).toMatchObject({ graceMs: 30_000, backOffMs: 10_000, maxBackOffMs: 300_000 });
  });

  it('refuse a success threshold above one for liveness and startup', () => {
    expect(kubeletSettingsSchema.safeParse({ pods: [], liveness: { successThreshold: 2 } }).success).toBe(
      false,
    );
    expect(kubeletSettingsSchema.safeParse({ pods: [], readiness: { successThreshold: 2 } }).success).toBe(
      true,
    );
  });

  it('change only after the threshold in a row', () => {
    const one = pod(ready);
    one.running();
    one.say('readiness', true);
    expect(one.ready).toBe(true);
    one.say('readiness', false, false, true, false, false);
    expect(one.ready).toBe(true);
    one.say('readiness', false);
    expect(one.ready).toBe(false);
    expect(one.state).toMatchObject({ phase: 'running', restarts: 0 });
  });

  it('of a container that is gone are thrown away', () => {
    const one = pod(all);
    one.running();
    one.give({ type: 'probe', kind: 'startup', generation: 0, ok: true, detail: '' });
    expect(one.state.runs.startup?.result).toBe('unknown');
  });
});

describe('the startup probe', () => {
  it('suspends the others until it succeeds, and then is not asked again', () => {
    const one = pod(all);
    one.running();
    expect(one.due()).toEqual(['startup']);
    one.say('startup', true);
    expect(one.due()).toEqual(['readiness', 'liveness']);
    one.at(10_000);
    expect(one.due()).toEqual(['readiness', 'liveness']);
  });

  it('gives 30 x 5 s: 29 failures are patience, the thirtieth ends the container', () => {
    const startup = probe.startup && { ...probe.startup, periodMs: 5000, failureThreshold: 30 };
    const one = pod({ ...all, startup });
    one.running();
    for (let n = 0; n < 29; n++) {
      one.at(n * 5000);
      expect(one.due()).toEqual(['startup']);
      one.say('startup', false);
    }
    expect(one.state.phase).toBe('running');
    one.at(145_000);
    one.say('startup', false);
    expect(one.state.phase).toBe('stopping');
  });
});

describe('liveness', () => {
  it('sends SIGTERM, SIGKILL after the grace period, and starts the container anew', () => {
    const one = pod({ ...defaults, liveness: probe.liveness });
    one.running();
    expect(one.say('liveness', false, false)).toEqual([]);
    expect(one.say('liveness', false)).toEqual([{ verb: 'signal', signal: 'TERM' }]);
    expect(one.at(29_999)).toEqual([]);
    expect(one.at(30_000)).toEqual([{ verb: 'signal', signal: 'KILL' }]);
    expect(one.running(false)).toContainEqual({ verb: 'start' });
    expect(one.state).toMatchObject({ phase: 'starting', restarts: 1 });
  });

  it('waits 0, 10, 20 ... 300 s between restarts, and forgets that after ten good minutes', () => {
    const one = pod(defaults);
    one.running();
    let at = 0;
    const waits = [0, 10, 20, 40, 80, 160, 300, 300].map((seconds) => {
      one.running(false);
      if (seconds > 0) expect(one.at(at + seconds * 1000 - 1)).not.toContainEqual({ verb: 'start' });
      at += seconds * 1000;
      one.at(at);
      one.running();
      return one.state.restarts;
    });
    expect(waits).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    one.at(at + 600_000);
    expect(one.running(false)).toContainEqual({ verb: 'start' });
  });
});

describe('endpoints', () => {
  it('are published once each way, and not before the delay', () => {
    const one = pod({ ...ready, publishDelayMs: 500 });
    one.running();
    one.say('readiness', true);
    expect(one.told).toEqual([]);
    expect(one.next()).not.toBeNull();
    one.at(500);
    one.at(900);
    expect(one.told).toEqual([{ verb: 'publish', as: 'ready', balancers: ['balancer'] }]);
    one.say('readiness', false, false, false);
    one.at(1399);
    expect(one.told).toHaveLength(1);
    one.at(1400);
    expect(one.told.at(-1)).toMatchObject({ as: 'not-ready' });
  });

  it('of an unseen pod are nobody’s to publish', () => {
    const one = pod(ready);
    expect(one.at(60_000)).toEqual([]);
    expect(one.state.phase).toBe('unknown');
  });
});

describe('deletion', () => {
  const policy: Policy = { ...all, startup: null, preStopMs: 5000 };

  it('runs (a) preStop and (b) the endpoint’s removal at the same time', () => {
    const one = pod(policy);
    one.running();
    one.say('readiness', true);
    expect(one.give({ type: 'delete' })).toEqual([
      { verb: 'publish', as: 'not-ready', balancers: ['balancer'] },
    ]);
    expect(one.at(4999)).toEqual([]);
    expect(one.at(5000)).toEqual([{ verb: 'signal', signal: 'TERM' }]);
    expect(one.at(30_000)).toEqual([{ verb: 'signal', signal: 'KILL' }]);
    expect(one.running(false)).toEqual([{ verb: 'publish', as: 'gone', balancers: ['balancer'] }]);
    expect(one.at(900_000)).toEqual([]);
  });

  it('goes on asking for readiness, and for nothing else', () => {
    const one = pod(policy);
    one.running();
    one.give({ type: 'delete' });
    expect(one.due()).toEqual(['readiness']);
  });

  it('cuts a preStop that outlasts the grace period, and grants two seconds once', () => {
    const one = pod({ ...policy, preStopMs: 60_000 });
    one.running();
    one.give({ type: 'delete' });
    expect(one.at(29_999)).toEqual([]);
    expect(one.at(30_000)).toEqual([{ verb: 'signal', signal: 'TERM' }]);
    expect(one.at(31_999)).toEqual([]);
    expect(one.at(32_000)).toEqual([{ verb: 'signal', signal: 'KILL' }]);
  });

  it('with a grace of zero skips the hook', () => {
    const one = pod({ ...policy, graceMs: 0 });
    one.running();
    expect(one.give({ type: 'delete' })).toContainEqual({ verb: 'signal', signal: 'TERM' });
  });
});
