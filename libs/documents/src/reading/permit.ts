import { measured } from '@tidewaiter/contracts';
import { z } from 'zod';
import type { FilePlace, PermitFacts } from '../domain/facts.js';
import { readJson } from './json.js';

/** A licence or permit as agencies give it electronically, narrow: what a declaration must write off it. */
const permit = z.strictObject({
  documentCode: z.string().regex(/^[0-9A-Z]{4}$/, 'four characters, as the tariff names the document'),
  permitReference: z.string().min(1).max(35),
  holder: z.strictObject({ name: z.string().min(2).max(140), identifier: z.string().max(35).optional() }),
  commodities: z
    .array(z.string().regex(/^\d{2,10}$/, '2 to 10 digits'))
    .min(1)
    .max(200),
  authorised: measured.refine(
    (given) => /[1-9]/.test('unit' in given ? given.value : given.amount),
    'more than nothing',
  ),
});

const ADVICE =
  'Correct the field and upload the permit again, or upload it as PDF: then nothing of it is declared by itself.';

const FIELDS = {
  '/code': '/documentCode',
  '/number': '/permitReference',
  '/holder/name': '/holder/name',
  '/commodities': '/commodities',
  '/holds': '/authorised',
};

/** @throws Invalid `documents.permit.unreadable` with a JSON pointer for each field that does not fit */
export function readPermit(bytes: Uint8Array): PermitFacts {
  const { documentCode, permitReference, holder, commodities, authorised } = readJson(permit, bytes, {
    code: 'permit.unreadable',
    says: 'not the shape of a permit',
    advice: ADVICE,
  });
  return {
    kind: 'permit',
    method: 'json',
    values: {
      code: documentCode,
      number: permitReference,
      holder: { name: holder.name, ...(holder.identifier === undefined ? {} : { id: holder.identifier }) },
      commodities,
      holds: authorised,
    },
    places: Object.fromEntries(Object.entries(FIELDS).map(([at, place]): [string, FilePlace] => [at, { place }])),
  };
}
