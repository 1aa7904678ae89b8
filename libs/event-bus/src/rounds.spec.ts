import { Rounds } from './rounds.js';

describe('rounds', () => {
  it('carry together what comes together, and what comes meanwhile in the next', async () => {
    const held: string[][] = [];
    let second: Promise<void> | undefined;
    const rounds: Rounds<string> = new Rounds(async (pieces) => {
      held.push([...pieces]);
      second ??= Promise.all([rounds.take('c'), rounds.take('d')]).then(() => undefined);
    }, 0);
    await Promise.all([rounds.take('a'), rounds.take('b')]);
    await second;
    expect(held).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('keep their distance, except the first after a rest', async () => {
    const began: number[] = [];
    const rounds = new Rounds<number>(async () => void began.push(performance.now()), 30);
    const asked = performance.now();
    await rounds.take(1);
    await rounds.take(2);
    expect(began[0]! - asked).toBeLessThan(25);
    expect(began[1]! - began[0]!).toBeGreaterThanOrEqual(29);
  });

  it('that fail are taken apart: one bad piece fails alone', async () => {
    const held: string[][] = [];
    const rounds = new Rounds<string>(async (pieces) => {
      held.push([...pieces]);
      if (pieces.includes('bad')) throw new Error('no');
    }, 0);
    const results = await Promise.allSettled(['good', 'bad', 'fine'].map((each) => rounds.take(each)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(held).toEqual([['good', 'bad', 'fine'], ['good'], ['bad'], ['fine']]);
  });
});
