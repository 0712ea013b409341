import { personaNamed } from '../../../docker/protocol/personas/personas.ts';
import type { LabRole, Settings } from './lab.ts';
import { isSettings, replacing } from './merge.ts';
import { settingsSchemas } from './program-settings.ts';

/**
 * `persona: nlb` brings all that an NLB sets, and what is written beside it goes over that. A persona is a preset, in
 * stated time like everything that a person writes, so it is put in here, before times are scaled.
 */
export function withPersona(role: LabRole, settings: Settings): Settings {
  const preset = presetOf(role, settings);
  return preset === null ? settings : over(preset, settings);
}

/**
 * The same for a change of a running balancer: whatever the persona determines becomes the persona's, including members
 * that only the present settings have, and everything else stays.
 */
export function withPersonaPatch(role: LabRole, present: Settings | null, patch: Settings): Settings {
  if (patch.persona === undefined) {
    const checks = checkDefaults(role, present?.persona, patch);
    return checks === null ? patch : over(checks, patch);
  }
  const preset = presetOf(role, patch);
  if (preset === null) return patch;
  const complete = settingsSchemas[role].parse(preset) as Settings;
  const own = Object.fromEntries(Object.keys(preset).map((key) => [key, complete[key] ?? null]));
  return over(replacing(present ?? {}, own), patch);
}

function presetOf(role: LabRole, settings: Settings): Settings | null {
  if (role !== 'l4' && role !== 'l7') return null;
  const preset = personaNamed(settings.persona)?.[role] ?? null;
  if (preset === null) return null;
  return over(preset as Settings, checkDefaults(role, settings.persona, settings) ?? {});
}

/** Some defaults go with the way of checking: an NLB waits 10 s for a TCP connect and 6 s for an answer over HTTP. */
function checkDefaults(role: LabRole, persona: unknown, settings: Settings): Settings | null {
  if (role !== 'l4' && role !== 'l7') return null;
  const check = settings.healthCheck;
  if (!isSettings(check) || typeof check.protocol !== 'string') return null;
  const defaults = personaNamed(persona)?.checkDefaults as Readonly<Record<string, Settings>> | undefined;
  const chosen = defaults?.[check.protocol];
  return chosen === undefined ? null : { healthCheck: chosen };
}

/** Members of `top` over those of `base`; unlike in a merge patch, null is a value. */
function over(base: Settings, top: Settings): Settings {
  const both = Object.entries(top).map(([key, value]) => {
    const below = base[key];
    return [key, isSettings(value) && isSettings(below) ? over(below, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(both) };
}
