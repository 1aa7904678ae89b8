import { lengthOf, linear, px } from './scale.js';

export interface Pair {
  label: string;
  before: string;
  after: string;
  /** the difference as the API says it */
  change: string;
}
export interface PairBars extends Pair {
  beforeWidth: number;
  afterWidth: number;
}

/** Quote and entry of each charge on one scale, the change beside them. @param width px of the longest bar */
export function pairedBars(pairs: readonly Pair[], width: number): PairBars[] {
  const most = Math.max(0, ...pairs.flatMap(({ before, after }) => [lengthOf(before), lengthOf(after)]));
  const x = linear([0, most], [0, width]);
  return pairs.map((pair) => ({
    ...pair,
    beforeWidth: px(x(lengthOf(pair.before))),
    afterWidth: px(x(lengthOf(pair.after))),
  }));
}
