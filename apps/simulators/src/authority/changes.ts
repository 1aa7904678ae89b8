import type { Declared, DeclaredItem } from './declared.js';
import { DELETED, WHOLE_ITEM, type Change } from './requests.js';

type ItemChange = (item: DeclaredItem, value: string) => DeclaredItem;

const ITEM: Record<string, ItemChange> = {
  '/23A/79A.112': (item, amount) => ({ ...item, price: { amount, currency: item.price?.currency ?? null } }),
  '/23A/65A.126': (item, grossMass) => ({ ...item, grossMass }),
  '/23A/65A.128': (item, netMass) => ({ ...item, netMass }),
  '/23A/65A.130': (item, supplementary) => ({ ...item, supplementary }),
  '/23A.137': (item, description) => ({ ...item, description }),
  '/23A/21A.145': (item, code) => ({
    ...item,
    // TSP holds eight digits; a longer value names the whole code.
    commodity: code.length > 8 ? code : code + (item.commodity ?? '').slice(8),
  }),
  '/23A/50A.164': (item, preference) => ({ ...item, preference }),
  '/92A.063': (item, origin) => ({ ...item, origin }),
  '/93A.144': (item, count) => ({ ...item, packages: [count, ...item.packages.slice(1)] }),
};

const HEADER: Record<string, (declared: Declared, value: string) => Declared> = {
  '42A.228': (declared, itemCount) => ({ ...declared, itemCount }),
  '42A.146': (declared, packageCount) => ({ ...declared, packageCount }),
  '42A.109': (declared, amount) => ({ ...declared, invoice: { amount, currency: declared.invoice?.currency ?? null } }),
  '42A/67A/22B.090': (declared, incoterm) => ({ ...declared, incoterm }),
  '42A/67A/28A/64A.L016': (declared, name) => ({
    ...declared,
    location: { country: null, qualifier: null, ...declared.location, name },
  }),
  '42A/15A.T022': (declared, mode) => ({ ...declared, mode }),
};

/**
 * The declaration with one element changed.
 *
 * @returns the same declaration where the element is none that this authority computes with
 */
export function changed(declared: Declared, pointer: string, value: string): Declared {
  const header = HEADER[pointer];
  if (header) return header(declared, value);
  const [, number, rest] = /^42A\/67A\/68A\[(\d+)\](.+)$/.exec(pointer) ?? [];
  if (number === undefined || rest === undefined) return declared;
  const change = ITEM[rest.replace(/\[\d+\]/g, '')];
  if (!change) return declared;
  return {
    ...declared,
    items: declared.items.map((item, index) =>
      (item.sequence ?? String(index + 1)) === number ? change(item, value) : item,
    ),
  };
}

const numberOf = (item: DeclaredItem, index: number): string => item.sequence ?? String(index + 1);

/** The declaration as it would be after a request's changes: values, goods items that fall away, goods items that are new. */
export function amended(declared: Declared, changes: readonly Change[]): Declared {
  return changes.reduce((current, { pointer, reason, value, item }) => {
    const whole = WHOLE_ITEM.exec(pointer)?.[1];
    if (whole !== undefined && reason === DELETED) {
      return { ...current, items: current.items.filter((each, index) => numberOf(each, index) !== whole) };
    }
    if (item) {
      const others = current.items.filter((each, index) => numberOf(each, index) !== whole);
      return { ...current, items: [...others, item] };
    }
    return value === null ? current : changed(current, pointer, value);
  }, declared);
}
