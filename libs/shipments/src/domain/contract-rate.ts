import type { AgreedRate, ContractRate } from '@tidewaiter/contracts';
import { Invalid, Refused, type LegalDate } from '@tidewaiter/kernel';

/** Whether law lets a rate that the contract of sale fixes stand in place of the published one, from a day to a day. */
export type ContractRateRule = {
  destinations: readonly string[];
  validFrom: LegalDate;
  validTo: LegalDate | null;
  law: string;
} & ({ allowed: true; own: string } | { allowed: false });

/**
 * A rate by contract with the exception of law that it stands under.
 *
 * @param on day on the destination's calendar
 * @throws Refused `shipments.contract-rate.not-allowed` with the law, `shipments.contract-rate.not-of-sale`; Invalid
 *         `shipments.contract-rate.currency`, `shipments.contract-rate.ahead`
 */
export function agreedRateOf(
  rules: readonly ContractRateRule[],
  destination: string,
  given: ContractRate,
  on: LegalDate,
): AgreedRate {
  const rule = rules.find(
    (each) =>
      each.destinations.includes(destination) && each.validFrom <= on && (each.validTo === null || on <= each.validTo),
  );
  if (!rule?.allowed) {
    const law = rule ? rule.law : 'no rule is known here that would let it stand';
    throw new Refused(
      'shipments.contract-rate.not-allowed',
      `${destination} converts at the published rate, not at one fixed by contract (${law})`,
      {
        advice:
          'Leave the contract’s rate out; where the price is settled in the destination’s currency, have it invoiced so.',
        places: [{ pointer: '/contractRate', reason: law }],
      },
    );
  }
  if (given.fixedBy !== 'seller-and-buyer') {
    throw new Refused(
      'shipments.contract-rate.not-of-sale',
      `only the contract of sale can fix the rate, not one between buyer and bank (${rule.law})`,
      {
        advice: 'Leave the rate out: a hedge with a bank changes nothing of the price paid to the seller.',
        places: [{ pointer: '/contractRate/fixedBy', reason: 'seller-and-buyer expected' }],
      },
    );
  }
  if (given.currency === rule.own) {
    throw new Invalid('shipments.contract-rate.currency', `${rule.own} needs no rate in ${destination}`, {
      advice: 'Name the currency of the invoice, or leave the rate out.',
      places: [{ pointer: '/contractRate/currency', reason: `another currency than ${rule.own} expected` }],
    });
  }
  if (given.fixedOn > on) {
    throw new Invalid('shipments.contract-rate.ahead', `the rate was fixed on ${given.fixedOn}, and it is ${on}`, {
      advice: 'Give the day of the contract.',
      places: [{ pointer: '/contractRate/fixedOn', reason: `not after ${on}` }],
    });
  }
  return { ...given, own: rule.own, law: rule.law };
}
