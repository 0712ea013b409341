import type { EngineReport } from '../../electron/contract/app.ts';

/** Name and version, once each: some engines carry the version in their name. */
export function engineTitle({ name, version, available }: EngineReport): string {
  if (!available) return `${name} (does not answer)`;
  return version === null || name.includes(version) ? name : `${name} ${version}`;
}
