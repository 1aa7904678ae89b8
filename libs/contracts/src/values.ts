import { z } from 'zod';
import { INCOTERMS, TRANSPORT_MODES } from './names.js';

/** Values that more than one contract speaks of. Amounts, rates and quantities are decimal strings; a JSON number is refused. */
export const uuid = z.uuid().meta({ description: 'UUID' });
export const decimal = z
  .string()
  .regex(/^-?(0|[1-9]\d{0,17})(\.\d{1,12})?$/, 'a decimal string such as "12.50", without thousands marks')
  .meta({ description: 'Decimal string' });
export const nonNegative = decimal.refine((text) => !text.startsWith('-'), 'not negative');
export const positive = nonNegative.refine((text) => /[1-9]/.test(text), 'greater than zero');
export const currency = z
  .string()
  .refine((code) => CURRENCIES.has(code), 'an ISO 4217 currency in use')
  .meta({ description: 'ISO 4217 alphabetic code' });
export const country = z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166 alpha-2 code');
export const unLocode = z.string().regex(/^[A-Z]{2}[A-Z2-9]{3}$/, 'a UN/LOCODE such as GBFXT');
export const legalDate = z.iso.date().meta({ description: 'Calendar date in the authority’s time zone' });
export const instant = z.iso.datetime({ offset: true }).meta({ description: 'RFC 3339 instant' });
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export const streamName = z.string().regex(/^[a-z-]+-[0-9A-Za-z-]+$/);

export const money = z.strictObject({ amount: decimal, currency }).meta({ id: 'Money' });
export const price = z.strictObject({ amount: nonNegative, currency });
export const quantity = z
  .strictObject({
    value: positive,
    unit: z.string().regex(/^[A-Z0-9_]{2,16}$/, 'a UN/ECE or tariff unit such as KGM or NAR'),
  })
  .meta({ id: 'Quantity' });

export const incoterm = z.enum(INCOTERMS);
export const transportMode = z.enum(TRANSPORT_MODES);

/** Where a value was read: file, place in it and how. */
export const provenance = z.strictObject({
  documentId: uuid,
  version: z.int().positive(),
  place: z.string().meta({ description: 'XPath, JSON pointer, or "row 3, column net"' }),
  method: z.enum(['xml', 'csv', 'json', 'typed']),
});

/** One line of goods as the declaration will state it. */
export const goodsLine = z
  .strictObject({
    number: z.int().positive(),
    commodity: z.string().regex(/^\d{6,10}$/, '6 to 10 digits'),
    description: z.string().min(3).max(512),
    origin: country,
    quantity,
    netMass: positive.meta({ description: 'kg' }),
    grossMass: positive.optional().meta({ description: 'kg' }),
    price,
    preference: z
      .strictObject({
        code: z.string().regex(/^\d{3}$/),
        proof: z.strictObject({ document: z.string().max(8), reference: z.string().max(70) }).optional(),
      })
      .optional(),
    additionalCodes: z
      .array(z.string().regex(/^[A-Z0-9]{4}$/))
      .max(20)
      .optional(),
    from: provenance.optional(),
  })
  .meta({ id: 'GoodsLine' });
export type GoodsLine = z.infer<typeof goodsLine>;

/** What is paid beside the price of the goods. */
export const charges = z
  .strictObject({ freight: price.optional(), insurance: price.optional() })
  .meta({ id: 'Charges' });
export type Charges = z.infer<typeof charges>;

export const PARTY_ROLES = ['consignor', 'consignee', 'buyer', 'seller'] as const;
export const address = z.strictObject({
  street: z.string().max(140),
  city: z.string().max(70),
  postcode: z.string().max(17),
  country,
});
export const party = z
  .strictObject({
    role: z.enum(PARTY_ROLES),
    name: z.string().min(2).max(140),
    address,
    identifier: z.string().max(35).optional(),
  })
  .meta({ id: 'Party' });
export type Party = z.infer<typeof party>;

/** How duty and tax are settled where not with the entry; a rule of the destination must know it. */
export const paymentChoice = z
  .strictObject({
    duty: z.literal('deferred').optional(),
    vat: z.enum(['postponed', 'deferred']).optional(),
    account: z
      .string()
      .regex(/^[A-Z0-9]{4,35}$/)
      .optional()
      .meta({ description: 'deferment or statement account at the authority' }),
  })
  .meta({ id: 'PaymentChoice' });

/** A rate of exchange that a contract fixes: units of the invoice's currency for one unit of the destination's own, as published rates are quoted. */
export const contractRate = z
  .strictObject({
    currency: currency.meta({ description: 'of the invoice' }),
    rate: positive
      .refine((text) => /^\d{1,7}(\.\d{1,5})?$/.test(text), 'at most 12 digits, 5 of them decimals')
      .meta({ description: 'units of it for one unit of the destination’s own currency' }),
    fixedBy: z.enum(['seller-and-buyer', 'buyer-and-bank']).meta({ description: 'between whom it was agreed' }),
    fixedOn: legalDate,
    contract: z.string().min(3).max(60).meta({ description: 'the paper that says so' }),
  })
  .meta({ id: 'ContractRate' });
export type ContractRate = z.infer<typeof contractRate>;

/** The same once it stands in place of the published rate: in which currency values are, and by which exception of law. */
export const agreedRate = contractRate.extend({ own: currency, law: z.string().max(200) }).meta({ id: 'AgreedRate' });
export type AgreedRate = z.infer<typeof agreedRate>;

/** What a rate of exchange by contract is told with wherever it is used. */
export const rateContract = agreedRate.pick({ fixedBy: true, fixedOn: true, contract: true, law: true });

/** What a part of a split shipment took of one line of the whole. */
export const partLine = z
  .strictObject({ line: z.int().positive(), ofLine: z.int().positive(), quantity: quantity, whole: quantity })
  .meta({ id: 'PartLine' });
export type PartLine = z.infer<typeof partLine>;

/** What is known of a shipment before papers are in: enough to derive requirements and to assess. */
export const situation = z
  .strictObject({
    shipmentId: uuid,
    engagementId: uuid,
    reference: z.string().max(35),
    destination: country,
    origin: country,
    transport: transportMode,
    portOfEntry: unLocode,
    incoterm: z.strictObject({ code: incoterm, place: z.string().max(70) }),
    importer: z.strictObject({
      importerId: uuid,
      name: z.string(),
      identifiers: z.array(
        z.strictObject({ scheme: z.enum(['EORI', 'EIN', 'VAT', 'DAN', 'JPCN']), value: z.string() }),
      ),
    }),
    parties: z.array(party),
    lines: z.array(goodsLine).meta({ description: 'Empty when the lines are to be read from the invoice' }),
    charges,
    carrier: z.string().max(35),
    payment: paymentChoice.optional(),
    contractRate: agreedRate.optional().meta({ description: 'where law lets it stand in place of the published rate' }),
    customer: z.string().max(140).optional().meta({ description: 'who engaged the importer; told once engaged' }),
    part: z
      .strictObject({ of: uuid, lines: z.array(partLine) })
      .optional()
      .meta({ description: 'the shipment that was split, and what this part took of its lines' }),
  })
  .meta({ id: 'Situation' });
export type Situation = z.infer<typeof situation>;

/** What a permit is counted in: goods by a unit, or their value in a currency. */
export const measured = z.union([
  z.strictObject({ value: nonNegative, unit: z.string().regex(/^[A-Z0-9_]{2,16}$/) }),
  z.strictObject({ amount: nonNegative, currency }),
]);
export type Measured = z.infer<typeof measured>;

/** What a line takes of what is measured so: its price, its net mass, else its quantity, in whatever unit that is. */
export function takenBy({ price, netMass, quantity }: GoodsLine, holds: Measured): Measured {
  if (!('unit' in holds)) return price;
  return holds.unit === 'KGM' ? { value: netMass, unit: 'KGM' } : quantity;
}

/** What a permit lets in, what of it other shipments have left, and what each line of this one takes of it. */
export const permitUse = z
  .strictObject({
    code: z
      .string()
      .regex(/^[0-9A-Z]{4}$/)
      .meta({ description: 'as the tariff names the document' }),
    number: z.string().max(35),
    holds: measured,
    left: measured,
    draws: z.array(z.strictObject({ line: z.int().positive(), taken: measured })),
  })
  .meta({ id: 'PermitUse' });
export type PermitUse = z.infer<typeof permitUse>;

/** The accepted papers and what was read from them, as the declaration may stand on. */
export const documentSet = z
  .strictObject({
    digest: digest.meta({ description: 'Over accepted versions, facts and findings, canonical JSON' }),
    lines: z.array(goodsLine).min(1),
    charges,
    invoice: z.strictObject({ number: z.string(), total: money }),
    grossMass: positive,
    packages: z.strictObject({ count: z.int().positive(), kind: z.string().max(8), marks: z.string().max(140) }),
    documents: z.array(
      z.strictObject({
        documentId: uuid,
        version: z.int().positive(),
        type: z.string(),
        reference: z.string().max(70),
        sha256: sha256Hex,
        permit: permitUse.optional().meta({ description: 'of a permit that was read: what is written off it' }),
      }),
    ),
  })
  .meta({ id: 'DocumentSet' });
export type DocumentSet = z.infer<typeof documentSet>;

export type Money = z.infer<typeof money>;
export type Quantity = z.infer<typeof quantity>;

/** ISO 4217 currencies in use as means of payment (no funds codes, metals or test codes). */
const CURRENCIES = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK ' +
    'DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR ' +
    'KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB ' +
    'PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD ' +
    'TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
  ).split(' '),
);
