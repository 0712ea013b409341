import type { AppState, Notice } from '../contract/app.ts';
import type { BalancerHealth } from '../contract/measure.ts';
import { algorithms, l4Algorithms } from '../../docker/protocol/balancer.ts';
import type { GroupSettings as BalancerGroup } from '../../docker/protocol/balancer.ts';
import { predict } from '../../docker/protocol/prediction.ts';
import type { Prediction } from '../../docker/protocol/prediction.ts';
import type { Stats } from '../../docker/protocol/stats.ts';
import type { Controller } from './controller.ts';
import type { GroupSettings } from './telemetry/health-view.ts';
import { kernelLately } from './telemetry/kernel-view.ts';
import { kubeletsOf } from './telemetry/pods-view.ts';
import { picksOf, pickView } from './telemetry/picks.ts';
import { policiesLately } from './telemetry/policies-view.ts';
import type { StatedPolicies } from './telemetry/policies-view.ts';
import { usersLately } from './telemetry/users.ts';
import type { TopicHub } from './topics.ts';

export const version = '0.1.0';
const ticksInTopic = 12;
const unknownYet: Prediction = { rule: 'never', downMs: null, upMs: null, words: 'settings not known yet' };

/** What each topic shows, made from the present session when somebody looks. */
export function provideViews(controller: Controller, topics: TopicHub, face: AppState['face']): void {
  topics.provide('app', 20, () => appState(controller, face));
  topics.provide('session', 20, () => controller.session?.state(mystery(controller)) ?? null);
  topics.provide('guide', 20, () => controller.runner?.state() ?? null);
  topics.provide('health', 50, () => ({
    balancers: health(controller),
    kubelets: kubeletsOf(controller.session?.telemetry.latest() ?? new Map<string, Stats>()),
  }));
  topics.provide('rates', 100, () => ({ ticks: controller.session?.telemetry.recent(ticksInTopic) ?? [] }));
  topics.provide(
    'requests',
    250,
    () => controller.session?.telemetry.requests.view() ?? { oneIn: 1, rows: [] },
  );
  topics.provide('users', 500, () => {
    const samples = controller.session?.telemetry.samples;
    return samples === undefined ? { windowMs: 0, clients: [] } : usersLately(samples, Date.now());
  });
  topics.provide('policies', 500, () => {
    const { session } = controller;
    if (session === null) return { windowMs: 0, proxies: [], kinds: [] };
    const stated = (node: string) =>
      (session.settings.get(node)?.stated ?? null) as unknown as StatedPolicies | null;
    return policiesLately(session.telemetry.samples, Date.now(), stated);
  });
  topics.provide('kernel', 250, () => {
    const samples = controller.session?.telemetry.samples;
    return samples === undefined
      ? { windowMs: 0, planes: [], interfaces: [], machine: null }
      : kernelLately(samples, Date.now());
  });
  topics.provide('connections', 100, () => controller.connections.present());
  topics.provide('timeline', 50, () => controller.timeline.view());
  topics.provide('ledger', 500, () => controller.session?.telemetry.ledger() ?? null);
  topics.provide('budget', 500, () => controller.record?.budget() ?? null);
  topics.provide('recording', 500, () => controller.record?.recording() ?? null);
  topics.provide('capture', 250, () => controller.session?.capture.view() ?? null);
  topics.provide('controls', 50, () => ({
    version: controller.controlsVersion,
    nodes: Object.fromEntries(controller.nodeVersions),
  }));
  topics.provide('logs', 100, (node) => controller.logs.view(node));
  topics.provide('picks', 100, (node) => ({
    algorithms: controller.session?.telemetry.roleOf(node) === 'l7' ? algorithms : l4Algorithms,
    picks: picksOf(controller.session?.telemetry.eventsOf(node, 0) ?? []).map(pickView),
  }));
  topics.onInterest((topic, node, count) => {
    if (topic === 'connections') controller.connections.watch(count > 0);
    if (topic !== 'logs' || node === '') return;
    const { session } = controller;
    if (count === 0) controller.logs.stop(node);
    else if (session !== null) controller.logs.follow(session.engine, session.id, node);
  });
}

export function health(controller: Controller): readonly BalancerHealth[] {
  const { session } = controller;
  if (session === null) return [];
  const settings = (node: string): GroupSettings | null =>
    (session.settings.get(node)?.stated as unknown as GroupSettings | undefined) ?? null;
  const predicted = (node: string): Prediction => {
    const effective = session.settings.get(node)?.effective as unknown as BalancerGroup | undefined;
    return effective === undefined ? unknownYet : predict(effective);
  };
  return session.telemetry.health(settings, predicted, session.scale, session.links);
}

/** While the guide is not there yet (the lab is starting), every node keeps its secrets. */
export function mystery({ runner, session }: Controller): ReadonlySet<string> {
  return runner?.mystery() ?? new Set(session?.planned.map((node) => node.name));
}

function appState(controller: Controller, face: AppState['face']): AppState {
  const { engines, session } = controller;
  return {
    version,
    face,
    engines: engines.reports(),
    engine: session?.engine.id ?? engines.chosen(),
    notices: [...controller.notices, ...engineNotices(controller), ...recordingNotices(controller)],
    work: controller.work,
    found: controller.found,
  };
}

/** The embedded engine in place of Docker is a fallback, and stays said for as long as it is so. */
export function engineNotices({ engines }: Pick<Controller, 'engines'>): readonly Notice[] {
  const docker = engines.reports().find((report) => report.id === 'docker');
  if (docker === undefined || docker.available || docker.diagnosis === null) return [];
  const { what, next } = docker.diagnosis;
  return [{ id: 'no-docker', level: 'warning', text: `${what} Labs run on the embedded engine.`, next }];
}

/** The lab goes on without its recording, and that is said for as long as it is so. */
function recordingNotices({ record }: Controller): readonly Notice[] {
  const trouble = record?.recording().trouble ?? null;
  if (trouble === null) return [];
  return [
    {
      id: 'recording',
      level: 'warning',
      text: `This lab is not being recorded: ${trouble}`,
      next: 'The lab goes on. Free some space; the recording then goes on by itself, with a gap.',
    },
  ];
}
