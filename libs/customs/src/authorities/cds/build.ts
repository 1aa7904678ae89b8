import { exact, Refused } from '@tidewaiter/kernel';
import { el, writeXml, type XmlNode } from '@tidewaiter/xml';
import { contractRates, type Declared, type DeclarationContent, type DeclaredLine } from '../../domain/content.js';
import type { FilingReferences } from '../../domain/declaration.js';
import type { Built } from '../authority.js';
import type { Profile } from '../profile.js';
import { digestOfBytes, mustBeWritable } from '../texts.js';
import {
  CHARGE_TYPES,
  DOCUMENT_CODES,
  FREE_CIRCULATION,
  NO_PREFERENCE,
  PRICE_CONTAINS,
  PROOF_STATUS,
  TRANSPORT_MODES,
} from './codes.js';
import { DECLARATION, type Section } from './schema.js';

export const METADATA_NAMESPACE = 'urn:wco:datamodel:WCO:DocumentMetaData-DMS:2';
export const DECLARATION_NAMESPACE = 'urn:wco:datamodel:WCO:DEC-DMS:2';

/** Values, groups and repeated groups by element name; absent ones are left out. Order is not theirs to know. */
type Value = string | undefined | { text: string; attributes: Record<string, string> } | Tree | readonly Tree[];
interface Tree {
  [element: string]: Value;
}

const isText = (value: Value): value is { text: string; attributes: Record<string, string> } =>
  typeof value === 'object' && !Array.isArray(value) && typeof (value as { text?: unknown }).text === 'string';

/**
 * Writes a group's children in the order of the schema, whatever order they were named in.
 * @throws Refused `customs.cds.unknown-element` for a name that the schema does not have there
 */
export function ordered(section: Section, tree: Tree): XmlNode[] {
  const nodes: XmlNode[] = [];
  let known = 0;
  for (const name of section.order) {
    if (!(name in tree)) continue;
    known += 1;
    const value = tree[name];
    if (value === undefined) continue;
    if (typeof value === 'string') nodes.push(el(name, {}, value));
    else if (isText(value)) nodes.push(el(name, value.attributes, value.text));
    else {
      const below = section.sections.find((each) => each.name === name);
      if (!below) throw new Refused('customs.cds.unknown-element', `${section.name}/${name} is a value, not a group`);
      for (const group of Array.isArray(value) ? (value as readonly Tree[]) : [value as Tree]) {
        const children = ordered(below, group);
        if (children.length > 0) nodes.push(el(name, {}, children));
      }
    }
  }
  const names = Object.keys(tree);
  if (known < names.length) {
    const stray = names.find((name) => !section.order.includes(name));
    throw new Refused('customs.cds.unknown-element', `${section.name} has no element ${stray}`);
  }
  return nodes;
}

const amount = (value: { amount: string; currency: string }): Value => ({
  text: exact(value.amount).toFixed(),
  attributes: { currencyID: value.currency },
});

/** Letters and digits without separators: an EIN is printed with a hyphen, the message carries none. */
const partyId = (id: string): string => id.replace(/[\s-]/g, '').toUpperCase();

type Charge = NonNullable<DeclarationContent['additions']>[number];

const chargeDeductions = (charges: readonly Charge[] = []): Tree[] =>
  charges.map(({ type, amount: charge }) => ({ ChargesTypeCode: type, OtherChargeDeductionAmount: amount(charge) }));

/**
 * Charges of the whole declaration: what the price does not contain is added where the value includes it; what it contains is taken off
 * where it does not.
 */
export function chargesDeclared(content: DeclarationContent, profile: Profile): Charge[] {
  const contained = PRICE_CONTAINS[content.incoterm.code];
  const worked = (['freight', 'insurance'] as const).flatMap((kind): Charge[] => {
    const charge = content.charges[kind];
    if (!charge || exact(charge.amount).isZero()) return [];
    const add = profile.basis === 'CIF' && !contained[kind];
    const takeOff = profile.basis === 'FOB' && contained[kind];
    if (!add && !takeOff) return [];
    return [{ type: add ? CHARGE_TYPES[kind] : CHARGE_TYPES.containedInPrice, amount: charge }];
  });
  return [...worked, ...(content.additions ?? [])];
}

const statementsOf = (statements: readonly { code: string; text: string }[] | undefined): Tree[] | undefined =>
  statements?.map(({ code, text }) => ({ StatementCode: code, StatementDescription: text }));

type WriteOff = NonNullable<NonNullable<DeclaredLine['documents']>[number]['writeOff']>;

const writeOffOf = ({ taken }: WriteOff): Tree =>
  'unit' in taken
    ? { QuantityQuantity: { text: exact(taken.value).toFixed(), attributes: { unitCode: taken.unit } } }
    : { AmountAmount: amount(taken) };

/** Documents that a line states by their code, with status and, for a waiver, its reason. */
const statedDocuments = (line: DeclaredLine): Tree[] =>
  (line.documents ?? []).map(({ code, reference, status, reason, writeOff }) => ({
    CategoryCode: code.slice(0, 1),
    ID: reference,
    Name: reason,
    TypeCode: code.slice(1),
    LPCOExemptionCode: status,
    WriteOff: writeOff && writeOffOf(writeOff),
  }));

function documentsOf(content: DeclarationContent, line: DeclaredLine): Tree[] {
  const declared = content.documents.flatMap(({ type, reference }): Tree[] => {
    const code = DOCUMENT_CODES[type];
    return code
      ? [{ CategoryCode: code.category, ID: reference, TypeCode: code.type, LPCOExemptionCode: code.status }]
      : [];
  });
  const proof = line.preference?.proof;
  if (!proof) return [...declared, ...statedDocuments(line)];
  return [
    ...declared,
    ...statedDocuments(line),
    {
      CategoryCode: proof.document.slice(0, 1),
      ID: proof.reference,
      TypeCode: proof.document.slice(1),
      LPCOExemptionCode: PROOF_STATUS,
    },
  ];
}

function item(content: DeclarationContent, line: DeclaredLine, first: boolean, profile: Profile): Tree {
  const preference = line.preference?.code ?? NO_PREFERENCE;
  const classification = (id: string, type: string): Tree => ({ ID: id, IdentificationTypeCode: type });
  return {
    SequenceNumeric: String(line.number),
    StatisticalValueAmount:
      line.customsValue === null
        ? undefined
        : amount({ amount: line.customsValue, currency: content.assessmentCurrency }),
    AdditionalDocument: documentsOf(content, line),
    AdditionalInformation: statementsOf(line.statements),
    Commodity: {
      Description: line.description,
      Classification: [
        classification(line.commodity.slice(0, 8), 'TSP'),
        classification(line.commodity.slice(8), 'TRC'),
        ...(line.additionalCodes ?? []).map((code) => classification(code, 'TRA')),
      ],
      DutyTaxFee: profile.taxTypes.map((type, index) => {
        const byHand = line.taxes?.find((tax) => tax.type === type);
        return {
          DutyRegimeCode: index === 0 ? preference : undefined,
          TypeCode: type,
          QuotaOrderID: index === 0 ? line.quotaOrder : undefined,
          Payment: {
            MethodCode: methodOfPayment(content, profile),
            TaxAssessedAmount: byHand && amount(byHand.amount),
            PaymentAmount: byHand && amount(byHand.amount),
          },
        };
      }),
      GoodsMeasure: {
        GrossMassMeasure: exact(line.grossMass).toFixed(),
        NetNetWeightMeasure: exact(line.netMass).toFixed(),
        // A quantity in kilograms says nothing that the net mass does not say.
        TariffQuantity: line.quantity.unit === 'KGM' ? undefined : exact(line.quantity.value).toFixed(),
      },
      InvoiceLine: { ItemChargeAmount: amount(line.price) },
    },
    CustomsValuation: {
      MethodCode: line.valuationMethod ?? '1',
      ChargeDeduction: chargeDeductions(line.additions),
    },
    GovernmentProcedure: proceduresOf(content),
    Origin: [{ CountryCode: line.origin, TypeCode: preference === NO_PREFERENCE ? '1' : '2' }],
    Packaging: [
      {
        SequenceNumeric: '1',
        MarksNumbersID: content.packages.marks || 'NO MARKS',
        // The packages hold goods of all lines: they are counted on the first, the others are packed with it.
        QuantityQuantity: first ? String(content.packages.count) : '0',
        TypeCode: content.packages.kind,
      },
    ],
    ValuationAdjustment: { AdditionCode: '0000' },
  };
}

/** Release for free circulation unless another procedure is named; one group for the procedure, one for each additional code. */
function proceduresOf({ procedure }: DeclarationContent): Tree[] {
  const { requested, previous, additional } = procedure ?? FREE_CIRCULATION;
  return [
    { CurrentCode: requested, PreviousCode: previous },
    ...(additional.length === 0 ? FREE_CIRCULATION.additional : additional).map((code) => ({ CurrentCode: code })),
  ];
}

export const methodOfPayment = (content: DeclarationContent, profile: Profile): string =>
  content.methodOfPayment ?? profile.methodOfPayment;

function partyTree(party: Declared | null | undefined): Tree | undefined {
  if (!party) return undefined;
  const { street, city, postcode, country } = party.address;
  return {
    Name: party.name.slice(0, 70),
    Address: {
      CityName: city.slice(0, 35),
      CountryCode: country,
      Line: street.slice(0, 70),
      PostcodeID: postcode.slice(0, 9),
    },
  };
}

/** Ways to arrive whose means have no nationality, DE 7/15. */
export const WITHOUT_NATIONALITY: readonly DeclarationContent['transport'][] = ['rail', 'post'];

function consignment(content: DeclarationContent): Tree {
  const { conveyance, containers = [] } = content;
  return {
    ContainerCode: content.transport === 'ocean' || containers.length > 0 ? '1' : '0',
    ArrivalTransportMeans: conveyance?.id
      ? { ID: conveyance.id, IdentificationTypeCode: conveyance.idType ?? '10' }
      : undefined,
    GoodsLocation: {
      Name: content.portOfEntry,
      TypeCode: 'A',
      Address: { TypeCode: 'U', CountryCode: content.destination },
    },
    LoadingLocation: content.loadingPlace ? { ID: content.loadingPlace } : undefined,
    TransportEquipment: containers.map(({ number, seals }, index) => ({
      SequenceNumeric: String(index + 1),
      ID: number,
      Seal: seals.map((seal, place) => ({ SequenceNumeric: String(place + 1), ID: seal })),
    })),
  };
}

/** Declaration of goods for free circulation, one procedure for all lines (data set H1). */
export function declarationTree(content: DeclarationContent, references: FilingReferences, profile: Profile): Tree {
  return {
    FunctionCode: '9',
    FunctionalReferenceID: references.lrn,
    TypeCode: content.kind === 'prelodged' ? 'IMD' : 'IMA',
    GoodsItemQuantity: String(content.lines.length),
    InvoiceAmount: amount(content.invoice.total),
    TotalPackageQuantity: String(content.packages.count),
    AdditionalDocument: content.defermentAccount
      ? [{ CategoryCode: '1', ID: content.defermentAccount, TypeCode: 'DAN' }]
      : undefined,
    AdditionalInformation: statementsOf(content.statements),
    Agent: content.representative && {
      ID: partyId(content.representative.id),
      FunctionCode: content.representative.status === 'direct' ? '2' : '3',
    },
    AuthorisationHolder: content.authorisations?.map(({ id, category }) => ({
      ID: partyId(id),
      CategoryCode: category,
    })),
    BorderTransportMeans: {
      RegistrationNationalityCode: content.conveyance?.nationality,
      ModeCode: TRANSPORT_MODES[content.transport],
    },
    // DE 4/15: units of the invoice's currency for one unit of the value's, as rates are published.
    CurrencyExchange: contractRates(content).map(({ to, rate }) => ({
      CurrencyTypeCode: to,
      RateNumeric: exact(rate).toFixed(),
    })),
    Declarant: { ID: partyId(content.declarant.id) },
    Exporter: partyTree(content.exporter),
    GoodsShipment: {
      TransactionNatureCode: content.transactionNature ?? '1',
      Buyer: partyTree(content.buyer),
      DomesticDutyTaxParty: content.vatParty ? [{ ID: partyId(content.vatParty), RoleCode: 'FR1' }] : undefined,
      Seller: partyTree(content.seller),
      Consignment: consignment(content),
      CustomsValuation: { ChargeDeduction: chargeDeductions(chargesDeclared(content, profile)) },
      Destination: { CountryCode: content.destination },
      ExportCountry: { ID: content.origin },
      GovernmentAgencyGoodsItem: content.lines.map((line, index) => item(content, line, index === 0, profile)),
      Importer: { ID: partyId(content.importer.id) },
      PreviousDocument: [
        { CategoryCode: 'Z', ID: references.ducr, TypeCode: 'DCR' },
        ...(content.previousDocuments ?? []).map(({ category, type, reference }) => ({
          CategoryCode: category,
          ID: reference,
          TypeCode: type,
        })),
      ],
      TradeTerms: { ConditionCode: content.incoterm.code, LocationName: content.incoterm.place },
    },
    ObligationGuarantee: [
      { ReferenceID: content.guaranteeReference || undefined, SecurityDetailsCode: content.guaranteeType ?? '1' },
    ],
  };
}

/** What of the content this message does not carry, with the reason. */
function leftOut(content: DeclarationContent): string[] {
  const shortened = (field: string, text: string | undefined, most: number): string[] =>
    text && text.length > most ? [`${field}: shortened to ${most} characters`] : [];
  return [
    ...content.documents
      .filter(({ type }) => !DOCUMENT_CODES[type])
      .map(
        ({ type, reference }) =>
          `document ${type} ${reference}: the declaration has no code for it; it is kept and shown on request`,
      ),
    ...(content.acceptanceDate ? ['acceptanceDate: the authority’s own to tell'] : []),
    ...(content.bills ?? []).map(({ number }) => `bill ${number}: it stands among the previous documents`),
    ...(content.conveyance?.voyage ? ['conveyance.voyage: not asked for'] : []),
    ...shortened('exporter.name', content.exporter?.name, 70),
    ...shortened('exporter.address.street', content.exporter?.address.street, 70),
    ...shortened('exporter.address.city', content.exporter?.address.city, 35),
    ...shortened('exporter.address.postcode', content.exporter?.address.postcode, 9),
  ];
}

/** What XML 1.0 has no way to carry: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** The envelope in which every declaration and request travels. */
export const metaData = (profile: Profile, children: XmlNode[]): XmlNode =>
  el(
    'md:MetaData',
    { 'xmlns:md': METADATA_NAMESPACE },
    el('md:WCODataModelVersionCode', {}, '3.6'),
    el('md:WCOTypeName', {}, 'DEC'),
    el('md:ResponsibleCountryCode', {}, profile.destination),
    el('md:ResponsibleAgencyName', {}, profile.authority),
    el('md:AgencyAssignedCustomizationVersionCode', {}, profile.customisation),
    el('Declaration', { xmlns: DECLARATION_NAMESPACE }, children),
  );

/** The whole message as a tree, ready to be written. */
export const declarationNode = (content: DeclarationContent, references: FilingReferences, profile: Profile): XmlNode =>
  metaData(profile, ordered(DECLARATION, declarationTree(content, references, profile)));

/**
 * Builds the message. Pure: the same content and references give the same bytes.
 * @throws Invalid `customs.content.unwritable`, its places naming our fields
 */
export function buildDeclaration(content: DeclarationContent, references: FilingReferences, profile: Profile): Built {
  mustBeWritable({ ...content, references: { ...references } }, (text) => UNWRITABLE.exec(text)?.[0] ?? null);
  const bytes = writeXml(declarationNode(content, references, profile));
  return {
    content,
    references,
    bytes,
    mediaType: 'application/xml; charset=UTF-8',
    digest: digestOfBytes(bytes),
    leftOut: leftOut(content),
  };
}
