import type { FoundSession } from '../engine.ts';
import { alive } from './process-identity.ts';
import type { SessionRecord } from './session-record.ts';

/** A record with what the system says of its processes now. Only the records of live owners get here. */
export async function foundSession(record: SessionRecord, platform: NodeJS.Platform): Promise<FoundSession> {
  const known = record.nodes.map((node) => node.process).filter((process) => process !== null);
  const living = await alive(known, platform);
  const present = record.nodes.map(({ name, role, config, process }) => ({
    name,
    role,
    running: process !== null && living.includes(process),
    container: null,
    config,
  }));
  return {
    session: record.spec.session,
    lab: record.spec.lab,
    engine: 'local',
    complete: true,
    running: living.length,
    nodes: record.spec.nodeCount,
    startedAt: record.spec.startedAt,
    heldBy: record.owner.pid,
    spec: record.spec,
    present,
  };
}
