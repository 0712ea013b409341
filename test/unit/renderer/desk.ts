import { cleanup, render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { afterEach } from 'vitest';
import { createDesk, deskKey } from '../../../renderer/state/desk.ts';
import type { Desk } from '../../../renderer/state/desk.ts';
import type { FakeHost } from '../../support/fake-host.ts';

afterEach(cleanup);

/** Draws one part of the window on a desk whose host is the test's. */
export function draw<P extends Record<string, unknown>>(part: Component<P>, props: P, host: FakeHost): Desk {
  const desk = createDesk(() => host.open());
  // Generic props defeat the library's own inference of mount options.
  render(part as Component, { props, context: new Map([[deskKey, desk]]) });
  return desk;
}
