import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { country, digest, legalDate, uuid } from '../values.js';

/** Published forms of a tariff that can be imported. `tidewaiter-csv` is our own, for any other publisher. */
export const TARIFF_SOURCES = ['uk-global-tariff', 'usitc-hts-csv', 'uk-trade-tariff-json', 'tidewaiter-csv'] as const;
export type TariffSource = (typeof TARIFF_SOURCES)[number];

export const tariffRef = z.strictObject({ tariffId: uuid, digest });

export const tariffImported = defineEvent(
  'duties',
  'TariffImported',
  'A published tariff was loaded as a whole and stands from a day on; what was refused of it is on record row by row.',
  z.strictObject({
    tariffId: uuid,
    destination: country,
    source: z.enum(TARIFF_SOURCES),
    name: z.string(),
    scope: z
      .enum(['whole', 'part'])
      .meta({ description: 'whole: a code that is not in it is no code; part: earlier versions serve the others' }),
    validFrom: legalDate,
    validTo: legalDate.nullable(),
    digest: digest.meta({ description: 'over the accepted rows, in their order' }),
    fileDigest: digest,
    codes: z.int().nonnegative(),
    measures: z.int().nonnegative(),
    refused: z.int().nonnegative(),
  }),
);

export const tariffAdopted = defineEvent(
  'duties',
  'TariffAdopted',
  'A running shipment was moved to other tariff versions: its next assessment stands on them.',
  z.strictObject({
    shipmentId: uuid,
    destination: country,
    tariffs: z.array(tariffRef).min(1).meta({ description: 'the newest first, as they are asked' }),
    replaced: z.array(tariffRef),
    reason: z.string(),
  }),
);

/** What of the tariff a classification rests on, as digests: a later version is held against them. */
export const classificationGround = z.strictObject({
  tariff: tariffRef,
  description: z.string().meta({ description: 'the code with its headings, as the tariff says it' }),
  nomenclature: digest,
  rates: digest,
});

export const classificationDecided = defineEvent(
  'duties',
  'ClassificationDecided',
  'Goods were given a code, with the reasons; who decided is the event’s actor.',
  z.strictObject({
    classificationId: uuid,
    destination: country,
    goods: z.string(),
    product: z.string().nullable().meta({ description: 'the tenant’s own article number' }),
    commodity: z.string(),
    reasons: z.array(z.string()).min(1),
    sources: z.array(z.string()).meta({ description: 'rulings, notes, opinions' }),
    by: z.string(),
    ground: classificationGround,
  }),
);

export const classificationFlagged = defineEvent(
  'duties',
  'ClassificationFlagged',
  'A later tariff version changed what a classification rests on: a person must look.',
  z.strictObject({
    classificationId: uuid,
    commodity: z.string(),
    tariff: tariffRef,
    validFrom: legalDate,
    changes: z.array(z.enum(['code-gone', 'nomenclature', 'rates'])).min(1),
    says: z.string(),
  }),
);

export const classificationConfirmed = defineEvent(
  'duties',
  'ClassificationConfirmed',
  'A flagged classification was looked at and stands, on the newer tariff.',
  z.strictObject({ classificationId: uuid, reason: z.string(), by: z.string(), ground: classificationGround }),
);

export const legalBasisVoided = defineEvent(
  'duties',
  'LegalBasisVoided',
  'A court or legislator took a legal basis away from a day on: what was charged under it may be claimed back.',
  z.strictObject({
    voidanceId: uuid,
    citation: z.string().meta({ description: 'as charges name it, or a part of that' }),
    destination: country.nullable(),
    voidFrom: legalDate,
    reason: z.string(),
    by: z.string(),
  }),
);

export type TariffEvent =
  | EventOf<typeof tariffImported>
  | EventOf<typeof tariffAdopted>
  | EventOf<typeof classificationDecided>
  | EventOf<typeof classificationFlagged>
  | EventOf<typeof classificationConfirmed>
  | EventOf<typeof legalBasisVoided>;
