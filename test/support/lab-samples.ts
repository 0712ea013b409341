import type { AppState } from '../../electron/contract/app.ts';
import type { LabDocument, StepDocument } from '../../electron/contract/catalogue.ts';
import type { GuideState, StepState } from '../../electron/contract/guide.ts';
import type { HealthRow, HealthView, Tick } from '../../electron/contract/measure.ts';
import type { NodeState, SessionState } from '../../electron/contract/session.ts';

/** Plausible values of the 500-error story, for tests of what is drawn from them. */
export function nodeSample(name: string, change: Partial<NodeState> = {}): NodeState {
  return {
    name,
    role: 'backend',
    tier: 3,
    address: '10.0.0.9',
    port: 8080,
    state: 'running',
    since: 1000,
    detail: '',
    container: null,
    faults: [],
    mystery: false,
    ...change,
  };
}

export function sessionSample(change: Partial<SessionState> = {}): SessionState {
  return {
    id: 's1',
    lab: 'green-but-500',
    title: 'Green, but 500',
    engine: 'local',
    phase: 'running',
    startedAt: 1000,
    scale: 20,
    act: 'blind',
    adopted: false,
    error: null,
    nodes: [
      nodeSample('client', { role: 'client', tier: 0, port: null }),
      nodeSample('balancer', { role: 'l4', tier: 1 }),
      nodeSample('backend-1'),
      nodeSample('backend-2'),
    ],
    links: [
      { from: 'client', to: 'balancer', layer: 'l4' },
      { from: 'balancer', to: 'backend-1', layer: 'l4' },
      { from: 'balancer', to: 'backend-2', layer: 'l4' },
    ],
    firstAnswerMs: 900,
    ...change,
  };
}

export function appSample(change: Partial<AppState> = {}): AppState {
  return {
    version: '0.1.0',
    face: 'browser',
    engines: [
      {
        id: 'docker',
        name: 'Docker',
        available: false,
        version: null,
        endpoint: null,
        capabilities: [],
        diagnosis: { what: 'No Docker engine answers.', next: 'Start Docker.' },
        image: null,
      },
      {
        id: 'local',
        name: 'Embedded',
        available: true,
        version: '24',
        endpoint: null,
        capabilities: ['addresses'],
        diagnosis: null,
        image: null,
      },
    ],
    engine: 'local',
    notices: [],
    work: null,
    found: [],
    ...change,
  };
}

export function stepSample(id: string, change: Partial<StepDocument> = {}): StepDocument {
  return {
    id,
    title: `Step ${id}`,
    text: 'Look.',
    hints: ['The first hint.', 'The second hint.'],
    why: 'Because of that.',
    predict: null,
    answer: null,
    expects: 'something measured',
    ...change,
  };
}

export function documentSample(steps: readonly StepDocument[]): LabDocument {
  return {
    id: 'green-but-500',
    title: 'Green, but 500',
    question: 'Who is right?',
    story: 'A story.',
    path: 'l4',
    scale: 20,
    scaleNote: 'Timers run faster.',
    acts: [{ id: 'blind', title: 'Blind', intro: 'An intro.', needs: [], missing: [], steps }],
    cards: [],
    closing: null,
  };
}

export function stepState(check: string, change: Partial<StepState> = {}): StepState {
  return {
    id: check,
    state: 'open',
    verdict: { check, state: 'waiting', measured: '', expected: '', at: 0 },
    prediction: null,
    answer: null,
    ...change,
  };
}

export function guideSample(steps: readonly StepState[]): GuideState {
  return { session: 's1', act: 'blind', steps, acts: [{ id: 'blind', passed: false }], closing: null };
}

export function rowSample(target: string, change: Partial<HealthRow> = {}): HealthRow {
  const probe = { at: 2000, ok: true, code: 'L4OK', detail: 'connected', ms: 1 };
  return {
    target,
    address: '10.0.0.9:8080',
    state: 'healthy',
    reason: '',
    since: 1000,
    lastProbe: probe,
    probes: [probe],
    passes: 5,
    passesNeeded: 5,
    failures: 0,
    failuresAllowed: 2,
    nextProbeAt: null,
    openConnections: 1,
    measured: null,
    bill: null,
    ...change,
  };
}

export function healthSample(rows: readonly HealthRow[]): HealthView {
  return {
    kubelets: [],
    balancers: [
      {
        balancer: 'balancer',
        layer: 'l4',
        persona: null,
        check: 'TCP connect, every 10 s',
        failOpen: false,
        scale: 20,
        predictedMs: [500, 1500],
        predictedWords: '2 failures to leave',
        rows,
      },
    ],
  };
}

export interface TickSample {
  readonly good?: number;
  readonly bad?: number;
  readonly connections?: number;
  readonly failed?: number;
}

/** One sample in which backend-1 is well and backend-2 as asked for. */
export function tickSample(
  seq: number,
  { good = 10, bad = 0, connections = 10, failed = 0 }: TickSample = {},
): Tick {
  return {
    seq,
    at: 1000 + seq * 250,
    lengthMs: 250,
    clients: {
      client: {
        offered: 20,
        answered: 20,
        outcomes: { '2xx': 10 + good, '5xx': bad },
        p50Ms: 1,
        p95Ms: 2,
        p99Ms: 3,
        inFlight: 0,
        lagMs: 0,
      },
    },
    balancers: {
      balancer: {
        layer: 'l4',
        connections: 20,
        open: 2,
        bytesIn: 100,
        bytesOut: 200,
        requests: null,
        outcomes: null,
        targets: {
          'backend-1': { connections: 10, open: 1, failed: 0 },
          'backend-2': { connections, open: 0, failed },
        },
      },
    },
    backends: {
      'backend-1': { requests: 10, outcomes: { '2xx': 10 }, inFlight: 0, connections: 10, open: 1 },
      'backend-2': {
        requests: good + bad,
        outcomes: { '2xx': good, '5xx': bad },
        inFlight: 0,
        connections: 10,
        open: 1,
      },
    },
    memory: { client: 1, balancer: 2, 'backend-1': 3, 'backend-2': 4 },
  };
}
