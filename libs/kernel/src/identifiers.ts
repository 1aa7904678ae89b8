import {
  checkAwb,
  checkCnpj,
  checkContainer,
  checkDan,
  checkDucr,
  checkEori,
  checkGrn,
  checkLrn,
  checkMrn,
  checkUsEntry,
  checkUsImporter,
  type IdentifierCheck,
} from './check-digits.js';
import { Invalid } from './errors.js';

const CHECKS = {
  mrn: checkMrn,
  grn: checkGrn,
  container: checkContainer,
  lrn: checkLrn,
  ducr: checkDucr,
  eori: checkEori,
  dan: checkDan,
  'us-entry': checkUsEntry,
  'us-importer': checkUsImporter,
  awb: checkAwb,
  cnpj: checkCnpj,
} satisfies Record<string, (value: string, on?: string) => IdentifierCheck>;

export type IdentifierScheme = keyof typeof CHECKS;

export const IDENTIFIER_SCHEMES = Object.keys(CHECKS) as [IdentifierScheme, ...IdentifierScheme[]];

/** An identifier of trade or customs whose form and check digit hold; `value` is the form that is stored and compared. */
export interface Identifier {
  readonly scheme: IdentifierScheme;
  readonly value: string;
}

/**
 * What is wrong with a value and which digit was expected. Never throws: what came from outside is flagged, not refused.
 *
 * @param on legal date from which a form counts, where a scheme has had more than one
 */
export const checkIdentifier = (scheme: IdentifierScheme, value: string, on?: string): IdentifierCheck =>
  CHECKS[scheme](value, on);

/**
 * An identifier as a person typed it.
 * @throws Invalid `identifier.<scheme>`, with the check digit that was expected in `details.facts.expectedCheck`
 */
export function parseIdentifier(scheme: IdentifierScheme, text: string): Identifier {
  const { valid, normalised, expectedCheck, reason } = checkIdentifier(scheme, text);
  if (valid) return { scheme, value: normalised };
  throw new Invalid(`identifier.${scheme}`, reason ?? '', { facts: { expectedCheck } });
}

/** The form in which people read it: `ABC-1234567-6`, `020-12345675`, `MSKU 123456 5`. */
export function printIdentifier({ scheme, value }: Identifier): string {
  switch (scheme) {
    case 'us-entry':
      return `${value.slice(0, 3)}-${value.slice(3, 10)}-${value.slice(10)}`;
    case 'awb':
      return `${value.slice(0, 3)}-${value.slice(3)}`;
    case 'container':
      return `${value.slice(0, 4)} ${value.slice(4, 10)} ${value.slice(10)}`;
    default:
      return value;
  }
}
