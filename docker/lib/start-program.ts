import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { authorityFile } from '../protocol/tls.ts';
import { startAdminServer } from './admin-server.ts';
import { createEventRing } from './event-ring.ts';
import type { BaseConfig, Context, Program, Role } from './program-types.ts';
import { createRequestRing } from './request-ring.ts';

export interface RunningProgram {
  readonly program: Program;
  readonly context: Context;
  stop(reason: string): Promise<void>;
}

/** Version of the admin API, as `GET /` states it. */
const adminVersion = 1;

/** Starts a role with a valid config inside this process; run-program.ts gives it a process of its own. */
export async function startProgram<C extends BaseConfig>(role: Role<C>, config: C): Promise<RunningProgram> {
  const now = Date.now;
  const context: Context = {
    node: config.node,
    events: createEventRing(now),
    records: createRequestRing(config.sampleOneIn),
    now,
  };
  const program = await role.start(config, context);
  const identity = {
    node: config.node,
    role: role.role,
    pid: process.pid,
    startedAt: now(),
    version: adminVersion,
  };
  try {
    const admin = await startAdminServer(config.admin, identity, program, context);
    layOutAuthority(config);
    context.events.emit({ type: 'started', role: role.role });
    return {
      program,
      context,
      async stop(reason) {
        context.events.emit({ type: 'stopping', reason });
        await program.stop(reason);
        await admin.close();
      },
    };
  } catch (error) {
    await program.stop('the admin socket could not be opened');
    throw error;
  }
}

/** Public, and the same for every node of a lab. A named pipe has no folder, and its platform's curl another store. */
function layOutAuthority({ admin, identity }: BaseConfig): void {
  if (identity === undefined || admin.startsWith('\\\\')) return;
  writeFileSync(join(dirname(admin), authorityFile), identity.authority);
}
