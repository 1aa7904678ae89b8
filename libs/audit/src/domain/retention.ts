import { plusMonths, Refused, type LegalDate } from '@tidewaiter/kernel';

/** One law that says how long papers are kept. */
export interface RetentionRule {
  /** ISO 3166 country of the authority */
  jurisdiction: string;
  keeps: string;
  years: number;
  /** when the clock starts: the day of entry, or the last day of its calendar year */
  from: 'entry-date' | 'end-of-year';
  law: string;
  /** entry dates for which the rule holds; `validTo` inclusive, null while it is in force */
  validFrom: LegalDate;
  validTo: LegalDate | null;
}

export interface RetentionClock {
  jurisdiction: string;
  law: string;
  from: LegalDate;
  /** the last day of keeping */
  until: LegalDate;
}

const clockOf = (rule: RetentionRule, entryDate: LegalDate): RetentionClock => {
  const from = rule.from === 'entry-date' ? entryDate : `${entryDate.slice(0, 4)}-12-31`;
  return { jurisdiction: rule.jurisdiction, law: rule.law, from, until: plusMonths(from, 12 * rule.years) };
};

/**
 * The longest clock of all laws of the jurisdiction that hold on the entry date.
 * @throws Refused `audit.retention.no-law` when none is known: nothing may be disposed of without one
 */
export function retentionClock(
  rules: readonly RetentionRule[],
  jurisdiction: string,
  entryDate: LegalDate,
): RetentionClock {
  const clocks = rules
    .filter(
      (rule) =>
        rule.jurisdiction === jurisdiction &&
        rule.validFrom <= entryDate &&
        entryDate <= (rule.validTo ?? '9999-12-31'),
    )
    .map((rule) => clockOf(rule, entryDate))
    .sort((a, b) => b.until.localeCompare(a.until));
  const longest = clocks[0];
  if (!longest) {
    throw new Refused('audit.retention.no-law', `no retention law is known for ${jurisdiction} on ${entryDate}`, {
      advice: 'Add the law to the retention rules; until then the dossier cannot be sealed.',
      facts: { jurisdiction, entryDate },
    });
  }
  return longest;
}
