import type { PlaneFact } from '../pictures/time-plane.js';
import type { StoryEntry } from '../pictures/spine.js';
import { i18n } from '../words/words.js';

/** The words of the plane: what a declaration is, by the event that made it so. */
const STATUSES: Readonly<Record<string, string>> = {
  ShipmentOpened: i18n.t('opened'),
  DeclarationSent: i18n.t('sent'),
  DeclarationOutcomeUnknown: i18n.t('outcome unknown'),
  DeclarationRefused: i18n.t('refused'),
  DeclarationRegistered: i18n.t('registered'),
  DeclarationAccepted: i18n.t('accepted'),
  DeclarationRejected: i18n.t('rejected'),
  InspectionOrdered: i18n.t('held'),
  PaymentRequired: i18n.t('payment wanted'),
  GoodsReleased: i18n.t('released'),
  DeclarationInvalidated: i18n.t('invalidated'),
};

/**
 * What of a story sets the status of the goods, on both clocks. Authorities tell whole seconds: what was learned later and said of the
 * very second of the fact before it did not come before it.
 */
export function statusFacts(entries: readonly StoryEntry[]): PlaneFact[] {
  let newest = '';
  return entries.flatMap(({ n, name, learned, said }) => {
    const status = STATUSES[name];
    if (status === undefined) return [];
    const told = said ?? learned;
    const since = told < newest && told.slice(0, 19) === newest.slice(0, 19) ? newest : told;
    if (since > newest) newest = since;
    return [{ n, learned, true: since, status }];
  });
}

/** Notches of both clocks, one an event: what could be known, what could be so. */
export const notchesOf = (entries: readonly StoryEntry[]): { known: string[]; asOf: string[] } => ({
  known: [...new Set(entries.map(({ learned }) => learned))].sort(),
  asOf: [...new Set(entries.map(({ said, learned }) => said ?? learned))].sort(),
});

/** The text of a field as an instant in UTC; null when it is none. `2026-11-20 14:07` counts as UTC. */
export function instantOf(text: string): string | null {
  const trimmed = text.trim().replace(/ UTC$/, '').replace(' ', 'T');
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(trimmed) ? trimmed : `${trimmed}Z`;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(zoned) || Number.isNaN(Date.parse(zoned))) return null;
  const micros = /\.(\d{1,6})/.exec(zoned)?.[1]?.padEnd(6, '0') ?? '000000';
  return `${new Date(zoned).toISOString().slice(0, 19)}.${micros}Z`;
}
