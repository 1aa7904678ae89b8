/** Words that say the form of a company, not who it is. */
const LEGAL_FORMS = new Set(
  'ab ag aps as asa bv co company corp corporation gmbh inc incorporated jsc kg kk kgaa limited llc llp lp ltd mbh nv ohg oy oyj plc pte pty sa sarl sas se spa srl ug'.split(
    ' ',
  ),
);

/** A company's name for comparison: without case, accents, punctuation and legal form. */
export function partyKey(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\./g, '')
    .replace(/ß/g, 'ss')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const kept = words.filter((word) => !LEGAL_FORMS.has(word));
  return (kept.length > 0 ? kept : words).join(' ');
}

export interface Someone {
  name: string;
  id?: string | undefined;
}

const idKey = (id: string): string => id.replace(/[\s.-]/g, '').toUpperCase();

/** The same identifier, else the same name; identifiers of different schemes say nothing against each other. */
export const sameParty = (one: Someone, other: Someone): boolean =>
  (one.id !== undefined && other.id !== undefined && idKey(one.id) === idKey(other.id)) ||
  partyKey(one.name) === partyKey(other.name);
