import { px } from './scale.js';

const DAY = 86_400_000;

export interface RunOut {
  /** where nine futures of ten have not run out yet, where half have, where nine of ten have; null: behind the right edge */
  p10: number | null;
  p50: number | null;
  p90: number | null;
  /** the span between a tenth and nine tenths, cut at the right edge; null where not even a tenth run out */
  band: { x: number; width: number; open: boolean } | null;
  /** the first of each month, with its year and month */
  months: { x: number; month: string }[];
}

/**
 * The days on which something has run out in a tenth, half and nine tenths of its futures, along a line from today to the horizon.
 *
 * @param from legal date, e.g. `2026-11-28`
 * @param width px
 */
export function runOut(
  from: string,
  horizonDays: number,
  { p10, p50, p90 }: { p10: string | null; p50: string | null; p90: string | null },
  width: number,
): RunOut {
  const start = Date.parse(`${from}T00:00:00Z`);
  const x = (at: number): number => px(((at - start) / DAY / horizonDays) * width);
  const of = (date: string | null): number | null => (date === null ? null : x(Date.parse(`${date}T00:00:00Z`)));
  const [first, middle, last] = [of(p10), of(p50), of(p90)];
  const months: RunOut['months'] = [];
  for (const day = new Date(start); ;) {
    day.setUTCDate(1);
    day.setUTCMonth(day.getUTCMonth() + 1);
    if (day.getTime() > start + horizonDays * DAY) break;
    months.push({ x: x(day.getTime()), month: day.toISOString().slice(0, 7) });
  }
  return {
    p10: first,
    p50: middle,
    p90: last,
    band: first === null ? null : { x: first, width: px((last ?? width) - first), open: last === null },
    months,
  };
}
