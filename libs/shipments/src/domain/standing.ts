import type { Instant, LegalDate } from '@tidewaiter/kernel';
import { legalDateAt } from '@tidewaiter/kernel';

export type IdentifierScheme = 'EORI' | 'EIN' | 'VAT' | 'DAN' | 'JPCN';
export interface Identifier {
  scheme: IdentifierScheme;
  value: string;
}

/** Who may be importer of record in a destination, from when to when, by which law. */
export interface StandingRule {
  destination: string;
  /** IANA zone of the authority: its calendar decides what day it is */
  zone: string;
  validFrom: LegalDate;
  validTo: LegalDate | null;
  scheme: IdentifierScheme;
  /** what the identifier must start with; empty when any will do */
  prefixes: readonly string[];
  /** the condition in words, for a refusal */
  needs: string;
  law: string;
  /** where nobody may lend his name: what the importer must hold in the goods, and the way for those who do not */
  title?: { needs: string; instead: string; law: string };
}

/** A ground that stands in the way: stable code, what is wrong, what to do about it. */
export interface Ground {
  code: string;
  says: string;
  advice: string;
}

/** The rule in force for a destination on a day; undefined where none is known. */
export const standingRule = (
  rules: readonly StandingRule[],
  destination: string,
  on: LegalDate,
): StandingRule | undefined =>
  rules.find(
    (rule) => rule.destination === destination && rule.validFrom <= on && (rule.validTo === null || on <= rule.validTo),
  );

/** The newest known zone of a destination, UTC where it is unknown: a day has to begin somewhere. */
export const zoneOf = (rules: readonly StandingRule[], destination: string): string =>
  rules.findLast((rule) => rule.destination === destination)?.zone ?? 'UTC';

/** What day the authority's calendar shows at an instant. */
export const dayIn = (rules: readonly StandingRule[], destination: string, at: Instant): LegalDate =>
  legalDateAt(at, zoneOf(rules, destination));

const fits = (rule: StandingRule, identifier: Identifier): boolean =>
  identifier.scheme === rule.scheme &&
  (rule.prefixes.length === 0 || rule.prefixes.some((prefix) => identifier.value.startsWith(prefix)));

/** The identifier under which an entity may act in a destination on a day, with the law that asks for it; null where none will do. */
export function identifierFor(
  identifiers: readonly Identifier[],
  destination: string,
  rules: readonly StandingRule[],
  on: LegalDate,
): { value: string; law: string } | null {
  const rule = standingRule(rules, destination, on);
  const identifier = rule && identifiers.find((each) => fits(rule, each));
  return rule && identifier ? { value: identifier.value, law: rule.law } : null;
}

/**
 * Whether an entity with these identifiers may stand as importer in a destination on a day.
 *
 * @returns null when it may, else the ground: `shipments.importer.destination-unknown` (no rule is known, so nobody
 *          may) or `shipments.importer.identifier-missing`
 */
export function groundAgainst(
  identifiers: readonly Identifier[],
  destination: string,
  rules: readonly StandingRule[],
  on: LegalDate,
): Ground | null {
  const rule = standingRule(rules, destination, on);
  if (!rule) {
    const known = [...new Set(rules.map((each) => each.destination))].join(', ');
    return {
      code: 'shipments.importer.destination-unknown',
      says: `No rule says who may be importer of record in ${destination} on ${on}.`,
      advice: `Choose one of ${known}, or add the destination's rule with its law to the standing rules.`,
    };
  }
  if (identifiers.some((identifier) => fits(rule, identifier))) return null;
  return {
    code: 'shipments.importer.identifier-missing',
    says: `An importer of record in ${destination} needs ${rule.needs} (${rule.law}).`,
    advice: `Register the importer with ${rule.needs}.`,
  };
}
