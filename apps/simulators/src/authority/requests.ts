import type { XmlElement } from '@tidewaiter/xml';
import { itemOf, type Declared, type DeclaredItem } from './declared.js';
import { problem, type Problem } from './rules.js';

export type RequestKind = 'amend' | 'cancel' | 'arrive';

/** What the gateway's address and the message's own type make of a request. */
export const KIND_OF_TYPE: Record<string, RequestKind> = { COR: 'amend', INV: 'cancel', GPR: 'arrive' };

/** One changed element: its pointer as text, and the new value as it stands in the changed subtree. */
export interface Change {
  pointer: string;
  /** 30 deletes what the pointer names */
  reason: string | null;
  value: string | null;
  /** a goods item that comes new */
  item?: DeclaredItem;
}

/** A request about a declaration, over whatever channel. */
export interface RequestRead {
  kind: RequestKind;
  lrn: string;
  /** of the declaration it is about; the entry number over there */
  mrn: string;
  submitter: string | null;
  reason: string | null;
  changes: Change[];
}

/** Where the values stand that this authority can change; the rest is kept as said. @see the pointer column of the message map */
export const ELEMENTS: Record<string, string> = {
  '67A': 'GoodsShipment', '68A': 'GovernmentAgencyGoodsItem', '23A': 'Commodity', '21A': 'Classification', '79A': 'InvoiceLine',
  '65A': 'GoodsMeasure', '50A': 'DutyTaxFee', '92A': 'Origin', '93A': 'Packaging', '74A': 'Importer', '57A': 'Exporter', '57B': 'Declarant',
  '28A': 'Consignment', '64A': 'GoodsLocation', '22B': 'TradeTerms', '70A': 'GovernmentProcedure', '99B': 'Destination', '95B': 'ExportCountry',
  '15A': 'BorderTransportMeans', '99A': 'PreviousDocument', '02A': 'AdditionalDocument', '03A': 'AdditionalInformation', '90A': 'ObligationGuarantee',
}; // prettier-ignore
export const TAGS: Record<string, string> = {
  '112': 'ItemChargeAmount', '126': 'GrossMassMeasure', '128': 'NetNetWeightMeasure', '130': 'TariffQuantity', '137': 'Description', '144': 'QuantityQuantity',
  '145': 'ID', '063': 'CountryCode', '164': 'DutyRegimeCode', '228': 'GoodsItemQuantity', '146': 'TotalPackageQuantity', '109': 'InvoiceAmount',
  R038: 'ID', D026: 'FunctionalReferenceID', R123: 'ID', L016: 'Name', '090': 'ConditionCode', T022: 'ModeCode', '465': 'CountryCode', '062': 'ID',
  '166': 'CurrentCode', '401': 'QuotaOrderID', '006': 'SequenceNumeric', D005: 'ID', '225': 'StatementDescription', '226': 'StatementCode',
}; // prettier-ignore

/** Elements nobody may amend: importer, LRN, declarant. */
const FIXED = new Set(['42A/67A/74A.R038', '42A.D026', '42A/57B.R123']);

/** Reason of a change that takes something away. */
export const DELETED = '30';
export const WHOLE_ITEM = /^42A\/67A\/68A\[(\d+)\]$/;

const levelText = (level: XmlElement): string => {
  const index = level.textAt('SequenceNumeric');
  const tag = level.textAt('TagID');
  return `${level.textAt('DocumentSectionCode') ?? ''}${index === undefined ? '' : `[${index}]`}${tag === undefined ? '' : `.${tag}`}`;
};

function valueAt(declaration: XmlElement, pointer: string): string | null {
  let here: XmlElement | undefined = declaration;
  for (const level of pointer.split('/').slice(1)) {
    const [, section = '', index, tag] = /^([0-9A-Z]{3})(?:\[(\d+)\])?(?:\.(.+))?$/.exec(level) ?? [];
    const name: string | undefined = ELEMENTS[section];
    if (name === undefined || here === undefined) return null;
    const among: XmlElement[] = here.children(name);
    // A changed subtree holds only what changes: the item is found by its number, not by its place.
    here =
      name === 'GovernmentAgencyGoodsItem'
        ? (among.find((each) => each.textAt('SequenceNumeric') === index) ?? among[0])
        : among[among.length === 1 ? 0 : Number(index ?? '1') - 1];
    if (tag !== undefined) return here?.textAt(TAGS[tag] ?? '') ?? null;
  }
  const own = /\.([0-9A-Z]+)$/.exec(pointer)?.[1];
  return pointer.startsWith('42A.') && own ? (declaration.textAt(TAGS[own] ?? '') ?? null) : null;
}

/** Reads a request: function 13 with COR, INV or GPR. @returns null when it is none */
export function requestOf(declaration: XmlElement): RequestRead | null {
  const kind = KIND_OF_TYPE[declaration.textAt('TypeCode') ?? ''];
  if (declaration.textAt('FunctionCode') !== '13' || kind === undefined) return null;
  // A cancellation names its reason in an amendment without a place.
  const places = kind === 'amend' ? declaration.children('Amendment') : [];
  const changes = places.map((amendment): Change => {
    const pointer = amendment.children('Pointer').map(levelText).join('/');
    const reason = amendment.textAt('ChangeReasonCode') ?? null;
    const number = WHOLE_ITEM.exec(pointer)?.[1];
    const added = (declaration.child('GoodsShipment')?.children('GovernmentAgencyGoodsItem') ?? []).find(
      (each) => each.textAt('SequenceNumeric') === number,
    );
    const item = number !== undefined && reason !== DELETED && added ? { item: itemOf(added) } : {};
    return { pointer, reason, value: valueAt(declaration, pointer), ...item };
  });
  return {
    kind,
    lrn: declaration.textAt('FunctionalReferenceID') ?? '',
    mrn: declaration.textAt('ID') ?? '',
    submitter: declaration.textAt('Submitter/ID') ?? declaration.textAt('Declarant/ID') ?? null,
    reason: declaration.textAt('AdditionalInformation/StatementDescription') ?? null,
    changes,
  };
}

/** What the request is about, as this authority has it; null when it knows no such declaration. */
export interface Standing {
  declared: Declared;
  channel: string;
  isFinished: boolean;
  isPrelodged: boolean;
  isArrived: boolean;
  isReleased: boolean;
  /** it stands on a final statement */
  isStated: boolean;
  hasOpenRequest: boolean;
  lodgedAt: Date;
}

const DAY = 86_400_000;
const POINTER = /^42A(\.[0-9A-Z]{3,4})?$|^42A(\/[0-9A-Z]{2,3}(\[\d+\])?)+(\.[0-9A-Z]{3,4})?$/;
const UNKNOWN = '42A.D014';

/** Judges a request before anybody looks at it. @returns empty when it can be put to an officer */
export function judgeRequest(request: RequestRead, about: Standing | null, channel: string, now: Date): Problem[] {
  if (request.kind === 'arrive') {
    if (!about || !about.isPrelodged || about.isArrived || about.isFinished)
      return [problem('CDS12014', UNKNOWN, 'no declaration waits for its arrival under this number')];
    return about.lodgedAt.getTime() < now.getTime() - 30 * DAY
      ? [problem('CDS12031', UNKNOWN, 'arrived more than 30 days after it was lodged')]
      : [];
  }
  if (!about || about.isFinished) return [problem('CDS12015', UNKNOWN, 'the declaration is unknown or finished')];
  const found: Problem[] = [];
  const { declarant, representative } = about.declared;
  const isTheirs = request.submitter === null || [declarant, representative?.id].includes(request.submitter);
  if (!isTheirs || about.channel !== channel) {
    found.push(problem('CDS11007', UNKNOWN, 'somebody else has submitted the declaration'));
  }
  // Over there an entry is deleted before the release alone; later the port decides. @see 19 CFR 142.12, CATAIR cargo release
  if (request.kind === 'cancel' && channel === 'ace' && about.isReleased)
    found.push(problem('CDS12015', UNKNOWN, 'too late to delete: it is released'));
  if (request.kind === 'amend' && about.isStated)
    found.push(problem('CDS12015', UNKNOWN, 'on a final statement: file a correction'));
  if (about.hasOpenRequest) found.push(problem('CDS12036', UNKNOWN, 'a request is still open'));
  const seen = new Set<string>();
  for (const { pointer } of request.changes) {
    if (!POINTER.test(pointer)) {
      found.push(problem('CDS10020', '42A/06A', `no element stands at ${pointer.slice(0, 100)}`));
      continue;
    }
    if (FIXED.has(pointer)) found.push(problem('CDS11012', pointer, 'this element may not be amended'));
    if (seen.has(pointer)) found.push(problem('CDS12026', pointer, 'this element is amended twice'));
    seen.add(pointer);
  }
  if (request.kind === 'amend' && request.changes.length === 0) {
    found.push(problem('CDS10001', '42A/06A', 'the change is missing'));
  }
  return found;
}
