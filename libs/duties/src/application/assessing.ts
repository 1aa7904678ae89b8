import { Inject } from '@nestjs/common';
import type {
  AgreedRate,
  AssessmentRequest,
  AssessmentVariance,
  Charges,
  DutiesEvent,
  GoodsLine,
  Situation,
} from '@tidewaiter/contracts';
import type { By, EventStore, StoredEvent, Tx } from '@tidewaiter/event-store';
import { canonicalJson, Invalid, legalDateAt, NotFound, Refused, type LegalDate } from '@tidewaiter/kernel';
import { CLOCK, EVENT_STORE, type Clock } from '@tidewaiter/platform';
import { assess } from '../domain/assess.js';
import { assessment, openPoints, type Later } from '../domain/assessment.js';
import type { Rates } from '../domain/fx.js';
import { fxRuleOn, rateByContract } from '../domain/fx-rule.js';
import { rederive, type Difference } from '../domain/rederive.js';
import { deferralsOf } from '../domain/reliefs.js';
import type { LoadedRuleBook } from '../domain/rule-book.js';
import { collectedOn, type SettlementTerms } from '../domain/settlement.js';
import { unitOf } from '../domain/units.js';
import { variance } from '../domain/variance.js';
import { assessmentRows, type StoredAssessment } from '../postgres/assessments.js';
import { bankOrders } from '../postgres/bank-orders.js';
import { sha256, uuidOf } from './digest.js';
import { FxRates } from './fx-rates.js';
import { RULE_BOOKS, SETTLEMENT_TERMS } from './rule-books.js';
import { TariffBooks } from './tariff-books.js';

export interface Assessed {
  /** null when too little was known even for a result */
  stored: StoredAssessment | null;
  assessmentId: string;
  n: number;
  open: string[];
  wrote: Record<string, number>;
}

type OwnerOfMoney = NonNullable<Extract<DutiesEvent, { type: 'DutyAssessed' }>['data']['of']>;
type Recorded = Assessed & { stored: StoredAssessment };

type AssessmentEventData = { assessmentId: string; n: number; questions?: string[] };

export const streamOf = (shipmentId: string): string => `assessment-${shipmentId}`;

/** Mass in kilograms is the net mass; the quantity beside it only where it is of another kind and known to tariffs. */
function quantitiesOf(line: GoodsLine): AssessmentRequest['lines'][number]['quantities'] {
  const unit = unitOf(line.quantity.unit);
  return [
    { unit: 'KGM', value: line.netMass },
    ...(line.grossMass === undefined ? [] : [{ unit: 'KGM_GROSS', value: line.grossMass }]),
    ...(unit && unit.base !== 'KGM' ? [{ unit: line.quantity.unit, value: line.quantity.value }] : []),
  ];
}

const lineOf = (line: GoodsLine): AssessmentRequest['lines'][number] => ({
  number: line.number,
  commodity: line.commodity,
  price: line.price,
  quantities: quantitiesOf(line),
  origin: line.origin,
  ...(line.preference === undefined ? {} : { preference: line.preference }),
  additionalCodes: line.additionalCodes ?? [],
});

type Undated = Omit<AssessmentRequest, 'lawDate' | 'entryDate' | 'fx'>;

const requestOf = (situation: Situation, goods: { lines: GoodsLine[]; charges: Charges }): Undated => ({
  destination: situation.destination,
  origin: situation.origin,
  transport: situation.transport,
  entryType: 'formal',
  incoterm: situation.incoterm.code,
  procedure: 'release-for-free-circulation',
  charges: goods.charges,
  rounding: 'authority',
  ...(situation.payment ? { payment: methodsOf(situation.payment) } : {}),
  lines: goods.lines.map(lineOf),
});

const methodsOf = ({ duty, vat }: NonNullable<Situation['payment']>): AssessmentRequest['payment'] => ({
  ...(duty ? { duty } : {}),
  ...(vat ? { vat } : {}),
});

const currenciesOf = ({ charges, lines }: Undated): string[] =>
  [charges.freight, charges.insurance, ...lines.flatMap((line) => [line.price, line.customsValue])].flatMap((each) =>
    each ? [each.currency] : [],
  );

/** Stored assessments of shipments: the same engine as the preview, on the day's law and the month's rates. */
export class Assessing {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(FxRates) private readonly fx: FxRates,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TariffBooks) private readonly tariffs: TariffBooks,
    @Inject(SETTLEMENT_TERMS) private readonly terms: SettlementTerms,
  ) {}

  /** What is due on a shipment's goods. What a rule refuses is recorded as open for a person, not thrown. */
  async assess(by: By, situation: Situation, goods: { lines: GoodsLine[]; charges: Charges }): Promise<Assessed> {
    const { shipmentId } = situation;
    const known = await this.known(by, shipmentId);
    if (known) return known;
    await this.store.transaction(by.tenant, (tx) => bankOrders.noteReference(tx, shipmentId, situation.reference));
    const undated = requestOf(situation, goods);
    try {
      const { customer, importer, engagementId } = situation;
      const of =
        customer === undefined
          ? undefined
          : { customer, importerId: importer.importerId, importerName: importer.name, engagementId };
      return await this.record(by, shipmentId, await this.dated(by.tenant, undated, situation.contractRate), of);
    } catch (error) {
      if (error instanceof Invalid || error instanceof Refused) return this.review(by, shipmentId, undated, error);
      throw error;
    }
  }

  /** The goods of the newest assessment again, on today's rules. @throws Refused `duties.assessment.no-goods`, and what the engine refuses */
  async reassess(by: By, shipmentId: string): Promise<StoredAssessment> {
    const known = await this.known(by, shipmentId);
    if (known?.stored) return known.stored;
    const events = await this.store.read(by.tenant, streamOf(shipmentId));
    const last = events.at(-1)?.data as { request: AssessmentRequest } | undefined;
    const of = events.map(({ data }) => (data as { of?: OwnerOfMoney }).of).findLast((each) => each !== undefined);
    if (!last) {
      throw new Refused(
        'duties.assessment.no-goods',
        'nothing of this shipment was assessed yet: its goods are not known here',
        {
          advice: 'Wait until its documents are complete; the first assessment follows by itself.',
        },
      );
    }
    const byContract = (last.request.fx ?? []).filter(({ contract }) => contract !== undefined);
    return (await this.record(by, shipmentId, await this.dated(by.tenant, last.request, byContract), of)).stored;
  }

  /** @throws NotFound `duties.assessment.unknown`; Refused `duties.assessment.rules-missing` */
  async rederive(
    tenant: string,
    assessmentId: string,
  ): Promise<{ agrees: boolean; storedDigest: string; digest: string; differences: Difference[] }> {
    const { stored, books } = await this.store.transaction(tenant, async (tx) =>
      withBooks(tx, await assessmentRows.one(tx, assessmentId)),
    );
    const { bytes, differences } = rederive(stored, books);
    const digest = `sha256:${sha256(bytes)}`;
    return { agrees: digest === stored.resultDigest, storedDigest: stored.resultDigest, digest, differences };
  }

  /** What changed from assessment `against` to `n`. @throws as `rederive` and `variance` */
  async compare(
    tenant: string,
    shipmentId: string,
    n: number,
    against: number,
  ): Promise<{ variance: AssessmentVariance; destination: string; lawDate: LegalDate }> {
    const [before, after] = await this.store.transaction(tenant, async (tx) => [
      await withBooks(tx, await assessmentRows.byNumber(tx, shipmentId, against)),
      await withBooks(tx, await assessmentRows.byNumber(tx, shipmentId, n)),
    ]);
    const { destination, lawDate } = after.stored.request;
    const compared = variance({ ...before.stored, books: before.books }, { ...after.stored, books: after.books });
    return { variance: compared, destination, lawDate };
  }

  /** One command leads to one assessment: its id follows from the command's, so that a retry finds the first answer. */
  private async known(by: By, shipmentId: string): Promise<Assessed | null> {
    const assessmentId = idOf(by);
    const events = await this.store.read(by.tenant, streamOf(shipmentId));
    const event = events.find(({ data }) => (data as AssessmentEventData).assessmentId === assessmentId);
    return event ? this.assessedOf(by.tenant, event) : null;
  }

  private async assessedOf(tenant: string, { data, stream, version }: StoredEvent): Promise<Assessed> {
    const { assessmentId, n, questions } = data as AssessmentEventData;
    const stored = await this.store.transaction(tenant, (tx) => assessmentRows.one(tx, assessmentId));
    return { stored, assessmentId, n, open: questions ?? [], wrote: { [stream]: version } };
  }

  private bookOf(destination: string): LoadedRuleBook | undefined {
    return this.books.find(({ book }) => book.destination === destination);
  }

  /** Law of the day in the authority's own zone, rates of its month. An unknown destination is left for the engine to refuse. */
  private async dated(tenant: string, undated: Undated, agreed?: AgreedRate | Rates): Promise<AssessmentRequest> {
    const rules = this.bookOf(undated.destination)?.book;
    const lawDate = legalDateAt(this.clock(), rules?.zone ?? 'UTC');
    if (!rules) return { ...undated, lawDate, entryDate: lawDate, fx: [] };
    const byContract = agreed && ('own' in agreed ? [rateByContract(agreed, fxRuleOn(rules, lawDate))] : agreed);
    const fx = await this.fx.of(tenant, undated.destination, rules, lawDate, currenciesOf(undated), byContract);
    return { ...undated, lawDate, entryDate: lawDate, fx };
  }

  /** Charges that are due on a later day, with the day and its law. */
  private later(request: AssessmentRequest, books: readonly LoadedRuleBook[]): Map<'duty' | 'excise' | 'tax', Later> {
    const book = books.find(({ book: each }) => each.destination === request.destination)?.book;
    if (!book) return new Map();
    const collected = collectedOn(this.terms, request.destination, request.lawDate);
    return new Map(
      [...deferralsOf(book, request).known].map(([group, { kind, law }]) => {
        const deferred = kind === 'deferred' ? collected : null;
        return [group, { method: kind, dueOn: deferred?.dueOn ?? null, law: deferred?.law ?? law }];
      }),
    );
  }

  private async record(
    by: By,
    shipmentId: string,
    request: AssessmentRequest,
    of: OwnerOfMoney | undefined,
  ): Promise<Recorded> {
    const assessmentId = idOf(by);
    const books = await this.tariffs.forShipment(by.tenant, shipmentId, request);
    const result = assess(request, books, assessmentId);
    const bytes = canonicalJson(result);
    const resultDigest = `sha256:${sha256(bytes)}`;
    return this.store.transaction(by.tenant, async (tx) => {
      const later = this.later(request, books);
      const base = {
        type: 'RecordAssessment' as const,
        shipmentId,
        assessmentId,
        request,
        result,
        resultDigest,
        later,
      };
      const command = of ? { ...base, of } : base;
      const done = await this.store.execute(assessment, streamOf(shipmentId), command, by, { tx });
      const event = done.events[0]!;
      const { n } = event.data;
      await assessmentRows.keepBooks(
        tx,
        books.filter(({ digest }) => result.rules.some((rule) => rule.digest === digest)),
      );
      const head = { assessmentId, n, recordedAt: event.time, resultDigest };
      await assessmentRows.keep(tx, shipmentId, head, canonicalJson(request), bytes);
      return {
        stored: { ...head, request, result },
        assessmentId,
        n,
        open: event.type === 'DutyAssessed' ? [] : openPoints(result),
        wrote: done.wrote,
      };
    });
  }

  private async review(by: By, shipmentId: string, undated: Undated, error: Invalid | Refused): Promise<Assessed> {
    const assessmentId = idOf(by);
    const lawDate = legalDateAt(this.clock(), this.bookOf(undated.destination)?.book.zone ?? 'UTC');
    const request: AssessmentRequest = { ...undated, lawDate, entryDate: lawDate, fx: [] };
    const questions = [error.message, ...(error.details.advice === undefined ? [] : [error.details.advice])];
    const done = await this.store.execute(
      assessment,
      streamOf(shipmentId),
      { type: 'RecordReview', shipmentId, assessmentId, request, questions },
      by,
    );
    return { stored: null, assessmentId, n: done.events[0]!.data.n, open: questions, wrote: done.wrote };
  }
}

const idOf = (by: By): string => uuidOf(`assessment/${by.tenant}/${by.commandId}`);

/** A stored assessment with every rule book that it names. */
async function withBooks(
  tx: Tx,
  stored: StoredAssessment | null,
): Promise<{ stored: StoredAssessment; books: LoadedRuleBook[] }> {
  if (!stored) throw new NotFound('duties.assessment.unknown', 'no such assessment');
  const books: LoadedRuleBook[] = [];
  for (const { digest } of stored.result.rules) {
    const book = await assessmentRows.book(tx, digest);
    if (book) books.push(book);
  }
  const held = new Set(books.flatMap(({ digest, book }) => [digest, ...book.shared.map((shared) => shared.digest)]));
  if (stored.result.rules.some(({ digest }) => !held.has(digest))) {
    throw new Refused('duties.assessment.rules-missing', 'a rule book that the assessment names is not kept here', {
      advice: 'Restore it by its digest; no other version is used.',
    });
  }
  return { stored, books };
}
