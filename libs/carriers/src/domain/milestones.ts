/** Milestones of the goods with their class and, for those that move them on, their rank; `stops` ends the movement. */
export const MILESTONES: Record<string, { class: string; rank?: number; stops?: true }> = {
  'booking-requested': { class: 'booking', rank: 5 },
  'booking-confirmed': { class: 'booking', rank: 10 },
  'booking-declined': { class: 'booking', stops: true },
  'booking-cancelled': { class: 'booking', stops: true },
  'empty-released': { class: 'origin', rank: 15 },
  stuffed: { class: 'origin', rank: 18 },
  'picked-up': { class: 'origin', rank: 20 },
  accepted: { class: 'origin', rank: 30 },
  loaded: { class: 'in-transit', rank: 40 },
  departed: { class: 'in-transit', rank: 50 },
  arrived: { class: 'destination', rank: 60 },
  discharged: { class: 'destination', rank: 65 },
  'checked-in': { class: 'destination', rank: 68 },
  available: { class: 'destination', rank: 75 },
  'handed-over': { class: 'destination', rank: 80 },
  'out-for-delivery': { class: 'last-mile', rank: 85 },
  'at-door': { class: 'last-mile', rank: 88 },
  delivered: { class: 'delivered', rank: 95 },
  'empty-returned': { class: 'equipment' },
  'equipment-news': { class: 'equipment' },
  stripped: { class: 'equipment' },
  sealed: { class: 'equipment' },
  inspected: { class: 'equipment' },
  'border-crossed': { class: 'in-transit' },
  'customs-selected': { class: 'customs-news' },
  'customs-released': { class: 'customs-news' },
  unmapped: { class: 'unmapped' },
};

export interface Milestone {
  messageId: string;
  milestone: string;
  classifier: 'requested' | 'planned' | 'estimated' | 'actual';
  /** instant it happened or will */
  at: string;
}

const TWO_HOURS = 2 * 60 * 60_000;

/**
 * Where the goods are: the latest actual milestone by the time it happened. Among moving ones within two hours of the
 * latest the highest rank wins, because the clocks of gate, crane and ship differ. Order of arrival plays no part.
 *
 * @returns the milestone, or null when nothing has actually happened
 */
export function trackingState(milestones: readonly Milestone[]): string | null {
  const effective = milestones
    .filter((each) => each.classifier === 'actual' && isState(each.milestone))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || rankOf(a.milestone) - rankOf(b.milestone));
  const latest = effective[effective.length - 1];
  if (!latest) return null;
  if (MILESTONES[latest.milestone]?.stops) return latest.milestone;
  let best = latest;
  for (let i = effective.length - 1; i >= 0; i -= 1) {
    const each = effective[i]!;
    if (MILESTONES[each.milestone]?.stops) break;
    if (Date.parse(latest.at) - Date.parse(each.at) > TWO_HOURS) break;
    if (rankOf(each.milestone) > rankOf(best.milestone)) best = each;
  }
  return best.milestone;
}

const rankOf = (name: string): number => MILESTONES[name]?.rank ?? 0;
const isState = (name: string): boolean => MILESTONES[name]?.rank !== undefined || MILESTONES[name]?.stops === true;
