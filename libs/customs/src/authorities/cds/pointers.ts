import { DECLARATION, type Section } from './schema.js';

/** One level of a pointer: a section, maybe its place among its like (from 1), on the last level maybe a value. */
export interface PointerLevel {
  section: string;
  index?: number;
  tag?: string;
}

/** Canonical text: `42A/67A/68A[2]/23A/21A[1].145`. */
export const printPointer = (levels: readonly PointerLevel[]): string =>
  levels
    .map(
      ({ section, index, tag }) =>
        `${section}${index === undefined ? '' : `[${index}]`}${tag === undefined ? '' : `.${tag}`}`,
    )
    .join('/');

/** @returns null when the text is no pointer; the inverse of `printPointer` */
export function parsePointer(text: string): PointerLevel[] | null {
  const levels: PointerLevel[] = [];
  const steps = text.split('/');
  for (const [place, step] of steps.entries()) {
    const match = /^([0-9A-Z]{1,3})(?:\[([1-9]\d{0,4})\])?(?:\.([0-9A-Z]{1,4}))?$/.exec(step);
    if (!match?.[1] || (match[3] !== undefined && place < steps.length - 1)) return null;
    levels.push({
      section: match[1],
      ...(match[2] === undefined ? {} : { index: Number(match[2]) }),
      ...(match[3] === undefined ? {} : { tag: match[3] }),
    });
  }
  return levels;
}

/** Where a pointer leads in the declaration's tree. */
export interface Resolved {
  /** element path, `GoodsShipment/GovernmentAgencyGoodsItem[2]/Commodity/Classification[1]/ID`; empty for the declaration itself */
  element: string;
  /** our field, a path in the content such as `lines[1].commodity`; null when the pointer stands for no field of ours */
  field: string | null;
  /** false when a part of the pointer is unknown here and the longest known part was taken */
  whole: boolean;
}

const ITEM = 'GoodsShipment/GovernmentAgencyGoodsItem[n]';

/**
 * Our field for each element of the tree. `[n]` is the goods item's number, `[*]` any place among its like.
 * A group stands for the field that its values make up together.
 */
export const FIELDS: Record<string, string> = {
  FunctionalReferenceID: 'references.lrn',
  TypeCode: 'kind',
  GoodsItemQuantity: 'lines',
  InvoiceAmount: 'invoice.total',
  TotalPackageQuantity: 'packages.count',
  'BorderTransportMeans/ModeCode': 'transport',
  BorderTransportMeans: 'transport',
  'Declarant/ID': 'declarant.id',
  Declarant: 'declarant.id',
  AcceptanceDateTime: 'acceptanceDate',
  'AdditionalDocument[*]': 'defermentAccount',
  'AdditionalInformation[*]': 'statements',
  Agent: 'representative',
  'Agent/ID': 'representative.id',
  'Agent/FunctionCode': 'representative.status',
  'AuthorisationHolder[*]': 'authorisations',
  'BorderTransportMeans/RegistrationNationalityCode': 'conveyance.nationality',
  'CurrencyExchange[*]': 'exchange',
  'ObligationGuarantee[*]/SecurityDetailsCode': 'guaranteeType',
  'GoodsShipment/TransactionNatureCode': 'transactionNature',
  'GoodsShipment/Buyer': 'buyer',
  'GoodsShipment/Buyer/ID': 'buyer.identifier',
  'GoodsShipment/Seller': 'seller',
  'GoodsShipment/Seller/ID': 'seller.identifier',
  'GoodsShipment/DomesticDutyTaxParty[*]': 'vatParty',
  'GoodsShipment/Consignment/ContainerCode': 'containers',
  'GoodsShipment/Consignment/TransportEquipment[*]': 'containers',
  'GoodsShipment/Consignment/ArrivalTransportMeans': 'conveyance',
  'GoodsShipment/Consignment/ArrivalTransportMeans/ID': 'conveyance.id',
  'GoodsShipment/Consignment/LoadingLocation': 'loadingPlace',
  'Exporter/Name': 'exporter.name',
  'Exporter/Address': 'exporter.address',
  'Exporter/Address/Line': 'exporter.address.street',
  'Exporter/Address/CityName': 'exporter.address.city',
  'Exporter/Address/PostcodeID': 'exporter.address.postcode',
  'Exporter/Address/CountryCode': 'exporter.address.country',
  Exporter: 'exporter',
  'ObligationGuarantee[*]/ReferenceID': 'guaranteeReference',
  'ObligationGuarantee[*]': 'guaranteeReference',
  'GoodsShipment/Consignment/GoodsLocation/Name': 'portOfEntry',
  'GoodsShipment/Consignment/GoodsLocation': 'portOfEntry',
  'GoodsShipment/CustomsValuation/ChargeDeduction[*]': 'charges',
  'GoodsShipment/CustomsValuation': 'charges',
  'GoodsShipment/Destination/CountryCode': 'destination',
  'GoodsShipment/Destination': 'destination',
  'GoodsShipment/ExportCountry/ID': 'origin',
  'GoodsShipment/ExportCountry': 'origin',
  'GoodsShipment/Importer/ID': 'importer.id',
  'GoodsShipment/Importer': 'importer.id',
  'GoodsShipment/PreviousDocument[*]/ID': 'references.ducr',
  'GoodsShipment/PreviousDocument[*]': 'references.ducr',
  'GoodsShipment/TradeTerms/ConditionCode': 'incoterm.code',
  'GoodsShipment/TradeTerms/LocationName': 'incoterm.place',
  'GoodsShipment/TradeTerms': 'incoterm',
  [ITEM]: 'lines[n]',
  [`${ITEM}/SequenceNumeric`]: 'lines[n].number',
  [`${ITEM}/StatisticalValueAmount`]: 'lines[n].customsValue',
  [`${ITEM}/AdditionalInformation[*]`]: 'lines[n].statements',
  [`${ITEM}/GovernmentProcedure[*]`]: 'procedure',
  [`${ITEM}/CustomsValuation`]: 'lines[n].valuationMethod',
  [`${ITEM}/CustomsValuation/ChargeDeduction[*]`]: 'lines[n].additions',
  [`${ITEM}/Commodity/DutyTaxFee[*]/QuotaOrderID`]: 'lines[n].quotaOrder',
  [`${ITEM}/Commodity/DutyTaxFee[*]/Payment`]: 'lines[n].taxes',
  [`${ITEM}/Commodity/DutyTaxFee[*]/Payment/MethodCode`]: 'methodOfPayment',
  [`${ITEM}/AdditionalDocument[*]`]: 'lines[n].documents',
  [`${ITEM}/Commodity`]: 'lines[n].commodity',
  [`${ITEM}/Commodity/Classification[*]`]: 'lines[n].commodity',
  [`${ITEM}/Commodity/Classification[*]/ID`]: 'lines[n].commodity',
  [`${ITEM}/Commodity/Description`]: 'lines[n].description',
  [`${ITEM}/Commodity/DutyTaxFee[*]/DutyRegimeCode`]: 'lines[n].preference.code',
  [`${ITEM}/Commodity/DutyTaxFee[*]`]: 'lines[n].charges',
  [`${ITEM}/Commodity/GoodsMeasure/GrossMassMeasure`]: 'lines[n].grossMass',
  [`${ITEM}/Commodity/GoodsMeasure/NetNetWeightMeasure`]: 'lines[n].netMass',
  [`${ITEM}/Commodity/GoodsMeasure/TariffQuantity`]: 'lines[n].quantity',
  [`${ITEM}/Commodity/InvoiceLine/ItemChargeAmount`]: 'lines[n].price',
  [`${ITEM}/Commodity/InvoiceLine`]: 'lines[n].price',
  [`${ITEM}/Origin[*]/CountryCode`]: 'lines[n].origin',
  [`${ITEM}/Origin[*]`]: 'lines[n].origin',
  [`${ITEM}/Packaging[*]/QuantityQuantity`]: 'packages.count',
  [`${ITEM}/Packaging[*]/TypeCode`]: 'packages.kind',
  [`${ITEM}/Packaging[*]/MarksNumbersID`]: 'packages.marks',
  [`${ITEM}/Packaging[*]`]: 'packages',
};

interface Walked {
  /** with `[n]` and `[*]` in place of numbers */
  pattern: string;
  element: string;
  item: number | null;
}

const join = (path: string, step: string): string => (path === '' ? step : `${path}/${step}`);

function step(walked: Walked, section: Section, index: number | undefined): Walked {
  const isItem = section.section === '68A';
  // Authorities put a 1 on sections that cannot repeat; it says nothing.
  const place = section.repeats && index !== undefined ? `[${index}]` : '';
  return {
    pattern: join(walked.pattern, section.name + (isItem ? '[n]' : section.repeats ? '[*]' : '')),
    element: join(walked.element, section.name + place),
    item: isItem ? (index ?? null) : walked.item,
  };
}

/** The nearest of our fields on the way up from an element. */
function fieldOf({ pattern, item }: Walked): string | null {
  for (let path = pattern; path !== ''; path = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '') {
    const field = FIELDS[path];
    if (field === undefined) continue;
    // Without a number the fault is somewhere in the lines.
    return field.includes('[n]') && item === null ? 'lines' : field.replace('[n]', `[${(item ?? 1) - 1}]`);
  }
  return null;
}

/**
 * Follows a pointer down the tree as far as it is known: value to field, section to group, else the declaration.
 * Total: whatever the text, there is an answer.
 */
export function resolvePointer(pointer: string | readonly PointerLevel[]): Resolved {
  const levels = typeof pointer === 'string' ? parsePointer(pointer) : pointer;
  let section = DECLARATION;
  let walked: Walked = { pattern: '', element: '', item: null };
  if (!levels || levels[0]?.section !== DECLARATION.section) return { element: '', field: null, whole: false };
  for (const [place, level] of levels.entries()) {
    if (place > 0) {
      const below = section.sections.find((each) => each.section === level.section);
      if (!below) return { element: walked.element, field: fieldOf(walked), whole: false };
      walked = step(walked, below, level.index);
      section = below;
    }
    if (level.tag !== undefined) {
      const leaf = section.leaves.find((each) => each.tag === level.tag);
      if (!leaf) return { element: walked.element, field: fieldOf(walked), whole: false };
      walked = { ...walked, pattern: join(walked.pattern, leaf.name), element: join(walked.element, leaf.name) };
    }
  }
  return { element: walked.element, field: fieldOf(walked), whole: true };
}

/**
 * The pointer of an element path: the inverse of `resolvePointer(…).element`.
 * @param element `GoodsShipment/GovernmentAgencyGoodsItem[2]/Commodity/Classification[1]/ID`; empty for the declaration
 * @returns null when the tree has no such element
 */
export function pointerTo(element: string): string | null {
  const levels: PointerLevel[] = [{ section: DECLARATION.section }];
  let section = DECLARATION;
  for (const part of element === '' ? [] : element.split('/')) {
    const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(part) ?? [];
    const below = section.sections.find((each) => each.name === name);
    const leaf = section.leaves.find((each) => each.name === name);
    const last = levels.at(-1)!;
    if (last.tag !== undefined) return null;
    if (below) {
      levels.push({ section: below.section, ...(index === undefined ? {} : { index: Number(index) }) });
      section = below;
    } else if (leaf && index === undefined) {
      last.tag = leaf.tag;
    } else {
      return null;
    }
  }
  return printPointer(levels);
}
