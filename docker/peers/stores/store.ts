// client -> the store's own port -> the store          host -> admin socket -> this program -> the store's own statistics
import type { z } from 'zod';
import type { BaseConfig, Context, Program, Role } from '../../lib/program-types.ts';
import type { StallSettings } from '../../protocol/peers/stores.ts';
import type { StoreRole } from '../../protocol/peers/roles.ts';
import { containerStats } from '../container-stats.ts';
import { createStall } from '../stall.ts';
import type { System } from '../system.ts';

export interface StoreConfig<S> extends BaseConfig {
  readonly settings: S;
  readonly listen: { readonly address: string; readonly port: number };
}

/** One kind of store: how it is started, asked and told. Everything else is the same for all. */
export interface StoreKind<S, C extends StoreConfig<S>> {
  readonly role: StoreRole;
  readonly schema: z.ZodType<C>;
  readonly settings: z.ZodType<S>;
  start(config: C): Promise<RunningStore<S>> | RunningStore<S>;
}

export interface RunningStore<S> {
  readonly system: System;
  /** What it ends in order at. */
  readonly endSignal: NodeJS.Signals;
  /** Its own statistics; rejects while it cannot be asked. */
  ask(): Promise<Readonly<Record<string, number>>>;
  apply?(next: S): void;
  /** Changes that the system takes only at its start are refused here: the sentence says so. */
  refuses?(next: S): string | null;
  close?(): void;
}

const everyMs = 500;
const patienceMs = 1000;
/** A database may have to replay a log; the host waits as long for the admin socket. */
const startLimitMs = 9000;
const endLimitMs = 4000;

export function storeRole<S extends StallSettings, C extends StoreConfig<S>>(kind: StoreKind<S, C>): Role<C> {
  return {
    role: kind.role,
    schema: kind.schema,
    async start(config: C, context: Context): Promise<Program> {
      const store = await kind.start(config);
      const stall = createStall(store.system.pid);
      let settings = config.settings;
      let figures: Readonly<Record<string, number>> = {};
      let answers = false;
      let closed = false;

      const look = async (): Promise<void> => {
        try {
          figures = await within(store.ask(), patienceMs);
          answers = true;
        } catch {
          answers = false;
        }
      };
      const keepLooking = async (): Promise<void> => {
        while (!closed) {
          await look();
          await delay(everyMs);
        }
      };
      await untilAnswering(store, context.now() + startLimitMs, context.now);
      void keepLooking();
      stall.configure(settings);

      return {
        stats: () => ({
          role: kind.role,
          process: containerStats(context.node, context.now()),
          answers,
          figures,
        }),
        settings: {
          schema: kind.settings.superRefine((next, problem) => {
            const why = store.refuses?.(next) ?? null;
            if (why !== null) problem.addIssue({ code: 'custom', message: why });
          }),
          get: () => settings,
          apply(next) {
            settings = next as S;
            stall.configure(settings);
            store.apply?.(settings);
          },
        },
        async stop() {
          closed = true;
          stall.dispose();
          store.close?.();
          await store.system.stop(store.endSignal, endLimitMs);
        },
      };
    },
  };
}

/** The admin socket opens when the store answers: whoever waits for a node waits for the real thing. */
async function untilAnswering<S>(store: RunningStore<S>, limit: number, now: () => number): Promise<void> {
  while (now() < limit) {
    const good = await within(store.ask(), patienceMs).then(
      () => true,
      () => false,
    );
    if (good) return;
    await delay(50);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
