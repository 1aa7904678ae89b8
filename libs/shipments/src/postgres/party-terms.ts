import { createHmac } from 'node:crypto';
import { ERASED, type InlineProjection, type StoredEvent, type Tx } from '@tidewaiter/event-store';
import { secret32, settings } from '@tidewaiter/platform';
import { z } from 'zod';
import { beginningsOf, wordsOf } from '../domain/name-terms.js';

let key: Buffer | undefined;

/** A key of its own out of the one that wraps the keys of persons; with another one the projection is rebuilt. */
const searchKey = (): Buffer =>
  (key ??= createHmac('sha256', settings(z.object({ SUBJECT_KEY: secret32 })).SUBJECT_KEY)
    .update('names of parties, search, 1')
    .digest());

/** Eight bytes of a digest that nobody can make without the key, and that differ from tenant to tenant. */
const termOf = (tenant: string, word: string): string =>
  createHmac('sha256', searchKey()).update(`${tenant}\n${word}`).digest().readBigInt64BE(0).toString();

/** Terms that a shipment must have to be found; none where nothing that was typed is long enough. */
export const termsToFind = (tenant: string, text: string): string[] =>
  wordsOf(text).map((word) => termOf(tenant, word));

export const forgetParties = (tx: Tx, shipmentIds: readonly string[]): Promise<unknown> =>
  tx.query('delete from party_terms where tenant_id = $1 and shipment_id = any($2)', [tx.tenant, shipmentIds]);

/** By what shipments are found that somebody is a party of. */
export const partyTerms: InlineProjection = {
  name: 'shipments.party-terms',
  tables: ['party_terms'],
  async apply(tx, events) {
    for (const { type, data } of events as StoredEvent[]) {
      if (type !== 'ShipmentOpened' && type !== 'ShipmentAmended') continue;
      const { shipmentId, parties } = data as { shipmentId: string; parties?: { name?: string }[] };
      if (!parties || parties.some(({ name }) => name === ERASED)) continue;
      const words = parties.flatMap(({ name }) => beginningsOf(name ?? ''));
      const terms = new Set(words.map((word) => termOf(tx.tenant, word)));
      await tx.query(
        `insert into party_terms (tenant_id, shipment_id, terms) values ($1, $2, $3)
         on conflict (tenant_id, shipment_id) do update set terms = excluded.terms`,
        [tx.tenant, shipmentId, [...terms]],
      );
    }
  },
};
