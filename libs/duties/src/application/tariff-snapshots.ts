import { Inject } from '@nestjs/common';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import type { LegalDate } from '@tidewaiter/kernel';
import { EVENT_STORE } from '@tidewaiter/platform';
import { inForceOn, type TariffRef } from '../domain/tariff.js';
import type { LoadedTariff } from '../domain/tariff-book.js';
import { TariffSnapshot } from '../domain/tariff-snapshot.js';
import { tariffContents } from '../postgres/tariff-contents.js';
import { tariffVersions, type VersionRow } from '../postgres/tariff-versions.js';

const KEPT = 4;

export type Content = Pick<LoadedTariff, 'roles' | 'snapshot'>;

export const refOf = ({ tariffId, digest }: TariffRef): TariffRef => ({ tariffId, digest });

/** Whole tariffs in memory, by what they say; the few that were asked for last. */
export class TariffSnapshots {
  private readonly contents = new Map<string, Promise<Content>>();

  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** Every version of a destination, in the order of import. */
  known(tenant: string, destination: string): Promise<VersionRow[]> {
    return this.store.transaction(tenant, (tx) => tariffVersions.ofDestination(tx, destination));
  }

  /** The versions that answer for a day, in the order they are asked. */
  async inForce(tenant: string, destination: string, on: LegalDate): Promise<VersionRow[]> {
    return inForce(await this.known(tenant, destination), on);
  }

  /** The versions that references name, in their order. */
  async named(tenant: string, destination: string, refs: readonly TariffRef[]): Promise<VersionRow[]> {
    return refs.length === 0 ? [] : named(await this.known(tenant, destination), refs);
  }

  async loaded(tenant: string, rows: readonly VersionRow[]): Promise<LoadedTariff[]> {
    return Promise.all(
      rows.map(async ({ version, contentId }) => ({
        ...(await this.content(tenant, contentId)),
        tariffId: version.tariffId,
        digest: version.digest,
        scope: version.scope,
      })),
    );
  }

  private content(tenant: string, contentId: string): Promise<Content> {
    const known = this.contents.get(contentId);
    if (known) {
      this.contents.delete(contentId);
      this.contents.set(contentId, known);
      return known;
    }
    const reading = this.store.transaction(tenant, (tx) => readContent(tx, contentId));
    this.contents.set(contentId, reading);
    // What could not be read is not remembered: the next who asks tries again, this one is told.
    reading.catch(() => this.contents.delete(contentId));
    const oldest = this.contents.keys().next().value;
    if (this.contents.size > KEPT && oldest !== undefined) this.contents.delete(oldest);
    return reading;
  }
}

/** @param known in the order of import */
export const inForce = (known: readonly VersionRow[], on: LegalDate): VersionRow[] =>
  inForceOn(
    known.map((row) => ({ ...row.version, row })),
    on,
  ).map(({ row }) => row);

export const named = (known: readonly VersionRow[], refs: readonly TariffRef[]): VersionRow[] =>
  refs.flatMap(({ tariffId }) => known.find(({ version }) => version.tariffId === tariffId) ?? []);

/** The rows of a tariff, also of one that this transaction has just written. */
export async function readContent(tx: Tx, contentId: string): Promise<Content> {
  const { areas, roles } = await tariffContents.areas(tx, contentId);
  const codes = await tariffContents.codes(tx, contentId);
  const measures = await tariffContents.measures(tx, contentId);
  return { roles, snapshot: new TariffSnapshot(areas, codes, measures) };
}
