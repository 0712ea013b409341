import { describe, expect, it } from 'vitest';
import { createKubelet } from '../../../../docker/kubelet/kubelet.ts';
import type { NewEvent } from '../../../../docker/protocol/events.ts';
import type { HealthCheck } from '../../../../docker/protocol/health-check.ts';
import { kubeletSettingsSchema } from '../../../../docker/protocol/kubelet.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const pods = [{ name: 'pod-1', address: '127.0.0.1', port: 8080 }];

function rig(settings: object) {
  const clock = manualClock();
  const events: NewEvent[] = [];
  const asked: HealthCheck[] = [];
  const pod = { up: true };
  const kubelet = createKubelet(kubeletSettingsSchema.parse({ pods, balancers: ['service'], ...settings }), {
    clock,
    probe: (_target, check) => {
      asked.push(check);
      const detail = pod.up ? 'HTTP 200' : 'HTTP 503';
      return Promise.resolve({ ok: pod.up, code: pod.up ? 'L7OK' : 'L7STS', detail, durationMs: 1 });
    },
    emit: (event) => events.push(event),
  });
  const commands = () => events.filter((event) => event.type === 'command');
  const notes = () => events.filter((event) => event.type === 'note').map(({ text }) => text);
  return { clock, kubelet, pod, asked, commands, notes };
}

describe('kubelet', () => {
  it('does nothing without a host, and says so', async () => {
    const { clock, commands, notes, asked } = rig({ readiness: {} });
    await clock.advance(60_000);
    expect([commands(), asked]).toEqual([[], []]);
    expect(notes()[0]).toContain('waits for a host');
  });

  it('asks every period as kube-probe, and publishes what it learns', async () => {
    const { clock, kubelet, asked, commands, pod } = rig({ readiness: {} });
    kubelet.report({ pod: 'pod-1', running: true });
    await clock.advance(25_000);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatchObject({ successCodes: '200-399', timeoutMs: 1000 });
    expect(asked[0]?.headers['User-Agent']).toMatch(/^kube-probe\//);
    pod.up = false;
    await clock.advance(30_000);
    expect(commands().map((one) => one.verb === 'publish' && one.as)).toEqual([
      'not-ready',
      'ready',
      'not-ready',
    ]);
    expect(kubelet.pods()['pod-1']).toMatchObject({ phase: 'running', ready: false, restarts: 0 });
  });

  it('gives each command to one taker, and says so when nobody takes it', async () => {
    const { clock, kubelet, commands, notes } = rig({});
    kubelet.report({ pod: 'pod-1', running: false });
    const [start] = commands();
    expect(start).toMatchObject({ verb: 'start', node: 'pod-1' });
    expect([kubelet.take(start?.id ?? 0), kubelet.take(start?.id ?? 0)]).toEqual([true, false]);
    kubelet.report({ id: start?.id ?? 0, ok: true });
    kubelet.delete('pod-1');
    await clock.advance(6000);
    expect(notes().some((text) => text.includes('no host took command'))).toBe(true);
  });

  it('judges an exec probe by its exit, and throws away what could not be run', async () => {
    const { clock, kubelet, commands } = rig({
      liveness: { protocol: 'exec', command: ['true'], failureThreshold: 1 },
    });
    kubelet.report({ pod: 'pod-1', running: true });
    const execs = () => commands().filter((one) => one.verb === 'exec');
    const end = async (ok: boolean, error: boolean) => {
      const id = execs().at(-1)?.id ?? 0;
      kubelet.take(id);
      kubelet.report({ id, ok, error });
      await clock.advance(10_000);
    };
    await end(false, true);
    await end(true, false);
    expect(kubelet.pods()['pod-1']?.phase).toBe('running');
    await end(false, false);
    expect(kubelet.pods()['pod-1']?.phase).toBe('stopping');
    expect(execs()).toHaveLength(3);
  });
});
