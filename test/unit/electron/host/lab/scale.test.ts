import { describe, expect, it } from 'vitest';
import { l4SettingsSchema } from '../../../../../docker/protocol/balancer.ts';
import { clientSettingsSchema } from '../../../../../docker/protocol/client.ts';
import type { Json } from '../../../../../electron/contract/session.ts';
import { toEffective, toStated } from '../../../../../electron/host/lab/scale.ts';

describe('scale', () => {
  it('divides timers, at any depth, and nothing else', () => {
    const stated = {
      connectTimeoutMs: 10_000,
      drainMs: 300_000,
      healthCheck: { intervalMs: 10_000, healthyThreshold: 5 },
    };
    expect(toEffective(l4SettingsSchema, stated, 20)).toEqual({
      connectTimeoutMs: 10_000,
      drainMs: 15_000,
      healthCheck: { intervalMs: 500, healthyThreshold: 5 },
    });
  });

  it('leaves a client alone: what users feel is never scaled', () => {
    const stated = { rate: 250, totalTimeoutMs: 30_000 };
    expect(toEffective(clientSettingsSchema, stated, 20)).toEqual(stated);
  });

  it('keeps 0, which means off, and makes nothing else 0', () => {
    const stated = { slowStartMs: 0, healthCheck: { intervalMs: 5 } };
    expect(toEffective(l4SettingsSchema, stated, 20)).toEqual({
      slowStartMs: 0,
      healthCheck: { intervalMs: 1 },
    });
  });

  it('states again what it made effective, for the whole of a role', () => {
    const stated = l4SettingsSchema.parse({}) as unknown as Json;
    expect(toStated(l4SettingsSchema, toEffective(l4SettingsSchema, stated, 20), 20)).toEqual(stated);
    expect(toEffective(l4SettingsSchema, stated, 1)).toEqual(stated);
  });

  it('passes by what it does not know, and null in a patch', () => {
    const patch = { healthCheck: { host: null, strange: { intervalMs: 10 } } };
    expect(toEffective(l4SettingsSchema, patch, 20)).toEqual(patch);
  });
});
