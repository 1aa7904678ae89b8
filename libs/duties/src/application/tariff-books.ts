import { Inject } from '@nestjs/common';
import type { AssessmentRequest } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { EVENT_STORE } from '@tidewaiter/platform';
import { adoption, type TariffRef } from '../domain/tariff.js';
import { bookWithTariffs } from '../domain/tariff-book.js';
import { ruleBookDigest, type LoadedRuleBook } from '../domain/rule-book.js';
import { assessedRows } from '../postgres/assessed.js';
import { tariffBooks } from '../postgres/tariff-versions.js';
import { RULE_BOOKS } from './rule-books.js';
import { sha256 } from './digest.js';
import { inForce, named, refOf, TariffSnapshots } from './tariff-snapshots.js';

export const adoptionStream = (shipmentId: string): string => `adoption-${shipmentId}`;

export interface Standing {
  stands: TariffRef[];
  adopted: boolean;
  reason: string | null;
}

/** Rule books with the published tariffs in them that an assessment stands on. */
export class TariffBooks {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(TariffSnapshots) private readonly snapshots: TariffSnapshots,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
  ) {}

  /** For a question: the tariffs in force on the law's day. Nothing is stored. */
  async forPreview(tenant: string, request: AssessmentRequest): Promise<readonly LoadedRuleBook[]> {
    const rows = await this.snapshots.inForce(tenant, request.destination, request.lawDate);
    return rows.length === 0 ? this.books : (await this.withTariffs(tenant, request, rows)).books;
  }

  /**
   * For a shipment: the versions it was moved to, else those its assessments stand on, else those in force. Which ones it was is
   * kept by the digest of the book that they are in.
   */
  async forShipment(
    tenant: string,
    shipmentId: string,
    request: AssessmentRequest,
  ): Promise<readonly LoadedRuleBook[]> {
    // Most tenants of a country have loaded nothing for it: one question is enough to know.
    const known = await this.snapshots.known(tenant, request.destination);
    if (known.length === 0) return this.books;
    const standing = await this.standing(tenant, shipmentId);
    const rows = standing ? named(known, standing.stands) : inForce(known, request.lawDate);
    if (rows.length === 0) return this.books;
    const { books, digest, used } = await this.withTariffs(tenant, request, rows);
    if (used.length > 0) await this.store.transaction(tenant, (tx) => tariffBooks.keep(tx, digest, used));
    return books;
  }

  /** What a shipment stands on; null as long as nothing of it was assessed or adopted. */
  async standing(tenant: string, shipmentId: string, tx?: Tx): Promise<Standing | null> {
    const { state } = await this.store.load(adoption, tenant, adoptionStream(shipmentId), tx);
    if (state) return { stands: state.tariffs, adopted: true, reason: state.reason };
    const read = (each: Tx): Promise<TariffRef[] | null> => assessedRows.standing(each, shipmentId);
    const stands = await (tx ? read(tx) : this.store.transaction(tenant, read));
    return stands && { stands, adopted: false, reason: null };
  }

  private async withTariffs(
    tenant: string,
    request: AssessmentRequest,
    rows: Parameters<TariffSnapshots['loaded']>[1],
  ): Promise<{ books: readonly LoadedRuleBook[]; digest: string; used: TariffRef[] }> {
    const own = this.books.find(({ book }) => book.destination === request.destination);
    if (!own) return { books: this.books, digest: '', used: [] };
    const { book, used } = bookWithTariffs(own.book, await this.snapshots.loaded(tenant, rows), request);
    if (used.length === 0) return { books: this.books, digest: own.digest, used: [] };
    const digest = ruleBookDigest(book, sha256);
    return { books: this.books.map((each) => (each === own ? { book, digest } : each)), digest, used: used.map(refOf) };
  }
}
