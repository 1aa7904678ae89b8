import { createHash } from 'node:crypto';
import { legalDateAt, type Instant } from '@tidewaiter/kernel';
import type { Profile } from '../authorities/profile.js';
import type { DeclarationContent } from '../domain/content.js';
import type { FilingReferences } from '../domain/declaration.js';

const LRN_BODY = 18;
const DUCR_MOST = 35;
const DUCR_REFERENCE = 18;

/** `TW-` and 18 of base 36 over the declaration's id: 21 of the 22 characters allowed, the same whenever it is drawn. */
function lrnOf(declarationId: string): string {
  const digest = createHash('sha256').update(declarationId).digest('hex');
  return `TW-${BigInt(`0x${digest}`).toString(36).toUpperCase().padStart(LRN_BODY, '0').slice(0, LRN_BODY)}`;
}

/** A request's own reference: that of no declaration and of no other request, the same whenever it is drawn. */
export const requestLrn = (declarationId: string, request: number): string =>
  lrnOf(`${declarationId}/request/${request}`);

/**
 * References of a filing, drawn once and kept for all its versions.
 *
 * The DUCR is the year's last digit, the importer's number with its country, a hyphen, and the end of the shipment's reference.
 *
 * @param at when the filing is first prepared; the year is that of the authority's own zone
 * @see gov.uk on DUCR; LRN: at most 22 characters, unique per declarant
 */
export function drawReferences(
  declarationId: string,
  content: DeclarationContent,
  profile: Profile,
  at: Instant,
): FilingReferences {
  const number = content.importer.id.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const party = profile.importerScheme === 'EIN' ? `${content.destination}${number}` : number;
  const head = `${legalDateAt(at, profile.zone).slice(3, 4)}${party}-`;
  const reference = content.shipmentReference.toUpperCase().replace(/[^0-9A-Z-]/g, '');
  const room = Math.max(1, Math.min(DUCR_REFERENCE, DUCR_MOST - head.length));
  return { lrn: lrnOf(declarationId), ducr: `${head}${reference.slice(-room)}` };
}
