/** Where on the way of this booking something happened: its first place, its last, or one that cannot be told. */
export type Where = 'origin' | 'delivery' | 'unknown';

/**
 * Milestones with their class; `rank` for those that move the goods on, `stops` for those that end the movement. What has
 * neither is told, and never is the state.
 */
const MILESTONES = {
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
  available: { class: 'destination', rank: 75 },
  'out-for-delivery': { class: 'last-mile', rank: 85 },
  'at-door': { class: 'last-mile', rank: 88 },
  delivered: { class: 'delivered', rank: 95 },
  'border-crossed': { class: 'in-transit' },
  'empty-returned': { class: 'equipment' },
  'equipment-news': { class: 'equipment' },
  stripped: { class: 'equipment' },
  sealed: { class: 'equipment' },
  inspected: { class: 'equipment' },
  'customs-selected': { class: 'customs-news' },
  'customs-released': { class: 'customs-news' },
  unmapped: { class: 'unmapped' },
} satisfies Record<string, { class: string; rank?: number; stops?: true }>;

export type MilestoneName = keyof typeof MILESTONES;

const table: ReadonlyMap<string, { class: string; rank?: number; stops?: true }> = new Map(Object.entries(MILESTONES));

/** An arrival at a place that is not ours is a stop on the way, not the end of it. */
export const classOf = (milestone: MilestoneName, where: Where): string =>
  milestone === 'arrived' && where === 'unknown' ? 'in-transit' : MILESTONES[milestone].class;

export interface Milestone {
  milestone: string;
  classifier: 'requested' | 'planned' | 'estimated' | 'actual';
  /** instant it happened or will */
  at: string;
}

const TWO_HOURS = 2 * 60 * 60_000;

const rankOf = (name: string): number => table.get(name)?.rank ?? 0;
const stops = (name: string): boolean => table.get(name)?.stops === true;

/**
 * Where the goods are: the latest actual milestone by the time it happened. Among moving ones within two hours of the
 * latest the highest rank wins, because the clocks of gate, crane and ship differ; what lies before a stop does not
 * compete. Order of arrival plays no part.
 *
 * @returns the milestone, or null when nothing has actually happened
 */
export function trackingState(milestones: readonly Milestone[]): string | null {
  const newestFirst = milestones
    .filter(({ classifier, milestone }) => classifier === 'actual' && (rankOf(milestone) > 0 || stops(milestone)))
    .sort(
      (a, b) =>
        Date.parse(b.at) - Date.parse(a.at) ||
        rankOf(b.milestone) - rankOf(a.milestone) ||
        (a.milestone < b.milestone ? -1 : 1),
    );
  const latest = newestFirst[0];
  if (!latest) return null;
  if (stops(latest.milestone)) return latest.milestone;
  let best = latest.milestone;
  for (const { milestone, at } of newestFirst) {
    if (stops(milestone) || Date.parse(latest.at) - Date.parse(at) > TWO_HOURS) break;
    if (rankOf(milestone) > rankOf(best)) best = milestone;
  }
  return best;
}
