import { describe, expect, it } from 'vitest';
import { heldBy } from '../../../../renderer/topology/held.ts';
import { nodeSample } from '../../../support/lab-samples.ts';

describe('what a node holds', () => {
  it('is not spoken of where it is nothing', () => {
    expect(heldBy(undefined)).toBeNull();
    expect(heldBy(nodeSample('backend-1'))).toBeNull();
  });

  it('is named, with what each is for and how far it goes', () => {
    const held = heldBy(nodeSample('xdp', { holds: ['NET_ADMIN', 'SYS_ADMIN'] }));
    expect(held?.text).toBe('holds NET_ADMIN, SYS_ADMIN');
    expect(held?.why).toMatch(/^In its own network only: NET_ADMIN to change .*; SYS_ADMIN to load/);
  });
});
