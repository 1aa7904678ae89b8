import type { Fact } from '@tidewaiter/contracts';
import fc from 'fast-check';
import { Course } from './course.js';

const at = (minute: number): string => `2026-11-24T10:0${minute}:00.000000Z`;
const fact = (name: string, minute: number, data: Record<string, unknown> = {}): Fact => ({
  eventId: `${name}-${minute}`,
  name: `customs.${name}`,
  stream: 'declaration-1',
  version: minute,
  data: { authorityTime: at(minute), bill: null, lines: [], ...data },
});
const course = (...facts: Fact[]): Course => {
  const made = new Course();
  for (const each of facts) made.note(each);
  return made;
};

const released = fact('GoodsReleased', 5);

describe('the way to the gate', () => {
  it('is free with a release, also of runs whose facts carry no time', () => {
    expect(course(released).release()).toBe(released);
    const old = fact('GoodsReleased', 5, { authorityTime: undefined });
    expect(course(old).release()).toBe(old);
  });

  it('is closed while another agency holds, whatever customs says', () => {
    const hold = fact('HoldPlaced', 3, { agency: 'FSA', lines: [1, 2] });
    expect(course(hold, released).release()).toBeNull();
    expect(course(hold, released, fact('HoldLifted', 4, { agency: 'FSA', lines: [1] })).holders()).toEqual(['FSA']);
    expect(course(hold, released, fact('HoldLifted', 4, { agency: 'FSA' })).release()).toBe(released);
    expect(course(fact('HoldPlaced', 3, { agency: 'customs' }), released).release()).toBe(released);
  });

  it('is closed by a recall until a newer release', () => {
    const recall = fact('ReleaseSuspended', 6);
    expect(course(released, recall).release()).toBeNull();
    expect(course(recall, released, fact('GoodsReleased', 7)).release()).toMatchObject({ version: 7 });
  });

  it('does not depend on the order in which it is heard', () => {
    const all = [
      released,
      fact('HoldPlaced', 2, { agency: 'FSA' }),
      fact('HoldLifted', 3, { agency: 'FSA' }),
      fact('HoldPlaced', 4, { agency: 'FSA', bill: 'B1' }),
      fact('HoldLifted', 4, { agency: 'FSA', bill: 'B1' }),
      fact('ReleaseSuspended', 6),
      fact('GoodsReleased', 8),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }), (facts) => {
        expect(course(...facts).release()).toMatchObject({ version: 8 });
        expect(course(...facts, ...facts).holders()).toEqual([]);
      }),
    );
  });
});
