import type { InvoiceLine } from '@tidewaiter/contracts';
import { el, writeXml, type XmlNode } from '@tidewaiter/xml';
import { vatOf, type Invoice } from '../domain/invoice.js';

const CBC = 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2';
const CAC = 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2';
const EXEMPT = 'Duty and tax paid in the name and on behalf of the customer, Directive 2006/112/EC art. 79(c)';

const text = (name: string, value: string): XmlNode => el(`cbc:${name}`, {}, value);

const party = (role: string, name: string, country: string): XmlNode =>
  el(
    `cac:${role}`,
    {},
    el(
      'cac:Party',
      {},
      el('cac:PartyName', {}, text('Name', name)),
      el('cac:PostalAddress', {}, el('cac:Country', {}, text('IdentificationCode', country))),
      el('cac:PartyLegalEntity', {}, text('RegistrationName', name)),
    ),
  );

const scheme = (): XmlNode => el('cac:TaxScheme', {}, text('ID', 'VAT'));

const lineNode = (
  kind: Invoice['kind'],
  currency: string,
  { number, text: says, amount, vatCategory, vatPercent }: InvoiceLine,
): XmlNode => {
  const isInvoice = kind === 'invoice';
  return el(
    isInvoice ? 'cac:InvoiceLine' : 'cac:CreditNoteLine',
    {},
    text('ID', String(number)),
    el(isInvoice ? 'cbc:InvoicedQuantity' : 'cbc:CreditedQuantity', { unitCode: 'C62' }, '1'),
    el('cbc:LineExtensionAmount', { currencyID: currency }, amount),
    el(
      'cac:Item',
      {},
      text('Name', says.slice(0, 100)),
      el('cac:ClassifiedTaxCategory', {}, text('ID', vatCategory), text('Percent', vatPercent), scheme()),
    ),
    el('cac:Price', {}, el('cbc:PriceAmount', { currencyID: currency }, amount)),
  );
};

/** The invoice as UBL 2.1 (OASIS), in the members that EN 16931 asks for. The same invoice gives the same bytes. */
export function invoiceUbl(invoice: Invoice): Buffer {
  const { kind, currency, lines, totals, number, issuedOn, dueOn, corrects, reason } = invoice;
  const isInvoice = kind === 'invoice';
  const root = isInvoice ? 'Invoice' : 'CreditNote';
  const amount = (name: string, value: string): XmlNode => el(`cbc:${name}`, { currencyID: currency }, value);
  const document = el(
    root,
    { xmlns: `urn:oasis:names:specification:ubl:schema:xsd:${root}-2`, 'xmlns:cac': CAC, 'xmlns:cbc': CBC },
    text('UBLVersionID', '2.1'),
    text('CustomizationID', 'urn:cen.eu:en16931:2017'),
    text('ID', number),
    text('IssueDate', issuedOn),
    isInvoice && text('DueDate', dueOn),
    text(isInvoice ? 'InvoiceTypeCode' : 'CreditNoteTypeCode', isInvoice ? '380' : '381'),
    reason !== null && text('Note', reason),
    text('DocumentCurrencyCode', currency),
    text('BuyerReference', invoice.reference),
    corrects && el('cac:BillingReference', {}, el('cac:InvoiceDocumentReference', {}, text('ID', corrects.number))),
    party('AccountingSupplierParty', invoice.seller, invoice.authority),
    party('AccountingCustomerParty', invoice.customer, invoice.authority),
    el(
      'cac:TaxTotal',
      {},
      amount('TaxAmount', totals.vat),
      ...vatOf(lines, currency).map(({ category, percent, taxable, tax }) =>
        el(
          'cac:TaxSubtotal',
          {},
          amount('TaxableAmount', taxable),
          amount('TaxAmount', tax),
          el(
            'cac:TaxCategory',
            {},
            text('ID', category),
            text('Percent', percent),
            category === 'E' && text('TaxExemptionReason', EXEMPT),
            scheme(),
          ),
        ),
      ),
    ),
    el(
      'cac:LegalMonetaryTotal',
      {},
      amount('LineExtensionAmount', totals.net),
      amount('TaxExclusiveAmount', totals.net),
      amount('TaxInclusiveAmount', totals.gross),
      amount('PayableAmount', totals.gross),
    ),
    ...lines.map((line) => lineNode(kind, currency, line)),
  );
  return writeXml(document);
}
