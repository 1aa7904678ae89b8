import type { LegalDate } from '@tidewaiter/kernel';
import { groundAgainstShipment, mandateFor, type Engagement } from './engagement.js';
import type { Importer } from './importer.js';
import type { Standing } from './shipment.js';
import { groundAgainst, type Ground, type StandingRule } from './standing.js';

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

/** The first gate: engagement in force, mandate valid here today, importer able to act here. */
export function proveStanding(
  engagement: InForce,
  importer: Registered,
  destination: string,
  rules: readonly StandingRule[],
  on: LegalDate,
): Standing {
  const ground =
    groundAgainstShipment(engagement, destination, on) ?? groundAgainstImporter(importer, destination, rules, on);
  if (ground) return { kind: 'refused', code: ground.code, says: `${ground.says} ${ground.advice}` };
  const { mandateId, validTo } = mandateFor(engagement, destination, on)!;
  return { kind: 'proved', mandateId, mandateUntil: validTo };
}
