import { expect, it } from 'vitest';
import { readNotices } from '../../../../electron/contract/start.ts';

const notice = { id: 'face', level: 'warning', text: 'No display.', next: 'Open the link.' };

it('reads the notices that the start handed on', () => {
  expect(readNotices(JSON.stringify([notice]))).toEqual([notice]);
});

it.each([undefined, '', 'not json', '{}', '[{"id":1}]', '[{"id":"a","level":"loud","text":"x"}]'])(
  'takes %s for no notice',
  (text) => {
    expect(readNotices(text)).toEqual([]);
  },
);
