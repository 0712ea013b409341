import type { Json } from '../../contract/session.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { LabRole, Settings } from './lab.ts';
import { isSettings } from './merge.ts';
import { withPersonaPatch } from './persona.ts';
import { settingsSchemas } from './program-settings.ts';
import { toEffective, toStated } from './scale.ts';

/** What a node runs with, and the same as a person states it. Read from the node, so that `ctl` in a terminal counts. */
export interface BothSettings {
  readonly effective: Settings;
  readonly stated: Settings;
}

export class NodeSettings {
  private readonly known = new Map<string, BothSettings>();
  private readonly telemetry: Telemetry;
  private readonly scale: number;
  private readonly changed: (node: string) => void;

  constructor(telemetry: Telemetry, scale: number, changed: (node: string) => void) {
    this.telemetry = telemetry;
    this.scale = scale;
    this.changed = changed;
  }

  get(node: string): BothSettings | null {
    return this.known.get(node) ?? null;
  }

  /** A merge patch in stated time. The node validates; a refusal comes back with the field's name. */
  async patch(node: string, stated: Settings): Promise<void> {
    const role = this.telemetry.roleOf(node);
    const whole = withPersonaPatch(role, this.get(node)?.stated ?? null, stated);
    await this.telemetry.call(
      node,
      'PATCH',
      '/settings',
      toEffective(settingsSchemas[role], whole, this.scale),
    );
    await this.read(node);
  }

  async read(node: string): Promise<void> {
    const effective = await this.telemetry.call(node, 'GET', '/settings').catch(() => null);
    if (!isSettings(effective ?? undefined)) return;
    this.keep(node, this.telemetry.roleOf(node), effective as Settings);
  }

  private keep(node: string, role: LabRole, effective: Settings): void {
    const stated = toStated(settingsSchemas[role], effective, this.scale) as Settings;
    this.known.set(node, { effective, stated });
    this.changed(node);
  }

  schema(role: LabRole): Json {
    return schemaOf(role);
  }
}

function schemaOf(role: LabRole): Json {
  return JSON.parse(JSON.stringify(settingsSchemas[role].toJSONSchema({ io: 'input' }))) as Json;
}
