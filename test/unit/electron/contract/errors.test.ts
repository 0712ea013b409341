import { describe, expect, it } from 'vitest';
import { BlindspotError, toErrorShape } from '../../../../electron/contract/errors.ts';

describe('anything thrown, as a person is told it', () => {
  it('our own goes through whole', () => {
    const shape = { code: 'not-found', message: 'No lab x.', next: 'Choose one.', where: 'x' } as const;
    expect(toErrorShape(new BlindspotError(shape))).toEqual(shape);
  });

  it.each(['ENOSPC', 'EDQUOT'])('%s is a full disk, whoever wrote, with a way out', (code) => {
    const thrown = Object.assign(new Error(`${code}: write`), { code });
    expect(toErrorShape(thrown)).toMatchObject({ code: 'disk-full', message: `${code}: write` });
    expect(toErrorShape(thrown).next).toContain('BLINDSPOT_HOME');
  });

  it.each([
    [new Error('odd'), 'odd'],
    ['a word', 'a word'],
    [null, 'null'],
  ])('%s is an error inside, in its own words', (thrown, message) => {
    expect(toErrorShape(thrown)).toEqual({ code: 'internal', message });
  });
});
