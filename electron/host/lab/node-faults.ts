import type { FaultListing } from '../../../docker/protocol/admin.ts';
import type { FaultUse } from '../../../labs/actions.ts';
import type { ActiveFault, Json } from '../../contract/session.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** A node's faults through its admin API. The node is the one who knows them; nothing is remembered here. */

export async function listFaults(telemetry: Telemetry, node: string): Promise<readonly FaultListing[]> {
  return (await telemetry.call(node, 'GET', '/faults')) as unknown as readonly FaultListing[];
}

export async function setFault(
  telemetry: Telemetry,
  node: string,
  fault: string,
  use: FaultUse,
): Promise<void> {
  const body = { settings: use.with, scope: use.scope } as unknown as Json;
  await telemetry.call(node, 'PUT', path(fault), body);
}

/** Clears one fault, or every one that is on. */
export async function clearFaults(telemetry: Telemetry, node: string, fault: string | null): Promise<void> {
  const on = (await listFaults(telemetry, node)).filter((one) => one.active !== null).map((one) => one.name);
  const wanted = fault === null ? on : [fault];
  await Promise.all(wanted.map((name) => telemetry.call(node, 'DELETE', path(name))));
}

export async function activeFaults(telemetry: Telemetry, node: string): Promise<readonly ActiveFault[]> {
  return (await listFaults(telemetry, node)).flatMap(({ name, title, active }) =>
    active === null ? [] : [{ name, title, settings: active.settings, since: active.since }],
  );
}

function path(fault: string): string {
  return `/faults/${encodeURIComponent(fault)}`;
}
