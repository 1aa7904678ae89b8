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
    let now = 1_000;
    const paused: number[] = [];
    const clock = {
      now: () => now,
      pause: async (ms: number) => {
        paused.push(ms);
        now += ms;
      },
    };
    const rounds = new Rounds<number>(async () => void (now += 12), 30, clock);
    await rounds.take(1);
    await rounds.take(2);
    now += 500;
    await rounds.take(3);
    expect(paused).toEqual([0, 18, 0]);
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
