import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  diffTariffs,
  importTariff,
  RefusedRow,
  TariffSource,
  TariffVersion,
} from '@tidewaiter/contracts';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import { Invalid, legalDateAt, NotFound, Refused, WrongState, type LegalDate } from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import { adoption, knownAs, tariff, type TariffImported } from '../domain/tariff.js';
import { groundsOf, type LoadedTariff } from '../domain/tariff-book.js';
import type { LoadedRuleBook, RuleBook } from '../domain/rule-book.js';
import { assessedRows } from '../postgres/assessed.js';
import { ContentWriter, isKeptMeanwhile } from '../postgres/tariff-contents.js';
import type { Ask } from '../postgres/stems.js';
import { tariffChanges, tariffVersions, type VersionRow } from '../postgres/tariff-versions.js';
import { Found, unreadable } from '../tariffs/read.js';
import { SOURCES } from '../tariffs/sources.js';
import { bookOf, RULE_BOOKS } from './rule-books.js';
import { Classifying } from './classifying.js';
import { uuidOf } from './digest.js';
import { adoptionStream, TariffBooks, type Standing } from './tariff-books.js';
import { inForce, refOf, TariffSnapshots } from './tariff-snapshots.js';

export interface ImportOrder {
  source: TariffSource;
  destination: string | null;
  name: string | null;
  scope: 'whole' | 'part' | null;
  validFrom: LegalDate;
  validTo: LegalDate | null;
}

type Imported = AnswerOf<typeof importTariff>;
type Touched = Imported['touched'];

const AT_ONCE = 2;
const REFUSED_SHOWN = 200;
/** Rows read before they are written together. */
const WRITTEN_AT_ONCE = 2000;

/** These very rows are kept already: what was written of them again must not be. */
class KnownContent extends Error {
  constructor(readonly digest: string) {
    super('rows that are kept already');
  }
}

interface Read {
  digest: string;
  found: Found;
  codes: number;
  measures: number;
  refused: RefusedRow[];
}

/** Published tariffs: loading, comparing, and which shipments stand on which. */
export class Tariffs {
  private running = 0;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(TariffSnapshots) private readonly snapshots: TariffSnapshots,
    @Inject(TariffBooks) private readonly shipmentBooks: TariffBooks,
    @Inject(Classifying) private readonly classifying: Classifying,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Loads a tariff in one transaction: rows, version, refused rows and flagged classifications are seen together or not at all.
   *
   * @throws Invalid `duties.tariff.…` for the file with its line; Refused `duties.destination.unknown`; WrongState `duties.tariff.busy`
   */
  async import(
    caller: CallerIdentity,
    commandId: string,
    order: ImportOrder,
    file: AsyncIterable<Buffer>,
  ): Promise<Imported> {
    const destination = this.destinationOf(order);
    if (this.running >= AT_ONCE) {
      throw new WrongState('duties.tariff.busy', `${AT_ONCE} tariffs are being loaded now`, {
        advice: 'Send it again when they are done.',
      });
    }
    this.running += 1;
    try {
      return await this.load(caller, commandId, order, destination, file);
    } finally {
      this.running -= 1;
    }
  }

  async list(tenant: string, destination: string | null): Promise<TariffVersion[]> {
    return this.store.transaction(tenant, (tx) => tariffVersions.list(tx, destination));
  }

  /** @throws NotFound `duties.tariff.unknown` */
  async one(tenant: string, tariffId: string): Promise<VersionRow> {
    const row = await this.store.transaction(tenant, (tx) => tariffVersions.one(tx, tariffId));
    if (!row)
      throw new NotFound('duties.tariff.unknown', 'no such tariff version', { advice: 'See `tidewaiter rules list`.' });
    return row;
  }

  async refused(
    tenant: string,
    tariffId: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ items: RefusedRow[]; next: string | null }> {
    await this.one(tenant, tariffId);
    const place = Number(after ?? '0');
    if (!Number.isSafeInteger(place)) throw badCursor();
    const rows = await this.store.transaction(tenant, (tx) => tariffVersions.refused(tx, tariffId, place, limit + 1));
    const items = rows.slice(0, limit);
    return {
      items: items.map(({ ordinal: _ordinal, ...row }) => row),
      next: rows.length > limit ? String(items.at(-1)!.ordinal) : null,
    };
  }

  /** What changed between two versions, a page of it, and the running shipments that a move to the second one touches. */
  async diff(
    tenant: string,
    from: string,
    to: string,
    { limit, after }: { limit: number; after?: string | undefined },
  ): Promise<AnswerOf<typeof diffTariffs>> {
    const [before, next] = [await this.one(tenant, from), await this.one(tenant, to)];
    if (before.version.destination !== next.version.destination) {
      throw new Refused('duties.tariff.other-destination', 'the versions are of different destinations', {
        advice: 'Compare versions of one destination: `tidewaiter rules list --destination …`.',
      });
    }
    const [commodity, ...what] = (after ?? '').split(' ');
    if (after !== undefined && what.length === 0) throw badCursor();
    const cursor = after === undefined ? null : { commodity: commodity!, what: what.join(' ') };
    const { rows, counts } = await this.store.transaction(tenant, async (tx) => ({
      rows: await tariffChanges.page(tx, before.contentId, next.contentId, cursor, limit + 1),
      counts: await tariffChanges.counts(tx, before.contentId, next.contentId),
    }));
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items,
      next: rows.length > limit && last ? `${last.commodity} ${last.what}` : null,
      counts,
      touched: await this.touched(tenant, next),
    };
  }

  /** @throws Refused `duties.assessment.no-goods` for a shipment that nothing is known of here */
  async standing(tenant: string, shipmentId: string): Promise<Standing & { destination: string | null }> {
    const destination = await this.store.transaction(tenant, (tx) => assessedRows.destinationOf(tx, shipmentId));
    const standing = await this.shipmentBooks.standing(tenant, shipmentId);
    return { destination, ...(standing ?? { stands: [], adopted: false, reason: null }) };
  }

  /** Moves a running shipment to the versions in force today, of which the one named must be one. */
  async adopt(
    by: By,
    shipmentId: string,
    tariffId: string,
    reason: string,
  ): Promise<Standing & { destination: string | null }> {
    const { version } = await this.one(by.tenant, tariffId);
    const { destination, stands } = await this.standing(by.tenant, shipmentId);
    if (destination === null) {
      throw new Refused(
        'duties.assessment.no-goods',
        'nothing of this shipment was assessed yet: it stands on no version',
        {
          advice: 'Its first assessment takes the version that is in force on its day.',
        },
      );
    }
    if (version.destination !== destination) {
      throw new Refused(
        'duties.tariff.other-destination',
        `the version is of ${version.destination}, the shipment goes to ${destination}`,
        {
          advice: `Name a version of ${destination}: \`tidewaiter rules list --destination ${destination}\`.`,
        },
      );
    }
    const today = this.today(destination);
    const standing = (await this.snapshots.inForce(by.tenant, destination, today)).map((row) => refOf(row.version));
    if (!standing.some((ref) => ref.tariffId === tariffId)) {
      throw new Refused(
        'duties.tariff.not-in-force',
        `on ${today} this version is not in force or a later one stands in its place`,
        {
          advice: 'Name the version that is in force: `tidewaiter rules list`.',
        },
      );
    }
    const command = {
      type: 'AdoptTariff' as const,
      shipmentId,
      destination,
      tariffs: standing,
      replaced: stands,
      reason,
    };
    const { state } = await this.store.execute(adoption, adoptionStream(shipmentId), command, by, {
      fingerprint: [tariffId, reason],
    });
    return { destination, stands: state!.tariffs, adopted: true, reason: state!.reason };
  }

  /** Running shipments that would be assessed otherwise on a version, with the codes that make the difference. */
  async touched(tenant: string, row: VersionRow): Promise<Touched> {
    const { destination, validFrom, tariffId } = row.version;
    const { running, rows } = await this.store.transaction(tenant, async (tx) => ({
      running: await assessedRows.running(tx, destination),
      rows: await tariffVersions.ofDestination(tx, destination),
    }));
    const others = running.filter(({ stands }) => !stands.some((ref) => ref.tariffId === tariffId));
    if (others.length === 0) return [];
    const upTo = inForce(rows, validFrom);
    const next = await this.snapshots.loaded(
      tenant,
      upTo.some(({ version }) => version.tariffId === tariffId) ? upTo : [row],
    );
    const house = this.bookOf(destination).book;
    const before = new Map<string, LoadedTariff[]>();
    const touched: Touched = [];
    for (const { stands, commodities, ...assessment } of others) {
      const key = stands.map((ref) => ref.tariffId).join();
      if (!before.has(key))
        before.set(key, await this.snapshots.loaded(tenant, await this.snapshots.named(tenant, destination, stands)));
      const differing = commodities.filter(
        (commodity) =>
          ratesOf(before.get(key)!, house, commodity, validFrom) !== ratesOf(next, house, commodity, validFrom),
      );
      if (differing.length > 0) touched.push({ ...assessment, stands, commodities: differing });
    }
    return touched;
  }

  private async load(
    caller: CallerIdentity,
    commandId: string,
    order: ImportOrder,
    destination: string,
    file: AsyncIterable<Buffer>,
  ): Promise<Imported> {
    const tariffId = uuidOf(`tariff/${caller.tenant}/${commandId}`);
    const by = byOf(caller, tariffId, commandId);
    const hash = createHash('sha256');
    let read: Read | undefined;
    const record = (tx: Tx): Promise<{ version: TariffImported; known: boolean; flagged: number }> =>
      this.record(tx, by, tariffId, order, destination, read!, `sha256:${hash.copy().digest('hex')}`);
    let done: Awaited<ReturnType<typeof record>>;
    try {
      done = await this.store.transaction(caller.tenant, async (tx) => {
        const known = await this.read(tx, tariffId, order, destination, hashed(file, hash), (each) => (read = each));
        if (known) throw new KnownContent(read!.digest);
        return record(tx);
      });
    } catch (error) {
      // Somebody else has loaded the same rows meanwhile, or before: theirs are kept, and the version names them.
      const known = error instanceof KnownContent || (read !== undefined && isKeptMeanwhile(error));
      if (!known) throw error;
      done = await this.store.transaction(caller.tenant, record);
    }
    const row = await this.one(caller.tenant, done.version.tariffId);
    return {
      version: row.version,
      known: done.known,
      refused: read!.refused.slice(0, REFUSED_SHOWN),
      skipped: read!.found.skipped,
      flagged: done.flagged,
      touched: done.known ? [] : await this.touched(caller.tenant, row),
    };
  }

  /** Reads and writes the rows. @returns whether the same ones are kept already */
  private async read(
    tx: Tx,
    tariffId: string,
    order: ImportOrder,
    destination: string,
    file: AsyncIterable<Buffer>,
    told: (read: Read) => void,
  ): Promise<boolean> {
    const { source, validFrom, validTo } = order;
    const found = new Found();
    const ask: Ask = (sql, params) => this.store.query(tx.tenant, sql, params);
    const writer = await ContentWriter.begin(tx, ask, `loading ${tariffId}`);
    const flush = async (): Promise<void> => {
      const { codes, measures } = found;
      [found.codes, found.measures] = [[], []];
      await writer.add(codes, measures);
    };
    const reading = SOURCES[source].read(file, found, {
      destination,
      validFrom,
      validTo,
      areas: this.bookOf(destination).book.areas,
    });
    try {
      while (!(await reading.next()).done) {
        // Rows on their way to Postgres leave while the next are read, also when the file is all there.
        await turn();
        if (found.codes.length + found.measures.length >= WRITTEN_AT_ONCE) await flush();
      }
    } finally {
      await reading.return(undefined);
    }
    await flush();
    if (writer.codes + writer.measures === 0)
      throw unreadable('empty', 'the file', found.refused[0]?.reason ?? 'no row that could be used');
    const { roles } = SOURCES[source];
    const digest = await writer.digest(found.areas, roles);
    told({ digest, found, codes: writer.codes, measures: writer.measures, refused: found.refused });
    return !(await writer.keep(digest, found.areas, roles));
  }

  private async record(
    tx: Tx,
    by: By,
    tariffId: string,
    order: ImportOrder,
    destination: string,
    { digest, codes, measures, refused }: Read,
    fileDigest: string,
  ): Promise<{ version: TariffImported; known: boolean; flagged: number }> {
    const { source, validFrom, validTo } = order;
    const version: TariffImported = {
      tariffId,
      destination,
      source,
      name: order.name ?? SOURCES[source].name,
      scope: order.scope ?? SOURCES[source].scope,
      validFrom,
      validTo,
      digest,
      fileDigest,
      codes,
      measures,
      refused: refused.length,
    };
    const command = { type: 'RecordImport' as const, version };
    const { state, events, repeated } = await this.store.execute(tariff, `tariff-${destination}`, command, by, {
      tx,
      fingerprint: { ...version, fileDigest: null },
    });
    const stored = events[0]?.data ?? knownAs(state, version)!;
    if (events.length === 0 || repeated) return { version: stored, known: true, flagged: 0 };
    if (refused.length > 0) await tariffVersions.keepRefused(tx, tariffId, refused);
    return { version: stored, known: false, flagged: await this.classifying.holdAgainst(tx, by, stored) };
  }

  private destinationOf({ source, destination }: ImportOrder): string {
    const own = SOURCES[source].destination;
    if (own !== null && destination !== null && own !== destination) {
      throw new Invalid('duties.tariff.field-invalid', `${source} is a tariff of ${own}, not of ${destination}`, {
        advice: `Leave destination out, or send ${own}.`,
        places: [{ pointer: 'body/destination', reason: `${own} expected` }],
      });
    }
    const named = own ?? destination;
    if (named === null) {
      throw new Invalid('duties.tariff.field-invalid', `${source} does not say which country’s tariff it is`, {
        advice: 'Send the field destination before the file.',
        places: [{ pointer: 'body/destination', reason: 'a country code expected' }],
      });
    }
    this.bookOf(named);
    return named;
  }

  private bookOf(destination: string): LoadedRuleBook {
    return bookOf(this.books, destination);
  }

  private today(destination: string): LegalDate {
    return legalDateAt(this.clock(), this.bookOf(destination).book.zone);
  }
}

const badCursor = (): Invalid =>
  new Invalid('http.request.invalid', 'The cursor is none of ours.', { advice: 'Send the `next` of the page before.' });

async function* hashed(file: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of file) {
    hash.update(chunk);
    yield chunk;
  }
}

/** The rates of a code as text to compare: of the first version that knows it, else the house's own. */
function ratesOf(tariffs: readonly LoadedTariff[], house: RuleBook, commodity: string, on: LegalDate): string {
  const known = tariffs.find(({ snapshot, scope }) => snapshot.find(commodity) !== undefined || scope === 'whole');
  if (known)
    return known.snapshot.find(commodity) ? JSON.stringify(groundsOf(known.snapshot, commodity, on).rates) : 'no code';
  return JSON.stringify(
    house.measures.filter((measure) => commodity.startsWith(measure.commodity)).map(({ id }) => id),
  );
}
