import { z } from 'zod';
import type { AppState, DoctorReport } from './app.ts';
import type { BudgetView } from './budget.ts';
import type { CapturePiece, CaptureView, ConversationView, PacketDetail, PacketPage } from './capture.ts';
import type { Catalogue, LabDocument } from './catalogue.ts';
import type { KernelView } from './kernel.ts';
import type { ConnectionsPage, ConnectionsView } from './connections.ts';
import type { GuideState } from './guide.ts';
import type { ManifestFile, ManifestOutcome } from './manifests.ts';
import type {
  HealthView,
  Ledger,
  Logs,
  Rates,
  RequestLog,
  RequestStory,
  Tick,
  Timeline,
  Users,
} from './measure.ts';
import type { KeyMap, Picks, Replayed } from './picks.ts';
import type { ExplainedRequest, PoliciesView } from './policies.ts';
import type { RecordedPiece, RecordedRange, RecordingInfo, RecordingState } from './recording.ts';
import type { ReportFile } from './report.ts';
import type { Controls, Json, SessionState, TlsLine } from './session.ts';

/**
 * Every request and topic, spelled once. Parameters are validated on receipt by the schema here;
 * results are typed only, because the host is the one who makes them.
 */
interface Request<P extends z.ZodType, R> {
  readonly params: P;
  /** Never set: carries the result's type. */
  readonly result?: R;
}

function request<R>() {
  return <P extends z.ZodType>(params: P): Request<P, R> => ({ params });
}

const none = z.strictObject({});
const name = z.string().min(1).max(64);
const node = z.strictObject({ node: name });
const json: z.ZodType<Json, Json> = z.json();

export const requests = {
  'app.engine': request<null>()(z.strictObject({ engine: z.enum(['docker', 'local']) })),
  'app.refresh': request<null>()(none),
  'app.doctor': request<DoctorReport>()(none),
  'work.cancel': request<null>()(z.strictObject({ work: name })),
  'image.build': request<null>()(none),
  'catalogue.list': request<Catalogue>()(none),
  'lab.document': request<LabDocument>()(z.strictObject({ lab: name })),
  'lab.up': request<{ readonly session: string }>()(
    z.strictObject({
      lab: name,
      engine: z.enum(['docker', 'local']).optional(),
      scale: z.number().positive().max(100).optional(),
    }),
  ),
  'lab.down': request<null>()(none),
  'lab.adopt': request<{ readonly session: string }>()(z.strictObject({ session: name })),
  'lab.remove': request<null>()(z.strictObject({ session: name })),
  'lab.act': request<null>()(z.strictObject({ act: name })),
  'step.predict': request<null>()(z.strictObject({ step: name, value: z.string().max(200) })),
  'step.answer': request<null>()(z.strictObject({ step: name, value: z.string().max(200) })),
  'lab.close': request<{ readonly right: boolean }>()(z.strictObject({ value: z.string().max(200) })),
  'node.controls': request<Controls>()(node),
  'node.set': request<null>()(z.strictObject({ node: name, settings: json })),
  /** Kubernetes documents for a balancer; `dry` only says what would come of them. */
  'manifests.apply': request<ManifestOutcome>()(
    z.strictObject({ node: name, text: z.string().max(200_000), dry: z.boolean().default(false) }),
  ),
  'manifests.files': request<{ readonly files: readonly ManifestFile[] }>()(none),
  'node.fault': request<null>()(z.strictObject({ node: name, fault: name, settings: json.nullable() })),
  'node.reset': request<null>()(node),
  'node.power': request<null>()(
    z.strictObject({ node: name, action: z.enum(['start', 'stop', 'kill', 'restart', 'pause', 'resume']) }),
  ),
  /** The balancer's next picks say why, on the topic `picks`. */
  'picks.explain': request<null>()(node),
  /** The picks that are known, under another algorithm. */
  'picks.replay': request<Replayed>()(z.strictObject({ node: name, algorithm: name })),
  'picks.keys': request<KeyMap>()(node),
  'node.tls': request<readonly TlsLine[]>()(node),
  'connections.page': request<ConnectionsPage>()(
    z.strictObject({ node: name, before: z.int().min(0).nullable() }),
  ),
  'series.history': request<{ readonly ticks: readonly Tick[] }>()(none),
  'budget.set': request<null>()(
    z.strictObject({
      objective: z.number().min(0.5).max(0.99999),
      periodDays: z.number().min(1).max(366),
    }),
  ),
  'recording.list': request<{ readonly recordings: readonly RecordingInfo[] }>()(none),
  'recording.range': request<RecordedRange>()(
    z.strictObject({ session: name, from: z.number(), to: z.number() }),
  ),
  'recording.export': request<RecordedPiece>()(
    z.strictObject({ session: name, after: z.string().max(100).nullable() }),
  ),
  'report.make': request<ReportFile>()(z.strictObject({ session: name, form: z.enum(['html', 'json']) })),
  'capture.start': request<null>()(
    z.strictObject({ node: name, seconds: z.int().min(1).max(900).default(600) }),
  ),
  'capture.stop': request<null>()(node),
  /** Throws away what was seen; what is being captured goes on. */
  'capture.clear': request<null>()(none),
  /** Rows after a packet's number; of one conversation with those joined to it, or of all. */
  'capture.page': request<PacketPage>()(
    z.strictObject({
      after: z.int().min(0),
      limit: z.int().min(1).max(1000),
      conversation: name.nullable(),
    }),
  ),
  'capture.conversation': request<{ readonly conversations: readonly ConversationView[] }>()(
    z.strictObject({ conversation: name }),
  ),
  'capture.packet': request<PacketDetail>()(z.strictObject({ seq: z.int().min(1) })),
  'capture.export': request<CapturePiece>()(z.strictObject({ after: z.int().min(0) })),
  'request.story': request<RequestStory>()(z.strictObject({ id: z.string().min(1).max(100) })),
  /** What a proxy would make of a request: asked, and not sent. */
  'request.explain': request<ExplainedRequest>()(
    z.strictObject({
      node: name,
      method: z.string().min(1).max(64),
      path: z.string().startsWith('/').max(16_384),
      host: z.string().max(255),
      headers: z.record(z.string().max(256), z.string().max(8192)),
    }),
  ),
  'terminal.open': request<{ readonly stream: string }>()(
    z.strictObject({ node: name, cols: z.int().min(2).max(1000), rows: z.int().min(2).max(1000) }),
  ),
  'terminal.resize': request<null>()(
    z.strictObject({ stream: name, cols: z.int().min(2).max(1000), rows: z.int().min(2).max(1000) }),
  ),
} as const;

export type RequestMap = typeof requests;
export type RequestName = keyof RequestMap;
export type Params<N extends RequestName> = z.input<RequestMap[N]['params']>;
export type Result<N extends RequestName> = RequestMap[N] extends Request<z.ZodType, infer R> ? R : never;

/** Topics hold whole values: a subscriber gets the present one at once, and the newest after a burst. */
export interface Topics {
  readonly app: AppState;
  readonly session: SessionState | null;
  readonly guide: GuideState | null;
  readonly health: HealthView;
  readonly rates: Rates;
  readonly requests: RequestLog;
  readonly users: Users;
  readonly policies: PoliciesView;
  readonly connections: ConnectionsView;
  readonly kernel: KernelView;
  readonly timeline: Timeline;
  readonly ledger: Ledger | null;
  readonly budget: BudgetView | null;
  readonly recording: RecordingState | null;
  readonly capture: CaptureView | null;
  /** Grows when any node's settings or faults change: controls are asked for again. */
  readonly controls: { readonly version: number; readonly nodes: Readonly<Record<string, number>> };
  /** Keyed by node: `logs/backend-3`. */
  readonly logs: Logs;
  /** Keyed by balancer. */
  readonly picks: Picks;
}

export const topicNames = [
  'app',
  'session',
  'guide',
  'health',
  'rates',
  'requests',
  'users',
  'policies',
  'connections',
  'kernel',
  'timeline',
  'ledger',
  'budget',
  'recording',
  'capture',
  'controls',
  'logs',
  'picks',
] as const satisfies readonly (keyof Topics)[];

export type TopicName = keyof Topics;

/** What the host is, as its three faces see it. */
export interface Host {
  call<N extends RequestName>(name: N, params: Params<N>, caller: Caller): Promise<Result<N>>;
  subscribe<T extends TopicName>(topic: T, key: string, listener: (value: Topics[T]) => void): () => void;
  dispose(): Promise<void>;
}

/** Who asks: the streams that a request opens flow back to its own channel and end with it. */
export interface Caller {
  readonly openStream: (source: ByteSource) => string;
  readonly stream: (id: string) => ByteSource | undefined;
}

/** A terminal as the host gives it: text out, text in, with a brake for a reader that falls behind. */
export interface ByteSource {
  onText(listener: (text: string) => void): void;
  onEnd(listener: (reason: string) => void): void;
  write(text: string): void;
  resize(cols: number, rows: number): Promise<void>;
  pause(): void;
  resume(): void;
  close(): void;
}
