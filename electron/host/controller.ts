import type { Capability, EngineId, FoundLab, Notice, Work } from '../contract/app.ts';
import { BlindspotError, toErrorShape } from '../contract/errors.ts';
import type { EngineEvent, FoundSession } from './engine/engine.ts';
import type { ProgramEvent } from '../../docker/protocol/events.ts';
import type { TimelineEntry } from '../contract/measure.ts';
import type { Engines } from './engines.ts';
import { missing } from './lab/document.ts';
import { GuideRunner } from './lab/guide-runner.ts';
import type { Lab } from './lab/lab.ts';
import type { Progress } from './lab/progress.ts';
import { Session } from './lab/session.ts';
import type { SessionListener } from './lab/session.ts';
import type { Shelf } from './lab/shelf.ts';
import { LogTails } from './log-tails.ts';
import { SessionRecord } from './session-record.ts';
import type { CertificateStore } from './lab/certificate-store.ts';
import type { Recordings } from './telemetry/recordings.ts';
import { reportFacts } from './report-facts.ts';
import { isPick } from './telemetry/picks.ts';
import { tell } from './telemetry/tell.ts';
import { TimelineLog } from './telemetry/timeline-log.ts';
import { ConnectionsWatch } from './telemetry/connections-watch.ts';
import type { TopicHub } from './topics.ts';
import { WorkInProgress } from './work.ts';

export interface ControllerDeps {
  readonly engines: Engines;
  readonly topics: TopicHub;
  readonly progress: Progress;
  readonly shelf: Shelf;
  readonly recordings: Recordings;
  readonly certificates: CertificateStore;
  readonly notices: readonly Notice[];
}

const sessionTopics = [
  'session',
  'guide',
  'health',
  'timeline',
  'controls',
  'ledger',
  'budget',
  'recording',
  'rates',
  'requests',
  'capture',
] as const;

/** One lab at a time: brings it up, opens its acts, hears of what happens, takes it down. */
export class Controller {
  readonly engines: Engines;
  readonly shelf: Shelf;
  readonly progress: Progress;
  readonly logs: LogTails;
  readonly connections: ConnectionsWatch;
  readonly recordings: Recordings;
  private readonly certificates: CertificateStore;
  readonly notices: readonly Notice[];
  timeline = new TimelineLog();
  /** Kept of the present session; of the last one while that is failing to come up. */
  record: SessionRecord | null = null;
  /** Grows when any node's settings or faults change. */
  controlsVersion = 0;
  readonly nodeVersions = new Map<string, number>();
  private readonly topics: TopicHub;
  private present: Session | null = null;
  private guide: GuideRunner | null = null;
  private long: WorkInProgress | null = null;
  private seen: readonly FoundSession[] = [];

  constructor({ engines, topics, progress, shelf, recordings, certificates, notices }: ControllerDeps) {
    this.engines = engines;
    this.topics = topics;
    this.progress = progress;
    this.shelf = shelf;
    this.recordings = recordings;
    this.certificates = certificates;
    this.notices = notices;
    this.logs = new LogTails((node) => topics.touch('logs', node));
    const balancers = () => (this.present?.planned ?? []).filter(({ role }) => role === 'l4');
    this.connections = new ConnectionsWatch(
      {
        balancers: () => balancers().map(({ name }) => name),
        call: (node, path) => this.mustSession().telemetry.call(node, 'GET', path),
      },
      () => topics.touch('connections'),
    );
  }

  get session(): Session | null {
    return this.present;
  }

  get runner(): GuideRunner | null {
    return this.guide;
  }

  get work(): Work | null {
    return this.long?.view() ?? null;
  }

  /** Labs that run without this app having them in hand. */
  get found(): readonly FoundLab[] {
    return this.seen
      .filter((one) => one.session !== this.present?.id)
      .map(({ session, lab, engine, complete, running, nodes, startedAt }) => {
        return { session, lab, engine, complete, running, nodes, startedAt };
      });
  }

  async refresh(): Promise<void> {
    await this.engines.refresh();
    this.seen = await this.engines.found();
    this.topics.touch('app');
  }

  /** What an earlier, unclean end left: half-made labs are removed, complete ones are offered. */
  async sweep(): Promise<void> {
    await this.certificates.sweep();
    for (const { session, engine, complete, busy, spec } of await this.engines.found()) {
      // Another app that lives may be half-way up or down with it.
      if (busy || (complete && spec !== null)) continue;
      // One that the engine cannot let go (Docker may keep a network whose endpoints it has lost) must not stop the rest.
      await this.engines
        .get(engine)
        ?.remove(session)
        .catch((thrown: unknown) => {
          const why = thrown instanceof Error ? thrown.message : String(thrown);
          this.note('engine', null, 'bad', `What is left of session ${session} could not be removed: ${why}`);
        });
    }
    this.seen = await this.engines.found();
  }

  async up(id: string, engineId?: EngineId, scale?: number): Promise<Session> {
    this.mustBeFree();
    const lab = await this.shelf.lab(id);
    const { engine } = this.engines.use(engineId);
    this.mustMeetNeeds(lab, 0, engine.id);
    const session = new Session(
      lab,
      engine,
      scale ?? lab.file.time.scale,
      this.certificates,
      this.listener(),
    );
    this.install(session);
    try {
      await this.working(`Starting ${lab.file.title}`, (work) => session.start(work.progress, work.signal));
    } catch (thrown) {
      this.note('engine', null, 'bad', thrown instanceof Error ? thrown.message : String(thrown));
      if (toErrorShape(thrown).code === 'engine-lost') await this.refresh();
      throw thrown;
    }
    this.guide = this.newGuide(session);
    await this.afterChange();
    return session;
  }

  async adopt(id: string): Promise<Session> {
    this.mustBeFree();
    const found = this.mustFind(id);
    const lab = await this.shelf.lab(found.lab);
    const { engine } = this.engines.use(found.engine);
    const session = new Session(
      lab,
      engine,
      lab.file.time.scale,
      this.certificates,
      this.listener(),
      found.spec ?? undefined,
    );
    await session.adopt(found);
    this.install(session);
    this.guide = this.newGuide(session);
    await this.afterChange();
    return session;
  }

  async remove(id: string): Promise<void> {
    const found = this.mustFind(id);
    await this.engines.use(found.engine).engine.remove(id);
    await this.certificates.forget(id);
    await this.afterChange();
  }

  async openAct(act: string): Promise<void> {
    const session = this.mustSession();
    const index = session.lab.acts.findIndex((one) => one.id === act);
    if (index < 0) throw new BlindspotError({ code: 'not-found', message: `This lab has no act "${act}".` });
    this.mustMeetNeeds(session.lab, index, session.engine.id);
    await session.openAct(index);
    this.note('action', null, 'neutral', `Act ${index + 1} opened`);
    this.guide?.openAct();
    await this.afterChange();
  }

  async down(): Promise<void> {
    const session = this.present;
    if (session === null) return;
    this.logs.close();
    const facts = reportFacts(this);
    try {
      await session.down();
    } finally {
      await this.record?.close(facts);
      this.record = null;
      this.present = null;
      this.guide = null;
      await this.afterChange();
    }
  }

  /** The app is closing and leaves the lab running, to be found by the next start. */
  leave(): void {
    this.logs.close();
    // The last seconds are written while the app is still closing; a lab that is adopted goes on in the same recording.
    void this.record?.flush();
    this.present?.leave();
    this.present = null;
    this.guide = null;
  }

  capabilities(engine: EngineId | null = this.engines.chosen()): readonly Capability[] {
    return this.engines.reports().find((report) => report.id === engine)?.capabilities ?? [];
  }

  /** Runs something long where the window can see its steps and stop it. */
  async working(title: string, run: (work: WorkInProgress) => Promise<void>): Promise<void> {
    const work = new WorkInProgress(title, () => this.topics.touch('app'));
    this.long = work;
    this.topics.touch('app');
    try {
      await run(work);
    } finally {
      this.long = null;
      this.topics.touch('app');
    }
  }

  cancel(work: string): void {
    if (this.long?.id === work) this.long.cancel();
  }

  judge(): void {
    if (this.guide?.judge() !== true) return;
    this.record?.guide(this.guide.state());
    this.topics.touch('guide');
  }

  mustSession(): Session {
    if (this.present?.running === true) return this.present;
    throw noSession();
  }

  mustGuide(): GuideRunner {
    if (this.guide !== null) return this.guide;
    throw noSession();
  }

  async dispose(): Promise<void> {
    await this.down();
    await this.record?.flush();
  }

  private install(session: Session): void {
    this.present = session;
    this.guide = null;
    this.timeline = new TimelineLog();
    this.record = new SessionRecord(session, this.recordings, {
      alert: ({ at, on, text }) =>
        this.tellTimeline({ at, kind: 'alert', node: null, target: null, tone: on ? 'bad' : 'good', text }),
      budget: () => this.topics.touch('budget'),
      recording: () => {
        this.topics.touch('recording');
        this.topics.touch('app');
      },
    });
    // Old recordings make room in their own time; a lab does not wait for that.
    void this.recordings.prune(session.id).catch(() => undefined);
    this.nodeVersions.clear();
    for (const topic of sessionTopics) this.topics.touch(topic);
  }

  private newGuide(session: Session): GuideRunner {
    return new GuideRunner(session, (step, verdict) => {
      this.progress.add(session.lab.id, step);
      this.note('check', null, 'good', `Step "${step}" passed: ${verdict.measured}`);
      this.topics.touch('session');
    });
  }

  private listener(): SessionListener {
    const { topics } = this;
    return {
      changed: () => topics.touch('session'),
      event: (node, event) => this.onProgramEvent(node, event),
      tick: (tick) => {
        this.record?.tick(tick);
        for (const topic of ['rates', 'health', 'ledger', 'users', 'policies', 'kernel'] as const)
          topics.touch(topic);
        this.judge();
      },
      requests: () => topics.touch('requests'),
      settings: (node) => {
        this.record?.settings(node);
        this.nodeVersions.set(node, ++this.controlsVersion);
        topics.touch('controls');
        // A client that is sent elsewhere is drawn to there, and a balancer to whom it has got.
        topics.touch('session');
      },
      capture: () => topics.touch('capture'),
      engine: (event) => this.onEngineEvent(event),
    };
  }

  private onProgramEvent(node: string, event: ProgramEvent): void {
    if (isPick(event)) {
      this.topics.touch('picks', node);
      return;
    }
    const entry = tell(node, event);
    // A fault that the lab wants found is not told by the timeline.
    const hidden = event.type === 'fault' && (this.guide === null || this.guide.mystery().has(node));
    if (entry !== null && !hidden) this.tellTimeline(entry);
    this.topics.touch('health');
    if (event.type === 'health' || event.type === 'settings' || event.type === 'fault') this.judge();
  }

  private onEngineEvent(event: EngineEvent): void {
    const good = event.kind === 'node-up' || event.kind === 'engine-back';
    if ('node' in event) {
      this.note(
        'node',
        event.node,
        good ? 'good' : 'bad',
        `${event.node} ${good ? 'is up' : 'is down'}: ${event.detail}`,
      );
      return;
    }
    this.note(
      'engine',
      null,
      good ? 'good' : 'bad',
      good ? 'The engine answers again' : `The engine is gone: ${event.detail}`,
    );
    void this.refresh();
  }

  private note(
    kind: TimelineEntry['kind'],
    node: string | null,
    tone: TimelineEntry['tone'],
    text: string,
  ): void {
    this.tellTimeline({ at: Date.now(), kind, node, target: null, tone, text });
  }

  private tellTimeline(entry: Omit<TimelineEntry, 'seq'>): void {
    this.record?.entry(this.timeline.add(entry));
    this.topics.touch('timeline');
  }

  private async afterChange(): Promise<void> {
    for (const topic of sessionTopics) this.topics.touch(topic);
    this.seen = await this.engines.found();
    this.topics.touch('app');
  }

  private mustBeFree(): void {
    if (this.present === null) return;
    if (this.present.running || this.long !== null) {
      throw new BlindspotError({
        code: 'session-busy',
        message: `${this.present.lab.file.title} is up.`,
        next: 'Take it down first.',
      });
    }
    this.present = null;
  }

  private mustFind(id: string): FoundSession {
    const found = this.seen.find((one) => one.session === id);
    if (found !== undefined) return found;
    throw new BlindspotError({ code: 'not-found', message: `No running lab has the session "${id}".` });
  }

  private mustMeetNeeds(lab: Lab, act: number, engine: EngineId): void {
    const lacking = missing(lab, act, this.capabilities(engine));
    if (lacking.length === 0) return;
    const what = act === 0 ? lab.file.title : `Act ${act + 1} of ${lab.file.title}`;
    throw new BlindspotError({
      code: 'lab-needs',
      message: `${what} needs ${lacking.join(', ')}, which the ${engine} engine here does not have.`,
      next: lacking.includes('quic')
        ? 'Bring it up on Linux on x64, for which the QUIC library was built, or on a Docker engine of that kind.'
        : engine === 'local'
          ? 'Start Docker and bring the lab up there.'
          : 'The other labs and acts run all the same.',
    });
  }
}

function noSession(): BlindspotError {
  return new BlindspotError({
    code: 'session-none',
    message: 'No lab is running.',
    next: 'Start one from the catalogue.',
  });
}
