import type { LegalDate } from '@tidewaiter/kernel';
import type { Ground } from './standing.js';

/** A ban on goods of an origin in a destination, from a day to a day, by its law. */
export interface Embargo {
  destination: string;
  origin: string;
  /** first digits of the commodity codes that it names; empty when it names all goods */
  commodities: readonly string[];
  validFrom: LegalDate;
  validTo: LegalDate | null;
  law: string;
}

interface Goods {
  origin?: string | undefined;
  commodity?: string | undefined;
}

const inForce = (row: Embargo, destination: string, on: LegalDate): boolean =>
  row.destination === destination && row.validFrom <= on && (row.validTo === null || on <= row.validTo);

const names = ({ origin, commodities }: Embargo, goods: Goods): boolean =>
  goods.origin === origin &&
  (commodities.length === 0 || commodities.some((prefix) => goods.commodity?.startsWith(prefix)));

/**
 * Whether a ban stands against goods of these origins in a destination on a day.
 *
 * @param origin country of dispatch; lines without an origin of their own have this one
 * @returns the first ban that stands, `shipments.embargo`; null when none does
 */
export function groundOfEmbargo(
  rows: readonly Embargo[],
  destination: string,
  origin: string,
  lines: readonly Goods[],
  on: LegalDate,
): Ground | null {
  const goods = lines.length === 0 ? [{ origin }] : lines.map((line) => ({ ...line, origin: line.origin ?? origin }));
  for (const row of rows.filter((each) => inForce(each, destination, on))) {
    const banned = goods.find((each) => names(row, each));
    if (!banned) continue;
    const what = row.commodities.length === 0 ? 'goods' : `goods of ${banned.commodity ?? row.commodities.join(', ')}`;
    return {
      code: 'shipments.embargo',
      says: `On ${on} ${what} of ${row.origin} may not be imported into ${destination} (${row.law}).`,
      advice: 'Correct the origin if it is wrong; else the goods need a licence or another destination.',
    };
  }
  return null;
}
