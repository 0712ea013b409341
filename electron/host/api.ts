import type { ReplayAnswer } from '../../docker/protocol/pick.ts';
import type { KeyMap, Replayed } from '../contract/picks.ts';
import type { ExplainedRequest } from '../contract/policies.ts';
import type { Caller, Params, RequestName, Result } from '../contract/requests.ts';
import type { Controls, Json, PersonaCard } from '../contract/session.ts';
import { BlindspotError } from '../contract/errors.ts';
import { faultScopeSchema } from '../../docker/protocol/backend.ts';
import { personaNamed } from '../../docker/protocol/personas/personas.ts';
import type { FaultUse } from '../../labs/actions.ts';
import { captureApi } from './capture-api.ts';
import type { Controller } from './controller.ts';
import { tlsLines } from './telemetry/tls-words.ts';
import { picksOf } from './telemetry/picks.ts';
import { doctor } from './doctor.ts';
import { withDestinationNamed } from './lab/destination.ts';
import { labDocument, labSummary } from './lab/document.ts';
import type { Settings } from './lab/lab.ts';
import { isSettings } from './lab/merge.ts';
import { listFaults } from './lab/node-faults.ts';
import { reportFile } from './report-facts.ts';
import type { SessionRecord } from './session-record.ts';
import type { TopicHub } from './topics.ts';

/** Every request of the contract, with parameters that have been validated on receipt. */
export type Api = {
  readonly [N in RequestName]: (params: Params<N>, caller: Caller) => Promise<Result<N>>;
};

export function createApi(controller: Controller, topics: TopicHub, stateDir: string): Api {
  return {
    'app.engine': async ({ engine }) => {
      controller.engines.choose(engine);
      await controller.refresh();
      return null;
    },
    'app.refresh': async () => {
      await controller.refresh();
      return null;
    },
    'app.doctor': async () => await doctor(controller.engines, stateDir),
    'work.cancel': async ({ work }) => {
      controller.cancel(work);
      return await nothing;
    },
    'image.build': async () => {
      const { engine } = controller.engines.use('docker');
      await controller.working('Preparing the image', (work) => engine.prepare(work.progress, work.signal));
      await controller.refresh();
      return null;
    },
    'catalogue.list': async () => {
      const { labs, problems } = await controller.shelf.load();
      const reports = controller.engines.reports();
      return {
        labs: labs.map((lab) => labSummary(lab, reports, controller.progress.passed(lab.id))),
        problems,
      };
    },
    'lab.document': async ({ lab }) => {
      const found = await controller.shelf.lab(lab);
      const here = controller.session?.lab.id === lab ? controller.session : null;
      const has = controller.capabilities(here?.engine.id);
      return labDocument(found, has, here?.scale ?? found.file.time.scale);
    },
    'lab.up': async ({ lab, engine, scale }) => ({ session: (await controller.up(lab, engine, scale)).id }),
    'lab.down': async () => {
      await controller.down();
      return null;
    },
    'lab.adopt': async ({ session }) => ({ session: (await controller.adopt(session)).id }),
    'lab.remove': async ({ session }) => {
      await controller.remove(session);
      return null;
    },
    'lab.act': async ({ act }) => {
      await controller.openAct(act);
      return null;
    },
    'lab.close': async ({ value }) => {
      const right = controller.mustGuide().close(value);
      topics.touch('guide');
      return await Promise.resolve({ right });
    },
    'step.predict': async ({ step, value }) => {
      controller.mustGuide().predict(step, value);
      controller.judge();
      topics.touch('guide');
      return await nothing;
    },
    'step.answer': async ({ step, value }) => {
      controller.mustGuide().answer(step, value);
      controller.judge();
      topics.touch('guide');
      return await nothing;
    },
    'node.controls': async ({ node }) => await controls(controller, node),
    'node.set': async ({ node, settings }) => {
      const session = controller.mustSession();
      const patch = mustBeObject(node, settings);
      const client = session.telemetry.roleOf(node) === 'client';
      await session.act({ do: 'set', node, settings: client ? session.withDestination(patch) : patch });
      return null;
    },
    'manifests.apply': async ({ node, text, dry }) => {
      const session = controller.mustSession();
      session.nodeOrThrow(node);
      return await session.apply(node, { name: 'documents', text }, dry ?? false);
    },
    'manifests.files': async () => {
      const { manifests } = controller.mustSession().lab;
      return await Promise.resolve({
        files: Object.entries(manifests).map(([name, text]) => ({ name, text })),
      });
    },
    'node.fault': async ({ node, fault, settings }) => {
      await controller
        .mustSession()
        .act(
          settings === null
            ? { do: 'heal', node, fault }
            : { do: 'fault', node, fault, ...splitScope(mustBeObject(node, settings)) },
        );
      return null;
    },
    'node.reset': async ({ node }) => {
      await controller.mustSession().telemetry.call(node, 'POST', '/reset');
      return null;
    },
    'node.power': async ({ node, action }) => {
      await controller.mustSession().act({ do: 'power', node, action });
      return null;
    },
    'node.tls': async ({ node }) => {
      const session = controller.mustSession();
      session.nodeOrThrow(node);
      const stats = session.telemetry.latest().get(node);
      return await Promise.resolve(stats === undefined ? [] : tlsLines(stats));
    },
    'picks.explain': async ({ node }) => {
      await controller.mustSession().telemetry.call(node, 'POST', `/explain?next=${explainedAtOnce}`);
      return null;
    },
    'picks.replay': async ({ node, algorithm }) => await replayPicks(controller, node, algorithm),
    'picks.keys': async ({ node }) =>
      (await controller.mustSession().telemetry.call(node, 'GET', '/keys')) as unknown as KeyMap,
    'connections.page': async ({ node, before }) => {
      controller.mustSession().nodeOrThrow(node);
      return await controller.connections.page(node, before);
    },
    'series.history': async () =>
      await Promise.resolve({ ticks: controller.session?.telemetry.history() ?? [] }),
    'budget.set': async (slo) => {
      mustRecord(controller).setSlo(slo);
      return await nothing;
    },
    'recording.list': async () => {
      await controller.record?.flush();
      return { recordings: await controller.recordings.list(controller.record?.id ?? null) };
    },
    'recording.range': async ({ session, from, to }) => {
      await controller.record?.flush();
      return await controller.recordings.range(session, from, to);
    },
    'recording.export': async ({ session, after }) => {
      if (after === null) await controller.record?.flush();
      return await controller.recordings.export(session, after);
    },
    'report.make': async ({ session, form }) => await reportFile(controller, session, form),
    ...captureApi(controller),
    'request.story': async ({ id }) => {
      const session = controller.mustSession();
      const { requests } = session.telemetry;
      const from = requests.sentFrom(id);
      const l4 = session.planned.filter((node) => node.role === 'l4');
      const known = l4.map(
        async ({ name }) =>
          [name, from === null ? null : await controller.connections.of(name, from)] as const,
      );
      return requests.story(id, new Map(await Promise.all(known)));
    },
    'request.explain': async ({ node, ...asked }) =>
      (await controller
        .mustSession()
        .telemetry.call(node, 'POST', '/explain/request', asked)) as unknown as ExplainedRequest,
    'terminal.open': async ({ node, cols, rows }, caller) => {
      const shell = await controller.mustSession().openTerminal(node, { cols, rows });
      return { stream: caller.openStream(shell) };
    },
    'terminal.resize': async ({ stream, cols, rows }, caller) => {
      await caller.stream(stream)?.resize(cols, rows);
      return null;
    },
  };
}

function mustRecord({ record }: Controller): SessionRecord {
  if (record !== null) return record;
  throw new BlindspotError({
    code: 'session-none',
    message: 'No lab is running.',
    next: 'Start one from the catalogue.',
  });
}

const nothing = Promise.resolve(null);

/** A page of them: each is an event that every window gets. */
const explainedAtOnce = 12;

async function replayPicks(controller: Controller, node: string, algorithm: string): Promise<Replayed> {
  const { telemetry, settings } = controller.mustSession();
  const picks = picksOf(telemetry.eventsOf(node, 0));
  const hashBy = settings.get(node)?.stated.hashBy ?? 'flow';
  const body = {
    algorithm,
    hashBy,
    picks: picks.map(({ data: { flow, candidates } }) => ({
      flow: { ...flow },
      candidates: candidates.map((candidate) => ({ ...candidate })),
    })),
  };
  const answer = (await telemetry.call(node, 'POST', '/replay', body)) as unknown as ReplayAnswer;
  const bySeq = Object.fromEntries(picks.map(({ seq }, at) => [seq, answer.picked[at] ?? null]));
  return { algorithm, bySeq };
}

async function controls(controller: Controller, node: string): Promise<Controls> {
  const session = controller.mustSession();
  const { role } = session.nodeOrThrow(node);
  const settings = session.settings.get(node);
  if (settings === null) {
    throw new BlindspotError({
      code: 'node-unreachable',
      message: `${node} has not told its settings yet.`,
      where: node,
    });
  }
  const hidden = controller.runner?.mystery().has(node) === true;
  const faults = role === 'backend' ? await listFaults(session.telemetry, node) : [];
  const named = (all: Settings): Settings =>
    role === 'client' ? withDestinationNamed(all, session.actionContext().allocation) : all;
  return {
    node,
    settings: named(settings.stated),
    effective: named(settings.effective),
    schema: session.schemaOf(node),
    persona: personaCard(settings.stated.persona),
    faults: faults.map(({ name, title, description, schema, scopeSchema, active }) => ({
      name,
      title,
      description,
      schema: withScope(schema, scopeSchema),
      settings: active === null || hidden ? null : joinScope(active.settings, active.scope),
    })),
  };
}

function personaCard(name: Json | undefined): PersonaCard | null {
  const persona = personaNamed(name);
  if (persona === null) return null;
  const { title, detection, onEviction, allDown, faithful, notModelled, unverified } = persona;
  return {
    name: persona.name,
    title,
    detection: detection.words,
    onEviction,
    allDown,
    faithful,
    notModelled,
    unverified,
  };
}

function mustBeObject(node: string, settings: Json): Settings {
  if (isSettings(settings)) return settings;
  throw new BlindspotError({
    code: 'bad-request',
    message: 'Settings are an object of fields and values.',
    where: node,
  });
}

/** The window states a fault's scope as one more field of its settings. */
function splitScope({ scope, ...own }: Settings): FaultUse {
  const parsed = faultScopeSchema.partial().safeParse(scope ?? {});
  if (parsed.success) return { with: own as FaultUse['with'], scope: parsed.data };
  const [issue] = parsed.error.issues;
  throw new BlindspotError({
    code: 'bad-request',
    message: issue?.message ?? 'wrong scope',
    where: ['scope', ...(issue?.path ?? [])].join('.'),
  });
}

function withScope(schema: Json, scope: Json): Json {
  if (!isSettings(schema) || !isSettings(scope)) return schema;
  const own = isSettings(schema.properties) ? schema.properties : {};
  return { ...schema, properties: { ...own, scope: { ...scope, title: 'Scope' } } };
}

function joinScope(settings: Json, scope: Json): Json {
  return isSettings(settings) ? { ...settings, scope } : { scope };
}
