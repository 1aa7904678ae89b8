import { Inject } from '@nestjs/common';
import type {
  AnswerOf,
  decideClassification,
  InputOf,
  listClassifications,
  showClassification,
} from '@tidewaiter/contracts';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import { legalDateAt, NotFound, Refused, type LegalDate } from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import { classification, type ClassificationGround } from '../domain/classification.js';
import { groundsOf, type LoadedTariff } from '../domain/tariff-book.js';
import type { TariffImported } from '../domain/tariff.js';
import type { LoadedRuleBook } from '../domain/rule-book.js';
import type { TariffCode, TariffSnapshot } from '../domain/tariff-snapshot.js';
import { classificationRows } from '../postgres/classifications.js';
import { tariffVersions, type VersionRow } from '../postgres/tariff-versions.js';
import { RULE_BOOKS } from './rule-books.js';
import { sha256, uuidOf } from './digest.js';
import { inForce, readContent, refOf, TariffSnapshots } from './tariff-snapshots.js';

type View = AnswerOf<typeof showClassification>;
export type Decision = InputOf<typeof decideClassification>['body'];

const streamOf = (classificationId: string): string => `classification-${classificationId}`;

/** Which codes goods belong to, as persons decided, and what of the tariff each decision rests on. */
export class Classifying {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(TariffSnapshots) private readonly snapshots: TariffSnapshots,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws Refused `duties.tariff.none-in-force`, `duties.commodity.unknown`, `duties.commodity.not-declarable` */
  async decide(caller: CallerIdentity, commandId: string, { date, ...decision }: Decision): Promise<View> {
    const classificationId = uuidOf(`classification/${caller.tenant}/${commandId}`);
    const on = date ?? this.today(decision.destination);
    const ground = await this.ground(caller.tenant, decision.destination, decision.commodity, on);
    const command = {
      type: 'DecideClassification' as const,
      classificationId,
      ...decision,
      product: decision.product ?? null,
      by: caller.actor,
      ground,
    };
    await this.store.execute(
      classification,
      streamOf(classificationId),
      command,
      byOf(caller, classificationId, commandId),
      {
        fingerprint: decision,
      },
    );
    return this.one(caller.tenant, classificationId);
  }

  /** @throws WrongState `duties.classification.not-flagged`; Conflict `event-store.version.stale`; and as `decide` */
  async confirm(
    caller: CallerIdentity,
    commandId: string,
    classificationId: string,
    { reason, date }: { reason: string; date?: LegalDate | undefined },
    expectedVersion: number,
  ): Promise<View> {
    const { destination, commodity, ground: before, flags } = await this.one(caller.tenant, classificationId);
    const on = date ?? [this.today(destination), ...flags.map(({ validFrom }) => validFrom)].sort().at(-1)!;
    const ground = flags.length === 0 ? before : await this.ground(caller.tenant, destination, commodity, on);
    const command = { type: 'ConfirmClassification' as const, reason, by: caller.actor, ground };
    const by = byOf(caller, classificationId, commandId);
    await this.store.execute(classification, streamOf(classificationId), command, by, {
      expectedVersion,
      fingerprint: reason,
    });
    return this.one(caller.tenant, classificationId);
  }

  /** @throws NotFound `duties.classification.unknown` */
  async one(tenant: string, classificationId: string): Promise<View> {
    const view = await this.store.transaction(tenant, (tx) => classificationRows.one(tx, classificationId));
    if (!view) throw new NotFound('duties.classification.unknown', 'no such classification');
    return view;
  }

  page(
    tenant: string,
    query: InputOf<typeof listClassifications>['query'],
  ): Promise<AnswerOf<typeof listClassifications>> {
    return this.store.transaction(tenant, (tx) => classificationRows.page(tx, query));
  }

  /**
   * Holds every decision on codes of the destination against a version that is being imported, in its transaction.
   *
   * @returns how many were flagged
   */
  async holdAgainst(tx: Tx, by: By, imported: TariffImported): Promise<number> {
    const { destination, validFrom, tariffId } = imported;
    const decisions = await classificationRows.ofDestination(tx, destination);
    if (decisions.length === 0) return 0;
    const rows = await tariffVersions.ofDestination(tx, destination);
    const asked = inForce(rows, validFrom);
    const place = asked.findIndex(({ version }) => version.tariffId === tariffId);
    if (place < 0) return 0;
    const { snapshot } = await readContent(tx, asked[place]!.contentId);
    const later = await this.snapshots.loaded(tx.tenant, asked.slice(0, place));
    const changed = { tariff: refOf(imported), validFrom };
    let flagged = 0;
    for (const { classificationId, commodity } of decisions) {
      if (later.some((each) => each.snapshot.find(commodity) !== undefined)) continue;
      const found = declared(snapshot, commodity);
      if (!found && imported.scope === 'part') continue;
      const now = found ? groundIn(snapshot, found, commodity, validFrom, refOf(imported)) : null;
      const done = await this.store.execute(
        classification,
        streamOf(classificationId),
        { type: 'HoldAgainst', ...changed, now },
        { ...by, subject: classificationId, commandId: `${by.commandId}/${classificationId}` },
        { tx },
      );
      flagged += done.events.length;
    }
    return flagged;
  }

  private async ground(
    tenant: string,
    destination: string,
    commodity: string,
    on: LegalDate,
  ): Promise<ClassificationGround> {
    const rows = await this.snapshots.inForce(tenant, destination, on);
    if (rows.length === 0) throw noneInForce(destination, on);
    const tariffs = await this.snapshots.loaded(tenant, rows);
    const at = tariffs.findIndex(({ snapshot }) => snapshot.find(commodity) !== undefined);
    if (at < 0) throw unknownCode(tariffs, commodity, destination, on);
    const { snapshot } = tariffs[at]!;
    const found = declared(snapshot, commodity);
    if (!found) throw notDeclarable(snapshot, commodity, on);
    return groundIn(snapshot, found, commodity, on, refOf((rows[at] as VersionRow).version));
  }

  private today(destination: string): LegalDate {
    const zone = this.books.find(({ book }) => book.destination === destination)?.book.zone ?? 'UTC';
    return legalDateAt(this.clock(), zone);
  }
}

const declared = (snapshot: TariffSnapshot, commodity: string): TariffCode | undefined => {
  const found = snapshot.find(commodity);
  return found?.declarable ? found : undefined;
};

const digestOf = (value: unknown): string => `sha256:${sha256(JSON.stringify(value))}`;

function groundIn(
  snapshot: TariffSnapshot,
  found: TariffCode,
  commodity: string,
  on: LegalDate,
  tariff: ClassificationGround['tariff'],
): ClassificationGround {
  const words = [...snapshot.headings(found), found].map(({ code, description }) => [code, description]);
  return {
    tariff,
    description: words.map(([, description]) => description).join(' > '),
    nomenclature: digestOf(words),
    rates: digestOf(groundsOf(snapshot, commodity, on).rates),
  };
}

export const noneInForce = (destination: string, on: LegalDate): Refused =>
  new Refused('duties.tariff.none-in-force', `no tariff of ${destination} that was imported is in force on ${on}`, {
    advice: 'Load one: `tidewaiter rules import <source> <file> --valid-from …`.',
    facts: { destination, date: on },
  });

const NEAR = 8;

/** @param tariffs those that were asked: they say which codes there are */
export function unknownCode(
  tariffs: readonly LoadedTariff[],
  commodity: string,
  destination: string,
  on: LegalDate,
): Refused {
  const near = tariffs.flatMap(({ snapshot }) => snapshot.near(commodity, NEAR)).slice(0, NEAR);
  const search = `search for it: \`tidewaiter rules search --destination ${destination} …\``;
  return new Refused('duties.commodity.unknown', `${commodity} is no code of the tariff of ${destination} on ${on}`, {
    advice:
      near.length === 0
        ? `${search[0]!.toUpperCase()}${search.slice(1)}.`
        : `Near it there are ${near.map(({ code }) => code).join(', ')}; or ${search}.`,
    facts: { commodity, destination, date: on },
  });
}

function notDeclarable(snapshot: TariffSnapshot, commodity: string, on: LegalDate): Refused {
  const below = snapshot.near(commodity, NEAR).map(({ code }) => code);
  return new Refused(
    'duties.commodity.not-declarable',
    `goods are not declared under ${commodity} on ${on}: it is a heading`,
    {
      advice: below.length === 0 ? 'Search below it.' : `Decide on one of those below it: ${below.join(', ')}.`,
      facts: { commodity },
    },
  );
}
