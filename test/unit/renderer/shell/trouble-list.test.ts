import { screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { BlindspotError } from '../../../../electron/contract/errors.ts';
import TroubleList from '../../../../renderer/shell/TroubleList.svelte';
import { fakeHost } from '../../../support/fake-host.ts';
import { sessionSample } from '../../../support/lab-samples.ts';
import { draw } from '../desk.ts';

test('what went wrong stays on screen, but for what the lab says above its picture already', async () => {
  const host = fakeHost();
  const error = { code: 'disk-full', message: 'No space left.' } as const;
  host.publish('session', sessionSample({ phase: 'failed', error }));
  const { troubles } = draw(TroubleList, {}, host);
  await troubles.attempt('starting the lab', () => Promise.reject(new BlindspotError(error)));
  await troubles.attempt('saving', () =>
    Promise.reject(new BlindspotError({ code: 'timeout', message: 'Too slow.' })),
  );
  const alerts = await screen.findAllByRole('alert');
  expect(alerts.map(({ dataset }) => dataset.code)).toEqual(['timeout']);
});
