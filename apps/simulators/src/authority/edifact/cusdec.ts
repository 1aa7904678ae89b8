import type { Declared, DeclaredAmount, DeclaredDocument, DeclaredItem } from '../declared.js';
import type { RequestRead } from '../requests.js';
import { at, type Message, type Segment } from './syntax.js';

/** The parts of a CUSDEC: its head, each goods item from its CST on, and the tail. */
function sectionsOf({ segments }: Message): { head: Segment[]; items: Segment[][]; tail: Segment[] } {
  const start = segments.findIndex(({ tag, elements }) => tag === 'UNS' && elements[0]?.[0] === 'D');
  const end = segments.findIndex(({ tag, elements }) => tag === 'UNS' && elements[0]?.[0] === 'S');
  const head = segments.slice(0, start < 0 ? segments.length : start);
  const details = start < 0 ? [] : segments.slice(start + 1, end < 0 ? segments.length : end);
  const items: Segment[][] = [];
  for (const segment of details) {
    if (segment.tag === 'CST') items.push([segment]);
    else items.at(-1)?.push(segment);
  }
  return { head, items, tail: end < 0 ? [] : segments.slice(end) };
}

class Part {
  constructor(
    private readonly segments: readonly Segment[],
    private readonly decimalMark: string,
  ) {}

  all(tag: string, qualifier?: string): Segment[] {
    return this.segments.filter((each) => each.tag === tag && (qualifier === undefined || at(each, 0) === qualifier));
  }

  text(tag: string, qualifier: string | undefined, element: number, component = 0): string | null {
    return at(this.all(tag, qualifier)[0], element, component) || null;
  }

  number(text: string): string {
    return text.replace(this.decimalMark, '.');
  }

  amount(qualifier: string): DeclaredAmount | null {
    const [segment] = this.all('MOA', qualifier);
    const text = at(segment, 0, 1);
    return text === '' ? null : { amount: this.number(text), currency: at(segment, 0, 2) || null };
  }

  /** MEA with a dimension: `WT+AAD`, `AAE`. */
  measure(purpose: string, dimension: string | null): string | null {
    const found = this.all('MEA', purpose).find((each) => dimension === null || at(each, 1) === dimension);
    const text = at(found, 2, 1) || at(found, 2);
    return text === '' ? null : this.number(text);
  }

  party(...roles: string[]): { id: string | null; name: string | null } | null {
    const found = this.all('NAD').find((each) => roles.includes(at(each, 0)));
    return found ? { id: at(found, 1) || null, name: at(found, 3) || at(found, 2) || null } : null;
  }
}

/** Document codes under which this authority knows what CUSDEC names by number. */
const DOCUMENTS: Record<string, string> = {
  '380': 'N935',
  '271': 'N271',
  '705': 'N705',
  '710': 'N710',
  '740': 'N740',
  '730': 'N730',
};

const documentsOf = (part: Part): DeclaredDocument[] =>
  part.all('DOC').map((each) => {
    const code = DOCUMENTS[at(each, 0)] ?? at(each, 0);
    // CUSDEC has no place for a status or for what is written off: a document that is named is there.
    const [category, type] = [code.slice(0, 1), code.slice(1)];
    return { category, type, id: at(each, 1) || null, status: 'AE', reason: null, writeOff: null };
  });

/** Charges beside freight and insurance by their qualifier: 204, an allowance, is what the price holds of duty and tax. */
const CHARGES: Record<string, string> = { '204': 'BC' };

const chargesOf = (part: Part): Declared['charges'] =>
  Object.entries(CHARGES).flatMap(([qualifier, code]) => {
    const amount = part.amount(qualifier);
    return amount ? [{ code, amount }] : [];
  });

const procedureIn = (segment: Segment | undefined, from: number): string | null =>
  segment?.elements.slice(from).find((each) => each[1] === '117' || /^\d{4}$/.test(each[0] ?? ''))?.[0] ?? null;

function itemOf(segments: Segment[], mark: string, headProcedure: string | null): DeclaredItem {
  const part = new Part(segments, mark);
  const [cst] = segments;
  const words = part.all('FTX', 'AAA')[0]?.elements[3]?.join(' ').trim();
  const gross = part.measure('WT', 'AAD');
  const net = part.measure('WT', 'AAC');
  const preference = part.all('GIS').find((each) => at(each, 0, 1) === '114');
  return {
    sequence: at(cst, 0) || null,
    documents: documentsOf(part),
    description: words || null,
    commodity: at(cst, 1) || null,
    preference: at(preference, 0) || '100',
    taxes: part.all('TAX', '1').map((each) => ({
      type: at(each, 1) || null,
      method: null,
      regime: null,
      quota: part.all('RFF', 'ABJ').map((own) => at(own, 0, 1))[0] ?? null,
      manual: null,
    })),
    // Where the item gives one mass only, it is both.
    grossMass: gross ?? net,
    netMass: net ?? gross,
    supplementary: part.measure('AAE', null),
    price: part.amount('38'),
    procedure: procedureIn(cst, 2) ?? headProcedure,
    additionalProcedures: [],
    statements: [],
    charges: chargesOf(part),
    origin: part.text('LOC', '27', 1),
    packages: part.all('PAC').map((each) => at(each, 0) || '0'),
    repeated: [],
  };
}

const CARRIAGE_PAID = new Set(['CIF', 'CIP', 'CFR', 'CPT', 'DAP', 'DPU', 'DDP']);
const INSURANCE_PAID = new Set(['CIF', 'CIP', 'DAP', 'DPU', 'DDP']);

/** Qualified references carry their qualifier in the first component. */
const reference = (part: Part, qualifier: string): string | null =>
  part.all('RFF', qualifier).map((each) => at(each, 0, 1))[0] || null;

/** What this authority reads in a CUSDEC D.96B. */
export function declaredOf(message: Message, decimalMark: string): Declared {
  const { head: first, items, tail } = sectionsOf(message);
  const head = new Part(first, decimalMark);
  const end = new Part(tail, decimalMark);
  const incoterm = at(head.all('TOD')[0], 2) || null;
  // What a delivered price holds already is told here for information; it adds nothing to the value.
  const charge = (qualifier: string, code: string, held: ReadonlySet<string>): Declared['charges'] => {
    const amount = held.has(incoterm ?? '') ? null : head.amount(qualifier);
    return amount ? [{ code, amount }] : [];
  };
  const count = (qualifier: string): string | null =>
    end.all('CNT', qualifier).map((each) => at(each, 0, 1))[0] || null;
  const exporter = head.party('EX', 'CZ', 'CN');
  const agent = head.party('AE');
  const lines = items.map((each) => itemOf(each, decimalMark, procedureIn(head.all('CST')[0], 1)));
  // Packages may be counted at the head alone: they are on the first item.
  if (lines[0] && lines.every(({ packages }) => packages.length === 0)) {
    lines[0].packages = head.all('PAC').map((each) => at(each, 0) || '0');
  }
  const withPackages = lines.map((each) => (each.packages.length > 0 ? each : { ...each, packages: ['0'] }));
  return {
    channel: 'edifact',
    function: at(head.all('BGM')[0], 2) || null,
    lrn: reference(head, 'ABE'),
    kind: 'IMA',
    acceptance: null,
    itemCount: count('5'),
    packageCount: count('11'),
    invoice: head.amount('39'),
    dan: reference(head, 'ABI'),
    authorisations: [],
    guarantees: [],
    mode: at(head.all('TDT', '20')[0], 2) || null,
    declarant: head.party('DT')?.id ?? agent?.id ?? head.party('IM')?.id ?? null,
    representative: agent ? { id: agent.id, status: null } : null,
    exporterId: exporter?.id && /^[A-Z]{2}\d{5,}/.test(exporter.id) ? exporter.id : null,
    exporterName: exporter?.name ?? exporter?.id ?? null,
    importer: head.party('IM')?.id ?? null,
    buyer: null,
    seller: head.party('SE')?.name ?? null,
    vatParty: null,
    destination: head.text('LOC', '36', 1),
    exportCountry: head.text('LOC', '35', 1),
    location: null,
    loading: null,
    equipment: [],
    ducr: reference(head, 'UCN'),
    incoterm,
    // CUX+2:EUR+3:USD:4+1.08: what one unit of the first is in the second.
    exchange: head.all('CUX', '2').map((each) => ({
      currency: at(each, 1, 1) || null,
      rate: at(each, 2) === '' ? null : head.number(at(each, 2)),
    })),
    charges: [...charge('64', 'AK', CARRIAGE_PAID), ...charge('70', 'AL', INSURANCE_PAID), ...chargesOf(head)],
    statements: [],
    references: [head.text('BGM', undefined, 1)].flatMap((each) => each ?? []),
    strange: [],
    atHeader: [],
    items: withPackages,
  };
}

/** A change, a cancellation, or the report of an arrival; null when it is a declaration. 1225: 1 cancel, 4 change, 5 replace. */
export function requestOf(
  message: Message,
  decimalMark: string,
  current: (mrn: string) => Declared | null,
): RequestRead | null {
  const { head: first, items } = sectionsOf(message);
  const head = new Part(first, decimalMark);
  const func = at(head.all('BGM')[0], 2);
  if (!['1', '4', '5'].includes(func)) return null;
  const mrn = reference(head, 'ABT') ?? '';
  const common = {
    lrn: reference(head, 'ABE') ?? '',
    mrn,
    submitter: head.party('DT')?.id ?? null,
    reason: head.all('FTX')[0]?.elements[3]?.join(' ').trim() || null,
  };
  if (func === '1') return { ...common, kind: 'cancel', changes: [] };
  if (items.length === 0) return { ...common, kind: 'arrive', changes: [] };
  const declared = current(mrn);
  return {
    ...common,
    kind: 'amend',
    changes: declared ? changesBetween(declared, declaredOf(message, decimalMark)) : [],
  };
}

/** CUSDEC sends the whole again: what differs is what is asked for. */
function changesBetween(before: Declared, after: Declared): RequestRead['changes'] {
  const changes: RequestRead['changes'] = [];
  const compare = (pointer: string, old: string | null | undefined, next: string | null | undefined): void => {
    if ((old ?? '') !== (next ?? '')) changes.push({ pointer, reason: null, value: next ?? '' });
  };
  compare('42A/67A/74A.R038', before.importer, after.importer);
  compare('42A.109', before.invoice?.amount, after.invoice?.amount);
  compare('42A.146', before.packageCount, after.packageCount);
  after.items.forEach((item, index) => {
    const old = before.items[index];
    const line = `42A/67A/68A[${index + 1}]`;
    compare(`${line}/23A/79A.112`, old?.price?.amount, item.price?.amount);
    compare(`${line}/23A/65A.126`, old?.grossMass, item.grossMass);
    compare(`${line}/23A/65A.128`, old?.netMass, item.netMass);
    compare(`${line}/23A/65A.130`, old?.supplementary, item.supplementary);
    compare(`${line}/23A/21A[1].145`, old?.commodity, item.commodity);
    compare(`${line}/92A[1].063`, old?.origin, item.origin);
    compare(`${line}/23A.137`, old?.description, item.description);
    compare(`${line}/93A[1].144`, old?.packages[0], item.packages[0]);
  });
  return changes;
}
