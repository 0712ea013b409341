import { describe, expect, it } from 'vitest';
import { personaNamed, personas } from '../../../../../docker/protocol/personas/personas.ts';
import type { Settings } from '../../../../../electron/host/lab/lab.ts';
import { mergeSettings } from '../../../../../electron/host/lab/merge.ts';
import { withPersona, withPersonaPatch } from '../../../../../electron/host/lab/persona.ts';
import { settingsSchemas } from '../../../../../electron/host/lab/program-settings.ts';

function l7(settings: Settings) {
  return settingsSchemas.l7.parse(withPersona('l7', settings));
}

describe('a persona in a lab', () => {
  it('brings what the real system sets', () => {
    const settings = l7({ persona: 'haproxy' });
    expect(settings.healthCheck).toMatchObject({
      intervalMs: 2000,
      unhealthyThreshold: 3,
      method: 'OPTIONS',
    });
    expect(settings.whenAllDown).toBe('refuse');
  });

  it('gives way to what is written beside it', () => {
    const settings = l7({ persona: 'haproxy', healthCheck: { intervalMs: 500 }, whenAllDown: 'fail-open' });
    expect(settings.healthCheck).toMatchObject({ intervalMs: 500, unhealthyThreshold: 3 });
    expect(settings.whenAllDown).toBe('fail-open');
  });

  it('brings the defaults that go with the way of checking', () => {
    const of = (protocol: string) =>
      settingsSchemas.l4.parse(withPersona('l4', { persona: 'nlb', healthCheck: { protocol } })).healthCheck;
    expect(of('tcp').timeoutMs).toBe(10_000);
    expect(of('http').timeoutMs).toBe(6000);
  });

  it('leaves a balancer without one, and every other role, alone', () => {
    expect(withPersona('l4', { algorithm: 'random' })).toEqual({ algorithm: 'random' });
    expect(withPersona('backend', { persona: 'nlb' })).toEqual({ persona: 'nlb' });
  });

  it('is refused at a layer where the real system does not work', () => {
    expect(settingsSchemas.l4.safeParse({ persona: 'alb' }).success).toBe(false);
    expect(settingsSchemas.l7.safeParse({ persona: 'kube-proxy' }).success).toBe(false);
  });
});

describe('a persona that is chosen while the balancer runs', () => {
  const targets = [{ id: 'backend-1', address: '10.0.0.1', port: 8080 }];

  it.each(
    personas
      .filter((one) => one.l7 !== null)
      .flatMap((from) => ['alb', 'nginx'].map((to) => [from.name, to])),
  )('from %s to %s leaves nothing of the first', (from, to) => {
    const present = settingsSchemas.l7.parse({
      ...withPersona('l7', { persona: from }),
      targets,
    }) as Settings;
    const patched = settingsSchemas.l7.parse(
      mergeSettings(present, withPersonaPatch('l7', present, { persona: to })),
    );
    const fresh = l7({ persona: to });
    for (const key of Object.keys(personaNamed(to)?.l7 ?? {}) as (keyof typeof fresh)[])
      expect({ [key]: patched[key] }).toEqual({ [key]: fresh[key] });
    expect(patched.targets).toMatchObject(targets);
  });

  it('gives way to what the same change says', () => {
    const present = settingsSchemas.l4.parse({}) as Settings;
    const patch = withPersonaPatch('l4', present, { persona: 'nlb', whenUnhealthy: 'reset' });
    expect(patch).toMatchObject({ algorithm: 'flow-hash', whenUnhealthy: 'reset' });
  });

  it('follows a change of how it checks with the defaults that go with that', () => {
    const present = settingsSchemas.l4.parse(withPersona('l4', { persona: 'nlb' })) as Settings;
    expect(withPersonaPatch('l4', present, { healthCheck: { protocol: 'http' } })).toEqual({
      healthCheck: { protocol: 'http', timeoutMs: 6000 },
    });
    expect(withPersonaPatch('l4', present, { algorithm: 'random' })).toEqual({ algorithm: 'random' });
  });
});
