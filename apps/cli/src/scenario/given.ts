import { readFileSync } from 'node:fs';
import {
  grantMandate,
  listEngagements,
  listGuarantees,
  listImporters,
  openEngagement,
  registerGuarantee,
  registerImporter,
  type AnswerOf,
} from '@tidewaiter/contracts';
import type { TidewaiterClient } from '@tidewaiter/client';
import { plusDays } from '@tidewaiter/kernel';
import { z } from 'zod';
import { CommandFailed, EXIT } from '../output.js';
import type { Scenario } from './schema.js';

const money = z.strictObject({ amount: z.string(), currency: z.string() });
const sampleImporters = z.record(
  z.string(),
  z.strictObject({
    name: z.string(),
    destinations: z.array(z.string()),
    identifiers: z.array(z.strictObject({ scheme: z.enum(['EORI', 'EIN', 'VAT', 'DAN', 'JPCN']), value: z.string() })),
    guarantees: z.array(z.strictObject({ destination: z.string(), reference: z.string(), limit: money })),
  }),
);

const samples = () =>
  sampleImporters.parse(JSON.parse(readFileSync(new URL('../../data/sample-importers.json', import.meta.url), 'utf8')));

async function found<I>(items: AsyncGenerator<I>, fits: (each: I) => boolean): Promise<I | undefined> {
  for await (const each of items) if (fits(each)) return each;
  return undefined;
}

export type Importer = AnswerOf<typeof registerImporter>;
export type Engagement = AnswerOf<typeof openEngagement>;

/** The importer of record named by the scenario, with its guarantees: looked up, or registered from the samples. */
export async function ensureImporter(
  client: TidewaiterClient,
  code: string,
  key: (step: string) => string,
): Promise<Importer> {
  const sample = samples()[code];
  const known = await found(
    client.all(listImporters, {}, (page) => page),
    (each) => each.code === code,
  );
  if (!known && !sample)
    throw new CommandFailed(`No importer ${code} is registered, and there is no sample of that name.`, EXIT.notFound);
  const importer =
    known ??
    (await client.call(
      registerImporter,
      { body: { code, name: sample!.name, destinations: sample!.destinations, identifiers: sample!.identifiers } },
      { idempotencyKey: key(`importer-${code}`) },
    ));
  for (const guarantee of sample?.guarantees ?? []) {
    const there = await found(
      client.all(listGuarantees, {}, (page) => page),
      (each) => each.importerId === importer.importerId && each.destination === guarantee.destination,
    );
    if (!there) {
      await client.call(
        registerGuarantee,
        { body: { importerId: importer.importerId, ...guarantee } },
        { idempotencyKey: key(`guarantee-${code}-${guarantee.destination}`) },
      );
    }
  }
  return importer;
}

/**
 * An engagement in force with its power of attorney. One of a kind `ongoing` is shared by all shipments of the customer
 * under the importer; a per-shipment one is opened for this shipment alone.
 */
export async function ensureEngagement(
  client: TidewaiterClient,
  given: NonNullable<Scenario['given']>['engagement'],
  importer: Importer,
  today: string,
  key: (step: string) => string,
): Promise<Engagement> {
  const ongoing = given.kind === 'ongoing';
  const inForce = ongoing
    ? await found(
        client.all(listEngagements, {}, (page) => page),
        (each) =>
          each.kind === 'ongoing' &&
          each.status === 'in-force' &&
          each.importerId === importer.importerId &&
          each.customer.name === given.customer &&
          each.destinations.includes(given.destination),
      )
    : undefined;
  if (inForce) return inForce;
  const destinations = ongoing ? importer.destinations : [given.destination];
  const opened = await client.call(
    openEngagement,
    {
      body: {
        kind: given.kind,
        customer: { name: given.customer },
        importerId: importer.importerId,
        destinations,
        validFrom: plusDays(today, -1),
        validTo: null,
      },
    },
    { idempotencyKey: key('engagement') },
  );
  return client.call(
    grantMandate,
    {
      params: { engagementId: opened.engagementId },
      body: { grantor: given.customer, destinations, validFrom: plusDays(today, -1), validTo: plusDays(today, 365) },
    },
    { idempotencyKey: key('mandate'), ifMatch: opened.version },
  );
}
