/** Futures that are drawn: enough for a tenth of them to be a hundred. */
const FUTURES = 1000;
/** With fewer days of history the same few days would only be repeated. */
export const LEAST_HISTORY_DAYS = 14;

/** Numbers from 0 to `below - 1`, the same ones for the same seed. Mulberry32: small, and good enough to draw days with. */
function drawer(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export interface RunsOut {
  /** days from now on which it has run out in a tenth, half and nine tenths of the futures; null: not within the horizon */
  p10: number | null;
  p50: number | null;
  p90: number | null;
}

/**
 * When headroom is used up, if the days to come are like those of the history: each future draws its days from it.
 *
 * @param headroom  in the currency's smallest unit
 * @param history   net movement of each day in the smallest unit, quiet days included; positive: more was held than given back
 * @param seed      the same seed gives the same futures
 * @returns null when the history is too short to say anything
 */
export function runsOut(
  headroom: bigint,
  history: readonly bigint[],
  horizonDays: number,
  seed: number,
): RunsOut | null {
  if (history.length < LEAST_HISTORY_DAYS) return null;
  // Each future draws for itself: one that ends early may not change the next, or more headroom could seem to last less long.
  const days = Array.from({ length: FUTURES }, (_, future): number => {
    const draw = drawer(seed + future);
    let held = 0n;
    for (let day = 1; day <= horizonDays; day += 1) {
      held += history[draw(history.length)]!;
      if (held > headroom) return day;
    }
    return Infinity;
  }).sort((a, b) => a - b);
  const at = (share: number): number | null => {
    const day = days[Math.ceil(FUTURES * share) - 1]!;
    return day === Infinity ? null : day;
  };
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}
