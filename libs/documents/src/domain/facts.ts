import type { Measured } from '@tidewaiter/contracts';

/**
 * What was read from a version of a document: values in a neutral shape, and beside them where each one stands in the file.
 * Amounts, weights (kg) and quantities are decimal strings. The key of `places` is the JSON pointer of the value.
 */
export interface Read<K extends string, V> {
  kind: K;
  method: 'xml' | 'csv' | 'json' | 'none';
  values: V;
  places: Record<string, FilePlace>;
}

export interface FilePlace {
  /** XPath, JSON pointer, or `row 3, column net_kg` */
  place: string;
  /** half-open range in the file, where the reader knows it */
  bytes?: readonly [number, number];
}

/** In the document's currency, or with its own when it differs. */
export type Amount = string | { amount: string; currency: string };

export interface NamedParty {
  name: string;
  id?: string;
  country?: string;
}

export interface Extra {
  kind: 'freight' | 'insurance' | 'other';
  says?: string;
  amount: Amount;
}

export interface InvoiceLine {
  /** the invoice's own number of the line, as written */
  number: string;
  /** the seller's article number */
  item?: string;
  description: string;
  quantity: { value: string; unit: string };
  unitPrice?: Amount;
  /** quantity that the unit price is for; 1 when absent */
  priceBase?: string;
  net: Amount;
  origin?: string;
  commodity?: string;
  netMass?: string;
  grossMass?: string;
  allowances?: Amount[];
  charges?: Amount[];
}

export interface InvoiceValues {
  number: string;
  issueDate: string;
  /** UN/EDIFACT 1001: 380 commercial, 325 pro forma, 326 partial, 381 credit note */
  typeCode?: string;
  currency: string;
  seller: NamedParty;
  buyer: NamedParty;
  consignee?: NamedParty;
  incoterm?: { code: string; place?: string };
  lines: InvoiceLine[];
  charges: Extra[];
  allowances: Extra[];
  totals: {
    lines: Amount;
    allowances?: Amount;
    charges?: Amount;
    net?: Amount;
    tax?: Amount;
    total?: Amount;
    prepaid?: Amount;
    rounding?: Amount;
    payable: Amount;
  };
}

export interface PackageRow {
  /** first and last number of the packages of this row, as marked */
  from: string;
  to: string;
  count: number;
  /** UN/ECE Recommendation 21, e.g. CT, PX */
  kind: string;
  marks?: string;
  /** kg, of all packages of the row together */
  net?: string;
  gross?: string;
  contents?: { item: string; description?: string; quantity: string; unit?: string };
}

export interface PackingListValues {
  packages: PackageRow[];
  totals: { packages: number; kind: string; net: string | null; gross: string | null };
}

export interface TransportValues {
  number: string;
  issueDate: string;
  shipper: NamedParty;
  /** null for a bill "to order" */
  consignee: NamedParty | null;
  ports: { loading: string; discharge: string };
  vessel?: { name: string; imo?: string };
  containers: { number: string; seals: string[] }[];
  packages: { count: number; kind: string; marks?: string };
  gross: string;
  freightTerm: 'prepaid' | 'collect';
}

export interface PaperValues {
  mediaType: string;
  size: number;
  pages: number | null;
  /** title that the file gives itself */
  title: string | null;
}

export interface PermitValues {
  /** the document as the tariff names it, four characters: `9104`, `L001` */
  code: string;
  number: string;
  holder: NamedParty;
  /** goods that it is for, by the beginning of their commodity code */
  commodities: string[];
  /** what it lets in, all shipments together */
  holds: Measured;
}

export type InvoiceFacts = Read<'invoice', InvoiceValues>;
export type PackingListFacts = Read<'packing-list', PackingListValues>;
export type TransportFacts = Read<'transport', TransportValues>;
export type PaperFacts = Read<'paper', PaperValues>;
export type PermitFacts = Read<'permit', PermitValues>;
export type Facts = InvoiceFacts | PackingListFacts | TransportFacts | PermitFacts | PaperFacts;

/** Digest of a value's canonical JSON, `sha256:…`; handed in, because the domain touches no Node built-in. */
export type DigestOf = (value: unknown) => string;

/** The accepted version of a document with what was read from it. */
export interface Paper<F extends Facts = Facts> {
  documentId: string;
  version: number;
  type: string;
  /** name the file came with */
  name: string;
  sha256: string;
  factsDigest: string;
  facts: F;
}

export const papersOf = <K extends Facts['kind']>(
  papers: readonly Paper[],
  kind: K,
): Paper<Extract<Facts, { kind: K }>>[] =>
  papers.filter((paper): paper is Paper<Extract<Facts, { kind: K }>> => paper.facts.kind === kind);

/** The number of an amount that is in the document's currency; null when it is in another. */
export const inOwnCurrency = (amount: Amount): string | null => (typeof amount === 'string' ? amount : null);
