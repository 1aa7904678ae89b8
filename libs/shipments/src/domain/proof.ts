import type { LegalDate } from '@tidewaiter/kernel';
import { groundAgainstShipment, mandateFor, type Engagement } from './engagement.js';
import type { Importer } from './importer.js';
import type { Standing } from './shipment.js';
import { groundAgainst, standingRule, type Ground, type StandingRule } from './standing.js';

type InForce = Exclude<Engagement, { status: 'none' }>;
type Registered = Exclude<Importer, { status: 'none' }>;

/** Whether an importer may act in a destination on a day: registered for it, and under an identifier that its law asks for. */
export function groundAgainstImporter(
  importer: Registered,
  destination: string,
  rules: readonly StandingRule[],
  on: LegalDate,
): Ground | null {
  if (!importer.destinations.includes(destination)) {
    return {
      code: 'shipments.importer.not-here',
      says: `Importer ${importer.code} is registered for ${importer.destinations.join(', ')}, not for ${destination}.`,
      advice: `Choose an importer of record for ${destination}, or register this one there.`,
    };
  }
  return groundAgainst(importer.identifiers, destination, rules, on);
}

/** Whether the importer may stand there with what it holds in the goods; where the law takes no nominee, nothing held is a ground. */
export function groundAgainstNominee(
  { title, customer }: Pick<InForce, 'title' | 'customer'>,
  destination: string,
  rules: readonly StandingRule[],
  on: LegalDate,
): Ground | null {
  const wanted = standingRule(rules, destination, on)?.title;
  if (!wanted || title) return null;
  return {
    code: 'shipments.importer.nominee',
    says: `${destination} takes no importer that only lends its name: it must hold ${wanted.needs} (${wanted.law}).`,
    advice: `${wanted.instead}; or say under \`title\` by which contract ${customer.name} gave the importer that right.`,
  };
}

/** The first gate: engagement in force, mandate valid here today, importer able to act here. */
export function proveStanding(
  engagement: InForce,
  importer: Registered,
  destination: string,
  rules: readonly StandingRule[],
  on: LegalDate,
): Standing {
  const ground =
    groundAgainstShipment(engagement, destination, on) ??
    groundAgainstImporter(importer, destination, rules, on) ??
    groundAgainstNominee(engagement, destination, rules, on);
  if (ground) return { kind: 'refused', code: ground.code, says: `${ground.says} ${ground.advice}` };
  const { mandateId, validTo } = mandateFor(engagement, destination, on)!;
  return { kind: 'proved', mandateId, mandateUntil: validTo };
}
