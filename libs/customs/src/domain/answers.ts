import type { LodgeRequest } from '@tidewaiter/contracts';
import { measure, type DeclarationContent, type DeclaredLine } from './content.js';

/** Where a declared value came from. */
export type Source =
  | { kind: 'document'; says: string; documentId: string; version: number; place: string }
  | { kind: 'person'; says: string }
  | { kind: 'engagement' | 'shipment' | 'assessment' | 'guarantee' | 'rule' | 'default'; says: string };

export const SECTIONS = [
  'parties',
  'transport',
  'terms',
  'value',
  'packages',
  'documents',
  'security',
  'line',
] as const;

/** One declared value, as the page of answers shows it. */
export interface Answer {
  section: (typeof SECTIONS)[number];
  /** number of the line; null for the whole declaration */
  line: number | null;
  /** our path, as problems name it: `lines[0].commodity` */
  field: string;
  value: string;
  source: Source;
}

const money = ({ amount, currency }: { amount: string; currency: string }): string => `${amount} ${currency}`;

/** What the lines' own paper says of them; a line without one was typed with the shipment. */
function lineSource(request: LodgeRequest, line: DeclaredLine): Source {
  const from = request.goods.lines.find((each) => each.number === line.number)?.from;
  if (!from) return { kind: 'shipment', says: 'stated when the shipment was opened' };
  if (from.method === 'typed') return { kind: 'person', says: `typed from document ${from.documentId}, ${from.place}` };
  const { documentId, version, place } = from;
  return { kind: 'document', says: `read from the invoice at ${place}`, documentId, version, place };
}

/**
 * Every value that is declared, with where it came from. A pure function of what is lodged, so that a page looks alike years later.
 *
 * @param content of the same request
 */
export function answersOf(request: LodgeRequest, content: DeclarationContent): Answer[] {
  const { situation, assessment, guaranteeReference, corrections = [] } = request;
  const answers: Answer[] = [];
  const shipment: Source = { kind: 'shipment', says: `shipment ${situation.reference}` };
  const engagement: Source = { kind: 'engagement', says: `importer of engagement ${situation.engagementId}` };
  const assessed: Source = {
    kind: 'assessment',
    says: `assessment ${assessment.n} under the law of ${assessment.lawDate}, ${assessment.digest}`,
  };
  const add = (
    section: Answer['section'],
    line: number | null,
    field: string,
    value: string | null | undefined,
    source: Source,
  ) => {
    if (value === undefined || value === null || value === '') return;
    const corrected = corrections.findLast(
      (each) => each.field === field || field.startsWith(`${each.field}.`) || each.field.startsWith(`${field}.`),
    );
    const by: Source | null = corrected ? { kind: 'person', says: `corrected by ${corrected.by}` } : null;
    answers.push({ section, line, field, value, source: by ?? source });
  };
  const head = (section: Answer['section'], field: string, value: string | null | undefined, source: Source) =>
    add(section, null, field, value, source);

  head('parties', 'importer.id', content.importer.id, engagement);
  head('parties', 'importer.name', content.importer.name, engagement);
  head('parties', 'declarant.id', content.declarant.id, { kind: 'rule', says: 'the importer declares for himself' });
  head('parties', 'exporter.name', content.exporter?.name, shipment);
  head('parties', 'exporter.address', content.exporter && Object.values(content.exporter.address).join(', '), shipment);
  head('transport', 'transport', content.transport, shipment);
  head('transport', 'portOfEntry', content.portOfEntry, shipment);
  head('transport', 'origin', content.origin, shipment);
  head('transport', 'destination', content.destination, shipment);
  head('terms', 'incoterm.code', content.incoterm.code, shipment);
  head('terms', 'incoterm.place', content.incoterm.place, shipment);
  const invoice = request.goods.documents.find(({ type }) => type === 'commercial-invoice');
  const paper: Source = invoice
    ? {
        ...{ kind: 'document', says: `invoice ${invoice.reference}`, place: 'total' },
        ...{ documentId: invoice.documentId, version: invoice.version },
      }
    : shipment;
  head('value', 'invoice.total', money(content.invoice.total), paper);
  head('value', 'charges.freight', content.charges.freight && money(content.charges.freight), paper);
  head('value', 'charges.insurance', content.charges.insurance && money(content.charges.insurance), paper);
  for (const { from, to, rate, source, contract } of content.exchange ?? [])
    head('value', `exchange.${from}-${to}`, rate, { kind: contract ? 'shipment' : 'rule', says: source });
  const packing = request.goods.documents.find(({ type }) => type === 'packing-list');
  const packed: Source = packing
    ? {
        ...{ kind: 'document', says: `packing list ${packing.reference}`, place: 'totals' },
        ...{ documentId: packing.documentId, version: packing.version },
      }
    : shipment;
  head('packages', 'packages.count', String(content.packages.count), packed);
  head('packages', 'packages.kind', content.packages.kind, packed);
  head(
    'packages',
    'packages.marks',
    content.packages.marks || 'NO MARKS',
    content.packages.marks ? packed : { kind: 'default', says: 'no marks were given' },
  );
  for (const { type, reference, documentId, version } of request.goods.documents) {
    const source: Source = { kind: 'document', says: 'accepted paper', documentId, version, place: '' };
    head('documents', `documents.${type}`, reference, source);
  }
  head('security', 'guaranteeReference', guaranteeReference, {
    kind: 'guarantee',
    says: 'headroom reserved for this shipment',
  });
  for (const [index, line] of content.lines.entries()) {
    const path = `lines[${index}]`;
    const source = lineSource(request, line);
    const of = (field: string, value: string | null | undefined, from: Source = source) =>
      add('line', line.number, `${path}.${field}`, value, from);
    of('commodity', line.commodity);
    of('description', line.description);
    of('origin', line.origin);
    of('quantity', `${line.quantity.value} ${line.quantity.unit}`);
    of('price', money(line.price));
    of('netMass', `${line.netMass} kg`);
    const weighed = request.goods.lines.find((each) => each.number === line.number)?.grossMass !== undefined;
    const shared: Source = { kind: 'rule', says: 'its share of the total gross mass, by net mass' };
    of('grossMass', `${line.grossMass} kg`, weighed ? source : shared);
    of('customsValue', line.customsValue && `${line.customsValue} ${content.assessmentCurrency}`, assessed);
    for (const { type, amount } of line.additions ?? []) of(`additions.${type}`, money(amount), assessed);
    for (const { code, reference, writeOff } of line.documents ?? []) {
      const permit = request.goods.documents.find((each) => each.permit?.number === reference);
      const { documentId = '', version = 1 } = permit ?? {};
      const read: Source = {
        kind: 'document',
        says: 'read from the permit',
        documentId,
        version,
        place: '/authorised',
      };
      of(`documents.${code}`, reference, permit ? read : source);
      if (writeOff?.left)
        of(
          `documents.${code}.writeOff`,
          `${measure(writeOff.taken)} of ${measure(writeOff.left)} left`,
          permit ? read : source,
        );
    }
    const claimed = line.preference;
    of(
      'preference.code',
      claimed?.code ?? '100',
      claimed ? source : { kind: 'default', says: 'no preference is claimed' },
    );
    of('preference.proof', claimed?.proof && `${claimed.proof.document} ${claimed.proof.reference}`);
    of('additionalCodes', line.additionalCodes?.join(', '));
    of('procedure', '40 00 000', { kind: 'default', says: 'release for free circulation' });
    of('valuationMethod', '1', { kind: 'default', says: 'transaction value' });
  }
  return answers;
}

export interface Difference {
  field: string;
  was: string | null;
  is: string | null;
}

/** What one version declares otherwise than another, field by field. */
export function differencesOf(before: readonly Answer[], after: readonly Answer[]): Difference[] {
  const was = new Map(before.map(({ field, value }) => [field, value]));
  const is = new Map(after.map(({ field, value }) => [field, value]));
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((field) => {
    const [old, now] = [was.get(field) ?? null, is.get(field) ?? null];
    return old === now ? [] : [{ field, was: old, is: now }];
  });
}
