import { currency as currencySchema, INCOTERMS } from '@tidewaiter/contracts';
import { isLegalDate } from '@tidewaiter/kernel';
import { readXml, type XmlElement } from '@tidewaiter/xml';
import type {
  Amount,
  Extra,
  FilePlace,
  InvoiceFacts,
  InvoiceLine,
  InvoiceValues,
  NamedParty,
} from '../domain/facts.js';
import { canonicalDecimal } from './decimals.js';
import { unreadable } from './refusal.js';

const INVOICE = 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2';
const BASIC = 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2';
const AGGREGATE = 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2';

/** Lists of commodity codes that begin with the six digits of the Harmonized System. */
const COMMODITY_LISTS = new Set(['HS', 'TSP', 'CN', 'TARIC', 'HTS', 'HTSUS', 'TAR']);
/** UN/EDIFACT 7161: what is charged for. */
const CHARGE_KINDS: Record<string, Extra['kind']> = { FC: 'freight', IN: 'insurance', INS: 'insurance' };
const KNOWN_INCOTERMS = new Set<string>(INCOTERMS);
/** UN/EDIFACT 6313: total net and total gross weight of the item. */
const NET_WEIGHT = 'AAC';
const GROSS_WEIGHT = 'AAD';
const KILOGRAMS: Record<string, string> = { KGM: '1' };

const ADVICE = 'Ask the seller for a corrected UBL 2.1 invoice and upload it.';
const refuse = (what: string, at: XmlElement, says: string): never => {
  throw unreadable(`invoice.${what}`, at.place, says, ADVICE);
};

/** Reads values by namespace URI and notes where each stands; one reader for each file. */
class InvoiceReader {
  readonly places: Record<string, FilePlace> = {};
  private currency = '';

  constructor(private readonly root: XmlElement) {}

  values(): InvoiceValues {
    const { root } = this;
    this.currency = this.documentCurrency();
    const number = this.text(this.required(root, 'ID'), '/number');
    const issued = this.required(root, 'IssueDate');
    const issueDate = this.text(issued, '/issueDate');
    if (!isLegalDate(issueDate)) refuse('unreadable', issued, `${issueDate.slice(0, 20)} is no date`);
    const typeCode = root.child('InvoiceTypeCode', BASIC);
    const seller = this.party(this.aggregate(root, 'AccountingSupplierParty'), '/seller');
    const buyer = this.party(this.aggregate(root, 'AccountingCustomerParty'), '/buyer');
    const consignee = this.consignee();
    const incoterm = this.incoterm();
    const lines = root.children('InvoiceLine', AGGREGATE).map((line, index) => this.line(line, `/lines/${index}`));
    if (lines.length === 0) refuse('no-lines', root, 'the invoice has no lines');
    return {
      number,
      issueDate,
      ...(typeCode ? { typeCode: this.text(typeCode, '/typeCode') } : {}),
      currency: this.currency,
      seller,
      buyer,
      ...(consignee ? { consignee } : {}),
      ...(incoterm ? { incoterm } : {}),
      lines,
      ...this.extras(),
      totals: this.totals(),
    };
  }

  private documentCurrency(): string {
    const element = this.required(this.root, 'DocumentCurrencyCode');
    const code = this.text(element, '/currency');
    if (!currencySchema.safeParse(code).success)
      refuse('currency-unknown', element, `${code.slice(0, 10)} is no currency in use (ISO 4217)`);
    return code;
  }

  private consignee(): NamedParty | undefined {
    for (const delivery of this.root.children('Delivery', AGGREGATE)) {
      const party = delivery.child('DeliveryParty', AGGREGATE);
      if (party && this.nameOf(party)) return this.named(party, '/consignee');
    }
    return undefined;
  }

  private incoterm(): InvoiceValues['incoterm'] {
    const terms =
      this.root.child('DeliveryTerms', AGGREGATE) ??
      this.root.child('Delivery', AGGREGATE)?.child('DeliveryTerms', AGGREGATE);
    const code = terms?.child('ID', BASIC);
    if (!terms || !code || !KNOWN_INCOTERMS.has(code.value)) return undefined;
    const location = terms.child('DeliveryLocation', AGGREGATE);
    const place =
      location?.child('ID', BASIC) ??
      location?.child('Description', BASIC) ??
      location?.child('Address', AGGREGATE)?.child('CityName', BASIC);
    return {
      code: this.text(code, '/incoterm/code'),
      ...(place?.value ? { place: this.text(place, '/incoterm/place') } : {}),
    };
  }

  private line(line: XmlElement, pointer: string): InvoiceLine {
    this.note(pointer, line);
    const item = this.aggregate(line, 'Item');
    const article = item.child('SellersItemIdentification', AGGREGATE)?.child('ID', BASIC);
    const named = item.child('Description', BASIC) ?? this.required(item, 'Name');
    const price = line.child('Price', AGGREGATE);
    const unitPrice = price ? this.amount(this.required(price, 'PriceAmount'), `${pointer}/unitPrice`) : undefined;
    const base = price?.child('BaseQuantity', BASIC);
    const origin = item.child('OriginCountry', AGGREGATE)?.child('IdentificationCode', BASIC);
    const commodity = this.commodity(item, pointer);
    const weights = this.weights(item, pointer);
    const { allowances, charges } = this.lineExtras(line, pointer);
    return {
      number: this.text(this.required(line, 'ID'), `${pointer}/number`),
      ...(article?.value ? { item: this.text(article, `${pointer}/item`) } : {}),
      description: this.text(named, `${pointer}/description`).replace(/\s+/g, ' ').slice(0, 512),
      quantity: this.quantity(line, pointer),
      ...(unitPrice === undefined ? {} : { unitPrice }),
      ...(base ? { priceBase: this.positive(base, `${pointer}/priceBase`, 'base quantity') } : {}),
      net: this.amount(this.required(line, 'LineExtensionAmount'), `${pointer}/net`),
      ...(origin ? { origin: this.country(origin, `${pointer}/origin`) } : {}),
      ...(commodity === undefined ? {} : { commodity }),
      ...weights,
      ...(allowances.length > 0 ? { allowances } : {}),
      ...(charges.length > 0 ? { charges } : {}),
    };
  }

  private quantity(line: XmlElement, pointer: string): InvoiceLine['quantity'] {
    const element = this.required(line, 'InvoicedQuantity');
    const unit = element.attribute('unitCode') ?? '';
    if (!/^[A-Z0-9]{2,3}$/.test(unit))
      refuse('unit-unknown', element, `“${unit.slice(0, 10)}” is no unit code (UN/ECE Recommendation 20)`);
    return { value: this.positive(element, `${pointer}/quantity/value`, 'quantity'), unit };
  }

  private commodity(item: XmlElement, pointer: string): string | undefined {
    for (const classification of item.children('CommodityClassification', AGGREGATE)) {
      const code = classification.child('ItemClassificationCode', BASIC);
      if (!code || !COMMODITY_LISTS.has((code.attribute('listID') ?? '').toUpperCase())) continue;
      const digits = this.text(code, `${pointer}/commodity`).replace(/[\s.]/g, '');
      if (!/^\d{6,10}$/.test(digits))
        refuse('commodity-invalid', code, `a commodity code has 6 to 10 digits, not “${code.value.slice(0, 20)}”`);
      return digits;
    }
    return undefined;
  }

  private weights(item: XmlElement, pointer: string): Pick<InvoiceLine, 'netMass' | 'grossMass'> {
    const weight = (code: string, name: 'netMass' | 'grossMass') => {
      const dimension = item
        .children('Dimension', AGGREGATE)
        .find((each) => each.child('AttributeID', BASIC)?.value === code);
      const measure = dimension?.child('Measure', BASIC);
      if (!measure || KILOGRAMS[measure.attribute('unitCode') ?? ''] === undefined) return {};
      return { [name]: this.positive(measure, `${pointer}/${name}`, 'weight') };
    };
    return { ...weight(NET_WEIGHT, 'netMass'), ...weight(GROSS_WEIGHT, 'grossMass') };
  }

  private lineExtras(line: XmlElement, pointer: string): { allowances: Amount[]; charges: Amount[] } {
    const allowances: Amount[] = [];
    const charges: Amount[] = [];
    for (const extra of line.children('AllowanceCharge', AGGREGATE)) {
      const list = this.isCharge(extra) ? charges : allowances;
      const name = list === charges ? 'charges' : 'allowances';
      list.push(this.amount(this.required(extra, 'Amount'), `${pointer}/${name}/${list.length}`));
    }
    return { allowances, charges };
  }

  private extras(): Pick<InvoiceValues, 'charges' | 'allowances'> {
    const charges: Extra[] = [];
    const allowances: Extra[] = [];
    for (const extra of this.root.children('AllowanceCharge', AGGREGATE)) {
      const list = this.isCharge(extra) ? charges : allowances;
      const pointer = `/${list === charges ? 'charges' : 'allowances'}/${list.length}`;
      const reason = extra.child('AllowanceChargeReason', BASIC)?.value;
      const code = extra.child('AllowanceChargeReasonCode', BASIC)?.value ?? '';
      list.push({
        kind: CHARGE_KINDS[code] ?? kindOf(reason),
        ...(reason ? { says: reason.slice(0, 140) } : {}),
        amount: this.amount(this.required(extra, 'Amount'), `${pointer}/amount`),
      });
    }
    return { charges, allowances };
  }

  private isCharge(extra: XmlElement): boolean {
    const indicator = this.required(extra, 'ChargeIndicator');
    if (indicator.value !== 'true' && indicator.value !== 'false')
      refuse('unreadable', indicator, 'a charge indicator is true or false');
    return indicator.value === 'true';
  }

  private totals(): InvoiceValues['totals'] {
    const sums = this.aggregate(this.root, 'LegalMonetaryTotal');
    const optional = (name: string, key: string): Record<string, Amount> => {
      const element = sums.child(name, BASIC);
      return element ? { [key]: this.amount(element, `/totals/${key}`) } : {};
    };
    const tax = this.root
      .children('TaxTotal', AGGREGATE)
      .map((each) => each.child('TaxAmount', BASIC))
      .find((each) => each?.attribute('currencyID') === this.currency);
    return {
      lines: this.amount(this.required(sums, 'LineExtensionAmount'), '/totals/lines'),
      ...optional('AllowanceTotalAmount', 'allowances'),
      ...optional('ChargeTotalAmount', 'charges'),
      ...optional('TaxExclusiveAmount', 'net'),
      ...(tax ? { tax: this.amount(tax, '/totals/tax') } : {}),
      ...optional('TaxInclusiveAmount', 'total'),
      ...optional('PrepaidAmount', 'prepaid'),
      ...optional('PayableRoundingAmount', 'rounding'),
      payable: this.amount(this.required(sums, 'PayableAmount'), '/totals/payable'),
    };
  }

  private party(holder: XmlElement, pointer: string): NamedParty {
    return this.named(this.aggregate(holder, 'Party'), pointer);
  }

  private named(party: XmlElement, pointer: string): NamedParty {
    const name = this.nameOf(party) ?? refuse('unreadable', party, 'a party without a name');
    const legal = party.child('PartyLegalEntity', AGGREGATE)?.child('CompanyID', BASIC);
    const id =
      party.child('PartyIdentification', AGGREGATE)?.child('ID', BASIC) ??
      party.child('PartyTaxScheme', AGGREGATE)?.child('CompanyID', BASIC) ??
      legal;
    const country = party
      .child('PostalAddress', AGGREGATE)
      ?.child('Country', AGGREGATE)
      ?.child('IdentificationCode', BASIC);
    return {
      name: this.text(name, `${pointer}/name`).slice(0, 140),
      ...(id?.value ? { id: this.text(id, `${pointer}/id`).slice(0, 35) } : {}),
      ...(country ? { country: this.country(country, `${pointer}/country`) } : {}),
    };
  }

  private nameOf(party: XmlElement): XmlElement | undefined {
    const registered = party.child('PartyLegalEntity', AGGREGATE)?.child('RegistrationName', BASIC);
    const name = registered?.value ? registered : party.child('PartyName', AGGREGATE)?.child('Name', BASIC);
    return name?.value ? name : undefined;
  }

  private country(element: XmlElement, pointer: string): string {
    const code = this.text(element, pointer);
    if (!/^[A-Z]{2}$/.test(code))
      refuse('country-unknown', element, `“${code.slice(0, 10)}” is no country code (ISO 3166 alpha-2)`);
    return code;
  }

  private amount(element: XmlElement, pointer: string): Amount {
    const amount = this.decimal(element, pointer);
    const currency = element.attribute('currencyID') ?? this.currency;
    if (currency === this.currency) return amount;
    if (!currencySchema.safeParse(currency).success)
      refuse('currency-unknown', element, `${currency.slice(0, 10)} is no currency in use (ISO 4217)`);
    return { amount, currency };
  }

  private positive(element: XmlElement, pointer: string, what: string): string {
    const value = this.decimal(element, pointer);
    if (value.startsWith('-')) refuse('quantity-negative', element, `the ${what} is negative: ${value}`);
    if (!/[1-9]/.test(value)) refuse('quantity-zero', element, `the ${what} is zero`);
    return value;
  }

  private decimal(element: XmlElement, pointer: string): string {
    const written = this.text(element, pointer);
    return (
      canonicalDecimal(written) ??
      refuse('number-unreadable', element, `“${written.slice(0, 30)}” is no decimal number`)
    );
  }

  private required(parent: XmlElement, name: string): XmlElement {
    const element = parent.child(name, BASIC);
    return element?.value ? element : refuse('unreadable', element ?? parent, `${name} is missing`);
  }

  private aggregate(parent: XmlElement, name: string): XmlElement {
    return parent.child(name, AGGREGATE) ?? refuse('unreadable', parent, `${name} is missing`);
  }

  private text(element: XmlElement, pointer: string): string {
    this.note(pointer, element);
    return element.value;
  }

  private note(pointer: string, element: XmlElement): void {
    this.places[pointer] = { place: element.place, bytes: element.bytes };
  }
}

function kindOf(reason: string | undefined): Extra['kind'] {
  if (reason === undefined) return 'other';
  if (/\b(freight|fracht|fret|carriage)\b/i.test(reason)) return 'freight';
  return /\b(insurance|versicherung|assurance)\b/i.test(reason) ? 'insurance' : 'other';
}

/**
 * Reads a UBL 2.1 invoice, by namespace URI and never by prefix.
 *
 * @throws Invalid `xml.…` from the XML reader; `documents.invoice.…` with the XPath of the element that cannot be read
 * @see    OASIS UBL 2.1, Invoice-2; EN 16931-3-2 for where values stand
 */
export function readInvoice(bytes: Uint8Array): InvoiceFacts {
  const { root } = readXml(bytes);
  if (root.name !== 'Invoice' || root.namespace !== INVOICE) {
    refuse(
      'unreadable',
      root,
      `the message is ${root.name.slice(0, 40)} of “${root.namespace.slice(0, 80)}”, not a UBL 2.1 invoice`,
    );
  }
  const reader = new InvoiceReader(root);
  const values = reader.values();
  return { kind: 'invoice', method: 'xml', values, places: reader.places };
}
