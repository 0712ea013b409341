import { describe, expect, it } from 'vitest';
import { createMembership } from '../../../../docker/kernel/membership.ts';
import { manualClock } from '../../../support/manual-clock.ts';

function setUp(answers: (name: string) => boolean = () => true) {
  const clock = manualClock(0);
  const told: string[] = [];
  const membership = createMembership(['b', 'c'], {
    clock,
    timing: () => ({ probeEveryMs: 1000, suspectMs: 4000 }),
    ask: (name) => {
      if (answers(name)) membership.heard(name);
    },
    changed: (name, state) => told.push(`${clock.now()} ${name} ${state}`),
  });
  return { clock, told, membership };
}

describe('membership', () => {
  it('takes everybody to be there, and stays silent while everybody answers', async () => {
    const { clock, told, membership } = setUp();
    expect(membership.states()).toEqual({ b: 'alive', c: 'alive' });
    await clock.advance(20_000);
    expect(told).toEqual([]);
  });

  it('suspects who has not answered by the next round, and gives him up four seconds later', async () => {
    let up = true;
    const { clock, told } = setUp((name) => name === 'c' || up);
    await clock.advance(1500);
    up = false;
    await clock.advance(10_000);
    expect(told).toEqual(['3000 b suspect', '7000 b gone']);
  });

  it('believes a late answer, and somebody who comes back', async () => {
    let up = false;
    const { clock, told } = setUp((name) => name === 'c' || up);
    await clock.advance(3000);
    up = true;
    await clock.advance(5000);
    up = false;
    await clock.advance(8000);
    up = true;
    await clock.advance(2000);
    expect(told.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'b suspect',
      'b alive',
      'b suspect',
      'b gone',
      'b alive',
    ]);
  });

  it('need not find out what it is told: a farewell is believed at once', async () => {
    const { clock, told, membership } = setUp((name) => name === 'c');
    await clock.advance(500);
    membership.left('b');
    expect(told).toEqual(['500 b gone']);
  });

  it('knows nobody but its peers, and asks no more once disposed of', async () => {
    const asked: string[] = [];
    const { clock, told, membership } = setUp((name) => {
      asked.push(name);
      return true;
    });
    membership.heard('stranger');
    membership.dispose();
    await clock.advance(5000);
    expect(asked).toEqual([]);
    expect(told).toEqual([]);
  });
});
