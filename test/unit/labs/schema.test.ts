import { describe, expect, it } from 'vitest';
import { faultSettings } from '../../../docker/protocol/faults.ts';
import { capabilities } from '../../../electron/contract/app.ts';
import { labJsonSchema, needNames, solutionJsonSchema } from '../../../labs/schema.ts';

describe('the JSON Schema for editors', () => {
  it('comes from the same source: roles, checks, actions and faults are in it', () => {
    const text = JSON.stringify(labJsonSchema());
    for (const word of ['kube-node', 'detection', 'mostErrors', 'intervalMs', 'unhealthyThreshold'])
      expect(text).toContain(`"${word}"`);
    for (const fault of Object.keys(faultSettings)) expect(text).toContain(`"${fault}"`);
  });

  it('asks for names, not for addresses', () => {
    const text = JSON.stringify(labJsonSchema());
    expect(text).toContain('"to"');
    // What a target, a dependency or a client's goal would be as a program takes it.
    expect(text).not.toMatch(/"address":\{[^}]*\},"port":/);
  });

  it('knows no key that is not stated', () => {
    expect(labJsonSchema()).toMatchObject({ type: 'object', additionalProperties: false });
    expect(solutionJsonSchema()).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it('names the needs as the contract names capabilities', () => {
    expect([...needNames]).toEqual([...capabilities]);
  });
});
