import { lengthOf, linear, px } from './scale.js';

export interface CostStep {
  label: string;
  /** decimal string; negative for what is taken off */
  amount: string;
  /** what everything before adds up to, as the API says it: drawn from zero */
  total?: boolean;
}
export interface WaterfallBar {
  label: string;
  amount: string;
  total: boolean;
  x: number;
  width: number;
  /** right end of the bar before, where a line leads down from; null for the first */
  joins: number | null;
}

/** A cost as it is built up: each part begins where the one before ended, a total begins at zero. @param width px */
export function waterfall(steps: readonly CostStep[], width: number): WaterfallBar[] {
  let reached = 0;
  const spans = steps.map(({ amount, total }) => {
    const length = lengthOf(amount);
    const [from, to] = total ? [0, length] : [reached, reached + length];
    reached = to;
    return [from, to] as const;
  });
  const ends = spans.flat();
  const x = linear([Math.min(0, ...ends), Math.max(0, ...ends)], [0, width]);
  return steps.map(({ label, amount, total = false }, i) => {
    const [from, to] = spans[i]!;
    return {
      label,
      amount,
      total,
      x: px(x(Math.min(from, to))),
      width: Math.max(1, px(x(Math.max(from, to)) - x(Math.min(from, to)))),
      joins: i === 0 ? null : px(x(spans[i - 1]![1])),
    };
  });
}
