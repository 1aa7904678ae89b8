import { Invalid } from '@tidewaiter/kernel';
import { readXml } from '@tidewaiter/xml';
import fc from 'fast-check';
import { changedInvoice, fixture } from '../testing/files.js';
import { readInvoice } from './invoice.js';

const refusal = (bytes: Buffer): Invalid => {
  try {
    readInvoice(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    return error as Invalid;
  }
  throw new Error('it was read');
};

describe('the invoice to Great Britain', () => {
  const bytes = fixture('gb/invoice.xml', 'GB-1');
  const facts = readInvoice(bytes);

  it('is read line by line, with charges and totals', () => {
    expect(facts.values).toMatchObject({
      number: 'SL-GB-1',
      issueDate: '2026-11-03',
      typeCode: '380',
      currency: 'USD',
      seller: { name: 'Song Lam Cycle Works Co., Ltd.', id: 'VN0201877341', country: 'VN' },
      buyer: { name: 'Brackenfield Outdoor Ltd', country: 'GB' },
      consignee: { name: 'Brackenfield Outdoor Ltd' },
      incoterm: { code: 'FOB', place: 'Hai Phong' },
      charges: [
        { kind: 'freight', says: 'Ocean freight', amount: '940.00' },
        { kind: 'insurance', says: 'Cargo insurance', amount: '38.50' },
      ],
      allowances: [],
      totals: {
        lines: '5750.00',
        net: '6728.50',
        tax: '0.00',
        total: '6728.50',
        charges: '978.50',
        payable: '6728.50',
      },
    });
    expect(facts.values.lines).toEqual([
      {
        number: '1',
        item: 'BK-28-ST',
        description: 'Bicycles without motor, steel frame, 28 inch',
        quantity: { value: '40', unit: 'C62' },
        unitPrice: '128.00',
        net: '5120.00',
        origin: 'VN',
        commodity: '8712003000',
      },
      {
        number: '2',
        item: 'TS-180-W',
        description: 'T-shirts of cotton, knitted, white, 180 g/m2',
        quantity: { value: '200', unit: 'C62' },
        unitPrice: '3.15',
        net: '630.00',
        origin: 'VN',
        commodity: '6109100010',
      },
    ]);
  });
  it('gives every value a place where it is found again, by path and by bytes', () => {
    const { root } = readXml(bytes);
    const valueAt = (pointer: string): unknown =>
      pointer
        .split('/')
        .slice(1)
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], facts.values);
    for (const [pointer, { place, bytes: range }] of Object.entries(facts.places)) {
      const value = valueAt(pointer);
      const written = root.at(place)?.value;
      if (typeof value === 'string') expect([pointer, written]).toEqual([pointer, value]);
      expect(bytes.subarray(...range!).toString()).toContain(written);
    }
    expect(facts.places['/lines/1/unitPrice']?.place).toBe('/Invoice[1]/InvoiceLine[2]/Price[1]/PriceAmount[1]');
    expect(Object.keys(facts.places).length).toBeGreaterThan(35);
  });
  it('is read by namespace URI: other prefixes change nothing, another namespace is no invoice', () => {
    const prefixed = bytes
      .toString()
      .replaceAll('cbc:', 'b:')
      .replaceAll('xmlns:cbc', 'xmlns:b')
      .replaceAll('cac:', 'a:')
      .replaceAll('xmlns:cac', 'xmlns:a');
    expect(readInvoice(Buffer.from(prefixed)).values).toEqual(facts.values);
    expect(refusal(changedInvoice('schema:xsd:Invoice-2', 'schema:xsd:Order-2')).code).toBe(
      'documents.invoice.unreadable',
    );
  });
  it('is the same in UTF-16', () => {
    const wide = Buffer.from(`\uFEFF${bytes.toString().replace('UTF-8', 'UTF-16')}`, 'utf16le');
    expect(readInvoice(wide).values).toEqual(facts.values);
  });
});

describe('what other invoices say', () => {
  it('weights on a line, base quantity, allowances and charges of a line', () => {
    const more = `<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount currencyID="USD">10.00</cbc:Amount></cac:AllowanceCharge>
      <cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:Amount currencyID="USD">4.00</cbc:Amount></cac:AllowanceCharge><cac:Item>
      <cac:Dimension><cbc:AttributeID>AAC</cbc:AttributeID><cbc:Measure unitCode="KGM">560</cbc:Measure></cac:Dimension>
      <cac:Dimension><cbc:AttributeID>AAD</cbc:AttributeID><cbc:Measure unitCode="KGM">680.50</cbc:Measure></cac:Dimension>`;
    const [line] = readInvoice(changedInvoice('<cac:Item>', more)).values.lines;
    expect(line).toMatchObject({ allowances: ['10.00'], charges: ['4.00'], netMass: '560', grossMass: '680.50' });
    const based = changedInvoice(
      '128.00</cbc:PriceAmount>',
      '128.00</cbc:PriceAmount><cbc:BaseQuantity unitCode="C62">10</cbc:BaseQuantity>',
    );
    expect(readInvoice(based).values.lines[0]?.priceBase).toBe('10');
  });
  it('an amount in another currency keeps it', () => {
    const mixed = readInvoice(
      changedInvoice(
        '<cbc:LineExtensionAmount currencyID="USD">5120.00',
        '<cbc:LineExtensionAmount currencyID="EUR">5120.00',
      ),
    );
    expect(mixed.values.lines[0]?.net).toEqual({ amount: '5120.00', currency: 'EUR' });
  });
  it('numbers as people write them come out in one form', () => {
    expect(
      readInvoice(changedInvoice('>40</cbc:InvoicedQuantity>', '> +040.0 </cbc:InvoicedQuantity>')).values.lines[0]
        ?.quantity.value,
    ).toBe('40.0');
  });
  it('freight is known by its word when there is no code', () => {
    expect(
      readInvoice(changedInvoice('<cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode>', '')).values
        .charges[0]?.kind,
    ).toBe('freight');
    expect(
      readInvoice(
        changedInvoice(
          '<cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode>\n    <cbc:AllowanceChargeReason>Ocean freight',
          '<cbc:AllowanceChargeReason>Pallets',
        ),
      ).values.charges[0]?.kind,
    ).toBe('other');
  });
});

describe('a bad invoice is refused with code and place', () => {
  it.each([
    [
      'an unknown currency',
      '>USD</cbc:DocumentCurrencyCode>',
      '>XYZ</cbc:DocumentCurrencyCode>',
      'currency-unknown',
      '/Invoice[1]/DocumentCurrencyCode[1]',
    ],
    [
      'an amount in an unknown currency',
      'currencyID="USD">5120.00',
      'currencyID="ZZZ">5120.00',
      'currency-unknown',
      '/Invoice[1]/InvoiceLine[1]/LineExtensionAmount[1]',
    ],
    [
      'a negative quantity',
      '>40</cbc:InvoicedQuantity>',
      '>-40</cbc:InvoicedQuantity>',
      'quantity-negative',
      '/Invoice[1]/InvoiceLine[1]/InvoicedQuantity[1]',
    ],
    [
      'a quantity of zero',
      '>200</cbc:InvoicedQuantity>',
      '>0.00</cbc:InvoicedQuantity>',
      'quantity-zero',
      '/Invoice[1]/InvoiceLine[2]/InvoicedQuantity[1]',
    ],
    [
      'a number with thousands marks',
      '>5120.00<',
      '>5,120.00<',
      'number-unreadable',
      '/Invoice[1]/InvoiceLine[1]/LineExtensionAmount[1]',
    ],
    [
      'a number with an exponent',
      '>128.00<',
      '>1.28e2<',
      'number-unreadable',
      '/Invoice[1]/InvoiceLine[1]/Price[1]/PriceAmount[1]',
    ],
    ['no unit', ' unitCode="C62">40', '>40', 'unit-unknown', '/Invoice[1]/InvoiceLine[1]/InvoicedQuantity[1]'],
    [
      'a commodity code that is none',
      '>8712003000<',
      '>bicycle<',
      'commodity-invalid',
      '/Invoice[1]/InvoiceLine[1]/Item[1]/CommodityClassification[1]/ItemClassificationCode[1]',
    ],
    [
      'a country that is none',
      '<cac:OriginCountry><cbc:IdentificationCode>VN',
      '<cac:OriginCountry><cbc:IdentificationCode>Vietnam',
      'country-unknown',
      '/Invoice[1]/InvoiceLine[1]/Item[1]/OriginCountry[1]/IdentificationCode[1]',
    ],
    ['a day that never was', '2026-11-03', '2026-02-30', 'unreadable', '/Invoice[1]/IssueDate[1]'],
    ['no number', '<cbc:ID>SL-T-1</cbc:ID>', '', 'unreadable', '/Invoice[1]'],
    ['an empty number', '<cbc:ID>SL-T-1</cbc:ID>', '<cbc:ID> </cbc:ID>', 'unreadable', '/Invoice[1]/ID[1]'],
    [
      'a charge that is maybe one',
      '<cbc:ChargeIndicator>true',
      '<cbc:ChargeIndicator>1',
      'unreadable',
      '/Invoice[1]/AllowanceCharge[1]/ChargeIndicator[1]',
    ],
  ])('%s', (_, from, to, code, place) => {
    const error = refusal(changedInvoice(from, to));
    expect([error.code, error.details.places?.[0]?.pointer]).toEqual([`documents.invoice.${code}`, place]);
    expect(error.details.advice).toMatch(/corrected/);
  });
  it('without lines', () => {
    const none = fixture('gb/invoice.xml')
      .toString()
      .replace(/<cac:InvoiceLine>[\s\S]*<\/cac:InvoiceLine>/, '');
    expect(refusal(Buffer.from(none)).code).toBe('documents.invoice.no-lines');
  });
  it('whatever stands in a field, the answer is facts or a typed refusal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('>40<', '>128.00<', '>USD<', '>5120.00<', '>FOB<', '>8712003000<', '>2026-11-03<', '>VN<'),
        fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
        (field, value) => {
          const escaped = value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
          try {
            readInvoice(changedInvoice(field, `>${escaped}<`));
          } catch (error) {
            expect(error).toBeInstanceOf(Invalid);
            expect((error as Invalid).details.places).toHaveLength(1);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
