import { z } from 'zod';
import {
  address,
  charges,
  country,
  currency,
  decimal,
  goodsLine,
  incoterm,
  legalDate,
  measured,
  rateContract,
  transportMode,
} from '../values.js';

const text = (most: number) => z.string().max(most);
const amount = z.strictObject({ amount: decimal, currency });
const party = z.strictObject({ role: text(20).optional(), name: text(140), address, identifier: text(35).optional() });
const document = z.strictObject({
  /** category and type together, as the tariff names it: `C505`, `N935` */
  code: z.string().regex(/^[0-9A-Z]{4}$/),
  reference: text(70),
  status: text(4).optional(),
  /** why a waiver is claimed */
  reason: text(70).optional(),
  /** what this line takes of a permit, DE 2/3; `left`: what nothing else has taken of it yet */
  writeOff: z.strictObject({ taken: measured, left: measured.optional() }).optional(),
});

/** What a declaration states only where procedure, goods or channel ask for it; what is absent is the ordinary case. */
export const declarationExtras = z.strictObject({
  /** goods are here (ordinary), or the declaration is lodged before they arrive */
  kind: z.enum(['arrived', 'prelodged']).optional(),
  /** release for free circulation `40`, `00`, `000` when absent */
  procedure: z.strictObject({ requested: text(2), previous: text(2), additional: z.array(text(3)).max(99) }).optional(),
  acceptanceDate: legalDate.optional(),
  seller: party.optional(),
  buyer: party.optional(),
  representative: z.strictObject({ id: text(35), status: z.enum(['direct', 'indirect']) }).optional(),
  authorisations: z
    .array(z.strictObject({ id: text(35), category: text(4) }))
    .max(99)
    .optional(),
  defermentAccount: text(35).optional(),
  /** one letter, DE 4/8; the profile's when absent */
  methodOfPayment: text(1).optional(),
  guaranteeType: text(1).optional(),
  /** VAT party for postponed accounting */
  vatParty: text(35).optional(),
  transactionNature: text(2).optional(),
  conveyance: z
    .strictObject({
      nationality: country.optional(),
      /** carrier as the channel knows it: SCAC, IATA prefix */
      carrier: text(17).optional(),
      name: text(35).optional(),
      voyage: text(17).optional(),
      /** identification of the means at arrival and its kind, DE 7/9 */
      id: text(35).optional(),
      idType: text(2).optional(),
    })
    .optional(),
  containers: z
    .array(z.strictObject({ number: text(17), seals: z.array(text(20)).max(99) }))
    .max(999)
    .optional(),
  bills: z
    .array(
      z.strictObject({
        kind: z.enum(['master', 'house', 'simple']),
        issuer: text(4),
        number: text(50),
        quantity: z.int().nonnegative(),
      }),
    )
    .max(999)
    .optional(),
  loadingPlace: text(17).optional(),
  /** charges by their code beside freight and insurance, DE 4/9 */
  additions: z
    .array(z.strictObject({ type: text(2), amount }))
    .max(99)
    .optional(),
  /** rates of exchange at which values of this declaration were converted, each with where it is from */
  exchange: z
    .array(
      z.strictObject({
        ...{ from: currency, to: currency, rate: decimal, source: text(300) },
        contract: rateContract.optional(),
      }),
    )
    .max(200)
    .optional(),
  previousDocuments: z
    .array(z.strictObject({ category: text(1), type: text(3), reference: text(70) }))
    .max(99)
    .optional(),
  statements: z
    .array(z.strictObject({ code: text(5), text: text(512) }))
    .max(99)
    .optional(),
  /** entry type, ports and bond of the United States */
  entry: z
    .strictObject({
      type: text(2),
      port: text(4),
      unladingPort: text(4).optional(),
      bond: text(1),
      location: text(4).optional(),
      remote: z.boolean().optional(),
    })
    .optional(),
});
export type DeclarationExtras = z.infer<typeof declarationExtras>;

/** The same for one line. */
export const lineExtras = z.strictObject({
  quotaOrder: text(6).optional(),
  valuationMethod: text(1).optional(),
  /** charges of this line alone by their code, DE 4/9: `BC` duty and tax inside of its price */
  additions: z
    .array(z.strictObject({ type: text(2), amount }))
    .max(99)
    .optional(),
  statements: z
    .array(z.strictObject({ code: text(5), text: text(512) }))
    .max(99)
    .optional(),
  documents: z.array(document).max(999).optional(),
  /** taxes worked out by hand, DE 4/3 to 4/8 */
  taxes: z
    .array(z.strictObject({ type: text(3), amount, base: decimal.optional() }))
    .max(99)
    .optional(),
});
export type LineExtras = z.infer<typeof lineExtras>;

/**
 * What is declared, in the platform’s neutral words. Forms are wider than the authority’s: what does not fit them is a problem with the
 * authority’s own code, told by the build, and no bad request.
 */
export const declarationContent = declarationExtras
  .extend({
    shipmentReference: text(70),
    destination: country,
    origin: country.meta({ description: 'Country of dispatch' }),
    transport: transportMode,
    portOfEntry: text(35),
    incoterm: z.strictObject({ code: incoterm, place: text(140) }),
    importer: z.strictObject({ id: text(35), name: text(140) }),
    declarant: z.strictObject({ id: text(35) }),
    exporter: party.nullable(),
    charges,
    invoice: z.strictObject({ number: text(70), total: amount }),
    packages: z.strictObject({ count: z.int(), kind: text(8), marks: text(512) }),
    guaranteeReference: text(70),
    assessmentCurrency: currency,
    lines: z
      .array(
        goodsLine.omit({ from: true }).extend({
          ...lineExtras.shape,
          number: z.int(),
          commodity: text(22),
          description: text(2_000),
          quantity: z.strictObject({ value: decimal, unit: text(16) }),
          netMass: decimal,
          grossMass: decimal,
          price: amount,
          preference: z
            .strictObject({
              code: text(3),
              proof: z.strictObject({ document: text(8), reference: text(70) }).optional(),
            })
            .optional(),
          customsValue: decimal.nullable().meta({ description: 'In the assessment’s currency' }),
        }),
      )
      .max(9_999),
    documents: z.array(z.strictObject({ type: text(40), reference: text(70) })).max(999),
  })
  .meta({ id: 'DeclarationContent' });
