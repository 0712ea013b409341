// pod <-- probe (http, tcp, grpc) -- kubelet -- commands --> host -- engine, balancers --> pod; reports come back
import type { Clock } from '../balancing/clock.ts';
import type { Probe } from '../balancing/probe/probe.ts';
import type { NewEvent } from '../protocol/events.ts';
import type { ProbeResult } from '../protocol/health-check.ts';
import type {
  KubeletProbe,
  KubeletReport,
  KubeletSettings,
  PodStats,
  ProbeKind,
} from '../protocol/kubelet.ts';
import { createCommandBook } from './command-book.ts';
import { decide, dueProbes, isReady, newPod, nextTurn } from './pod-machine.ts';
import type { Pod, PodInput } from './pod-machine.ts';
import { podStats } from './pod-stats.ts';
import { checkOf } from './probe-check.ts';

export interface KubeletDeps {
  readonly clock: Clock;
  readonly probe: Probe;
  emit(event: NewEvent): void;
}

export interface Kubelet {
  configure(settings: KubeletSettings): void;
  take(id: number): boolean;
  report(report: KubeletReport): void;
  /** False where there is no such pod. */
  delete(name: string): boolean;
  pods(): Readonly<Record<string, PodStats>>;
  dispose(): void;
}

interface Asked {
  readonly pod: string;
  readonly kind: ProbeKind;
  readonly generation: number;
}

/** The thin edge around the pod machines: asks what is due, tells what was decided, sets one timer for the next turn. */
export function createKubelet(first: KubeletSettings, { clock, probe, emit }: KubeletDeps): Kubelet {
  let settings = first;
  let hostSeen = false;
  let pods = new Map<string, Pod>(first.pods.map(({ name }) => [name, newPod]));
  let cancelTurn: () => void = () => undefined;
  const commands = createCommandBook(clock, emit);
  const execs = new Map<number, Asked & { readonly cancel: () => void }>();
  const ended = new AbortController();
  emit({ type: 'note', text: 'waits for a host: without one nothing is carried out' });

  const give = (name: string, input: PodInput) => {
    const before = pods.get(name);
    if (before === undefined) return;
    const { pod, orders } = decide(before, input, settings, clock.now());
    pods.set(name, pod);
    tellChange(name, before, pod);
    for (const order of orders) commands.give(name, order);
  };

  const turn = () => {
    cancelTurn();
    for (const name of [...pods.keys()]) {
      give(name, { type: 'time' });
      ask(name);
    }
    const times = [...pods.values()].map((pod) => nextTurn(pod, settings)).filter((at) => at !== null);
    if (times.length > 0 && !ended.signal.aborted)
      cancelTurn = clock.after(Math.max(0, Math.min(...times) - clock.now()), turn);
  };

  const ask = (name: string) => {
    const pod = pods.get(name);
    if (pod === undefined) return;
    const asked = dueProbes(pod, settings, clock.now());
    pods.set(name, asked.pod);
    for (const kind of asked.due) {
      const check = settings[kind];
      if (check === null) continue;
      const about: Asked = { pod: name, kind, generation: pod.generation };
      if (check.protocol === 'exec') askHost(about, check);
      else void askPod(about, check);
    }
  };

  const askPod = async (about: Asked, check: KubeletProbe) => {
    const place = settings.pods.find(({ name }) => name === about.pod);
    if (place === undefined) return;
    const target = { address: place.address, port: check.port ?? place.port, listener: '' };
    const result = await probe(target, checkOf(check), ended.signal);
    if (result !== null) answered(about, result);
  };

  /** A command that outlasts its time has failed; one that nobody could run is a prober's error, and no result. */
  const askHost = (about: Asked, { command, timeoutMs }: KubeletProbe) => {
    const { id } = commands.give(about.pod, { verb: 'exec', command, timeoutMs });
    const began = clock.now();
    const cancel = clock.after(timeoutMs, () => {
      execs.delete(id);
      if (!hostSeen || commands.close(id) === null) return;
      const durationMs = clock.now() - began;
      answered(about, { ok: false, code: 'L7TOUT', detail: `no exit within ${timeoutMs} ms`, durationMs });
    });
    execs.set(id, { ...about, cancel });
  };

  const answered = (about: Asked, result: ProbeResult) => {
    const before = pods.get(about.pod);
    if (before?.generation !== about.generation) return;
    const { ok, code, durationMs } = result;
    const detail = `${about.kind}: ${result.detail}`;
    give(about.pod, { type: 'probe', kind: about.kind, generation: about.generation, ok, detail });
    const run = pods.get(about.pod)?.runs[about.kind];
    const [passes, failures] = ok ? [run?.inARow ?? 0, 0] : [0, run?.inARow ?? 0];
    const nextAt = run?.nextAt ?? clock.now();
    emit({ type: 'probe', target: about.pod, ok, code, detail, durationMs, passes, failures, nextAt });
    turn();
  };

  const tellChange = (name: string, before: Pod, pod: Pod) => {
    const [was, is] = [isReady(before, settings), isReady(pod, settings)];
    const why = Object.values(pod.runs).find((run) => run.lastOk === false && run.result === 'failure')?.last;
    const reason = why?.detail ?? pod.phase;
    if (was !== is) emit({ type: 'note', text: `${name} is ${is ? 'ready' : 'not ready'} (${reason})` });
    if (before.phase !== pod.phase)
      emit({ type: 'note', text: `${name}: ${before.phase} to ${pod.phase} (${reason})` });
  };

  const commandDone = ({ id, ok, detail = '', error = false }: Extract<KubeletReport, { id: number }>) => {
    const command = commands.close(id);
    const exec = execs.get(id);
    execs.delete(id);
    exec?.cancel();
    if (exec !== undefined && !error)
      answered(exec, {
        ok,
        code: ok ? 'L7OK' : 'L7RSP',
        detail: detail || (ok ? 'exit 0' : 'failed'),
        durationMs: 0,
      });
    if (command === null || exec !== undefined || ok) return;
    emit({ type: 'note', text: `${command.verb} ${command.node} failed: ${detail}` });
    if (command.verb === 'start') give(command.node, { type: 'running', running: false });
  };

  return {
    configure(next) {
      settings = next;
      pods = new Map(next.pods.map(({ name }) => [name, pods.get(name) ?? newPod]));
      for (const name of [...pods.keys()]) give(name, { type: 'policy' });
      turn();
    },
    take: (id) => commands.take(id),
    report(report) {
      hostSeen = true;
      if ('id' in report) commandDone(report);
      else give(report.pod, { type: 'running', running: report.running });
      turn();
    },
    delete(name) {
      if (!pods.has(name)) return false;
      give(name, { type: 'delete' });
      turn();
      return true;
    },
    pods: () => Object.fromEntries([...pods].map(([name, pod]) => [name, podStats(pod, settings)])),
    dispose() {
      ended.abort();
      cancelTurn();
      commands.dispose();
      for (const { cancel } of execs.values()) cancel();
    },
  };
}
