import { iso6346Check } from '@tidewaiter/kernel';
import { sha256 } from '../plumbing/digest.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A movement reference number with a right check digit; the same seed gives the same number. @see TAXUD 0879/99 */
export function mrnOf(country: string, year: number, seed: string): string {
  const bytes = Buffer.from(sha256(seed), 'hex');
  const serial = Array.from({ length: 13 }, (_, index) => ALPHABET[bytes[index]! % 36]!).join('');
  const body = `${String(year % 100).padStart(2, '0')}${country}${serial}`;
  return body + iso6346Check(body);
}

/** The number with another check digit than it should have. */
export const withWrongCheck = (mrn: string): string => mrn.slice(0, -1) + String((Number(mrn.at(-1)) + 1) % 10);
