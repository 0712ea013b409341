import type { Context, Program, Role } from '../lib/program-types.ts';
import { toolsConfigSchema, toolsSettingsSchema } from '../protocol/peers/stores.ts';
import type { ToolsConfig } from '../protocol/peers/stores.ts';
import { containerStats } from './container-stats.ts';

/** A workplace on the lab's network: redis-cli, psql, mosquitto_pub and _sub, dig and curl, and nothing that runs by itself. */
export const toolsRole: Role<ToolsConfig> = {
  role: 'tools',
  schema: toolsConfigSchema,
  start(config: ToolsConfig, context: Context): Program {
    return {
      stats: () => ({ role: 'tools', process: containerStats(context.node, context.now()) }),
      settings: { schema: toolsSettingsSchema, get: () => config.settings, apply: () => undefined },
      stop: () => Promise.resolve(),
    };
  },
};
