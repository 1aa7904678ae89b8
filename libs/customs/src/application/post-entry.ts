import { createHash } from 'node:crypto';
import type {
  AnswerOf,
  CaseKind,
  CustomsActivities,
  DecidedMoney,
  InputOf,
  listCases,
  listRelatedEntries,
  noteLiquidation,
  openCase,
  decideCase,
  fileAct,
  prepareAct,
  Step,
  TaskSpec,
  Wrote,
} from '@tidewaiter/contracts';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import {
  exact,
  canonicalJson,
  Invalid,
  legalDateAt,
  NotFound,
  Refused,
  TidewaiterError,
  type Instant,
  type LegalDate,
} from '@tidewaiter/kernel';
import { byOf, byOfStep, idFor, type CallerIdentity } from '@tidewaiter/platform';
import type { Authorities } from '../authorities/registry.js';
import {
  decisionsOf,
  entry,
  isOpen,
  mrnOf,
  nextIn,
  nextLook,
  postEntryCase,
  type CaseCommand,
  type CaseRule,
  type Declaration,
  type Entry,
  type EntryCommand,
  type EntryFacts,
  type Person,
  type PostEntryCase,
  type Terms,
} from '../domain/index.js';
import { filings } from '../postgres/filings.repository.js';
import { postEntry } from '../postgres/post-entry.repository.js';
import { entryFactsOf } from './entry-facts.js';
import type { PostEntryRules } from './post-entry-rules.js';
import {
  besideOf,
  caseView,
  clocksView,
  entryView,
  type CaseView,
  type EntryView,
  type StoredCase,
} from './post-entry.views.js';

type Body<R> = InputOf<R> extends { body: infer B } ? B : never;

const unknownEntry = (): NotFound =>
  new NotFound('customs.entry.unknown', 'no such entry', {
    advice: 'An entry is there from the authority’s first word about a declaration on.',
  });
const unknownCase = (): NotFound =>
  new NotFound('customs.case.unknown', 'no such case', { advice: 'Look at the list of cases of your tenant.' });

const personOf = ({ actor, roles }: CallerIdentity): Person => ({ actor, roles });

/** A declaration with all that law makes of it. */
interface Known {
  facts: EntryFacts;
  terms: Terms;
  version: number;
  mrn: string | null;
}

/** Entries after they were made: their legal clocks, and the cases that open them again without rewriting them. */
export class PostEntry {
  constructor(
    private readonly store: EventStore,
    private readonly authorities: Authorities,
    private readonly rules: PostEntryRules,
    private readonly clock: () => Instant,
  ) {}

  // ---- what people see

  async clocks(tenant: string, shipmentId: string, at: Instant | undefined): Promise<{ items: EntryView['clocks'] }> {
    const now = at ?? this.clock();
    const entries = await this.store.transaction(tenant, (tx) => postEntry.entriesOf(tx, shipmentId));
    return { items: entries.flatMap((state) => clocksView(state, this.termsOf(state), now)) };
  }

  async show(tenant: string, declarationId: string): Promise<EntryView> {
    return this.store.transaction(tenant, async (tx) => {
      const found = await postEntry.entry(tx, declarationId);
      if (!found) throw unknownEntry();
      const cases = await postEntry.casesOf(tx, 'declaration_id', declarationId);
      const { state, version } = found;
      return entryView(state, version, cases, this.termsOf(state), (each) => this.ruleOf(state, each), this.clock());
    });
  }

  async shipmentCases(tenant: string, shipmentId: string): Promise<{ items: CaseView[] }> {
    return this.store.transaction(tenant, async (tx) => {
      const cases = await postEntry.casesOf(tx, 'shipment_id', shipmentId);
      return { items: await this.views(tx, cases) };
    });
  }

  async cases(tenant: string, query: InputOf<typeof listCases>['query']): Promise<AnswerOf<typeof listCases>> {
    const { limit, after, ...wanted } = query;
    if (after !== undefined && !/^\d{1,18}$/.test(after)) {
      throw new Invalid('customs.cursor.invalid', '`after` is no cursor of this list', {
        places: [{ pointer: 'query/after', reason: 'not a cursor' }],
      });
    }
    return this.store.transaction(tenant, async (tx) => {
      const found = await postEntry.page(tx, wanted, { limit, before: after ?? null });
      const shown = found.slice(0, limit);
      return {
        items: await this.views(tx, shown),
        next: found.length > limit ? shown.at(-1)!.position : null,
      };
    });
  }

  async case(tenant: string, caseId: string): Promise<CaseView> {
    return this.store.transaction(tenant, async (tx) => {
      const found = await postEntry.case(tx, caseId);
      if (!found) throw unknownCase();
      const [view] = await this.views(tx, [found]);
      return view!;
    });
  }

  async related(tenant: string, caseId: string): Promise<AnswerOf<typeof listRelatedEntries>> {
    return this.store.transaction(tenant, async (tx) => {
      const found = await postEntry.case(tx, caseId);
      if (!found) throw unknownCase();
      const { declarationId, lines } = found.state.opened!;
      const rows = await postEntry.related(
        tx,
        declarationId,
        lines.map(({ line }) => line),
      );
      return {
        items: rows.map(({ entry: state, ...row }) => ({
          ...row,
          entryOn: state?.dates.entry ?? null,
          liquidation: state?.liquidation?.kind ?? null,
        })),
      };
    });
  }

  // ---- what people do to an entry

  noteLiquidation(
    caller: CallerIdentity,
    commandId: string,
    declarationId: string,
    body: Body<typeof noteLiquidation>,
  ): Promise<EntryView> {
    return this.onEntry(caller, commandId, declarationId, body, (terms) => ({
      type: 'NoteLiquidation',
      ...body,
      by: caller.actor,
      terms,
    }));
  }

  extendClock(
    caller: CallerIdentity,
    commandId: string,
    declarationId: string,
    body: { clockId: string; until: LegalDate; ground: string },
  ): Promise<EntryView> {
    return this.onEntry(caller, commandId, declarationId, body, (terms) => ({
      type: 'ExtendClock',
      ...body,
      by: caller.actor,
      terms,
    }));
  }

  meetClock(
    caller: CallerIdentity,
    commandId: string,
    declarationId: string,
    body: { clockId: string; how: string },
  ): Promise<EntryView> {
    return this.onEntry(caller, commandId, declarationId, body, () => ({
      type: 'MeetClock',
      ...body,
      by: caller.actor,
    }));
  }

  // ---- what people do in a case

  async open(
    caller: CallerIdentity,
    commandId: string,
    declarationId: string,
    body: Body<typeof openCase>,
  ): Promise<CaseView> {
    const caseId = idFor('case', caller.tenant, commandId);
    const known = await this.known(caller.tenant, declarationId);
    const by = byOf(caller, known.facts.shipmentId, commandId);
    const { receivedOn, ...rest } = body;
    await this.openCase(known, by, personOf(caller), caseId, {
      ...rest,
      basis: null,
      receivedOn: receivedOn ?? legalDateAt(this.clock(), known.terms.calendar.zone),
    });
    return this.case(caller.tenant, caseId);
  }

  prepare(
    caller: CallerIdentity,
    commandId: string,
    caseId: string,
    version: number,
    body: Body<typeof prepareAct>,
  ): Promise<CaseView> {
    const digest = `sha256:${createHash('sha256')
      .update(canonicalJson({ caseId, ...body }))
      .digest('hex')}`;
    return this.onCase(caller, commandId, caseId, version, body, (common) => ({
      type: 'PrepareAct',
      ...common,
      ...body,
      digest,
    }));
  }

  approve(
    caller: CallerIdentity,
    commandId: string,
    caseId: string,
    version: number,
    { n, digest }: { n: number; digest: string },
  ): Promise<CaseView> {
    return this.onCase(caller, commandId, caseId, version, { n, digest }, (common) => ({
      type: 'ApproveAct',
      ...common,
      n,
      digest,
    }));
  }

  file(
    caller: CallerIdentity,
    commandId: string,
    caseId: string,
    version: number,
    body: Body<typeof fileAct> & { n: number },
  ): Promise<CaseView> {
    return this.onCase(
      caller,
      commandId,
      caseId,
      version,
      body,
      (common) => ({ type: 'FileAct', ...common, ...body }),
      (by) => ({
        type: 'MeetCaseClocks',
        caseId,
        until: 'filed',
        how: `Filed on ${body.filedOn}${body.reference === null ? '' : `, ${body.reference}`}.`,
        by: by.actor,
      }),
    );
  }

  decide(
    caller: CallerIdentity,
    commandId: string,
    caseId: string,
    version: number,
    body: Body<typeof decideCase>,
  ): Promise<CaseView> {
    return this.onCase(
      caller,
      commandId,
      caseId,
      version,
      body,
      ({ rule, person }) => ({ type: 'DecideCase', rule, person, ...body }),
      (_by, kind, terms) => ({ type: 'StartCaseClocks', caseId, kind, start: 'decision', on: body.decidedOn, terms }),
    );
  }

  close(
    caller: CallerIdentity,
    commandId: string,
    caseId: string,
    version: number,
    { reason }: { reason: string },
  ): Promise<CaseView> {
    return this.onCase(
      caller,
      commandId,
      caseId,
      version,
      { reason },
      ({ rule, person }) => ({ type: 'CloseCase', rule, person, reason }),
      (by) => ({ type: 'MeetCaseClocks', caseId, until: 'closed', how: 'The case is closed.', by: by.actor }),
    );
  }

  reopen(
    caller: CallerIdentity,
    commandId: string,
    caseId: string,
    version: number,
    body: { ground: string; on: LegalDate },
  ): Promise<CaseView> {
    return this.onCase(caller, commandId, caseId, version, body, ({ rule, person }) => ({
      type: 'ReopenCase',
      rule,
      person,
      ...body,
    }));
  }

  // ---- what the story of an entry asks

  async review(step: Step, declarationId: string): ReturnType<CustomsActivities['reviewEntry']> {
    const { facts, terms, version: declarationVersion, mrn } = await this.known(step.tenant, declarationId);
    const done = await this.store.execute(
      entry,
      `entry-${declarationId}`,
      { type: 'ReviewEntry', facts, terms, now: this.clock() },
      byOfStep(step),
    );
    const cases = await this.store.transaction(step.tenant, (tx) =>
      postEntry.casesOf(tx, 'declaration_id', declarationId),
    );
    const open = cases.filter(({ state }) => state.status !== 'closed');
    const { shipmentId, editors } = facts;
    const of = {
      ...{ shipmentId, declarationId, declarationVersion, editors, authority: facts.destination },
      debtOn: facts.dates.debt ?? facts.dates.entry ?? null,
    };
    const told = [
      ...cases.flatMap((each) => this.decided(done.state, each)),
      ...billed(done.state),
      ...(facts.invalidated ? this.invalidated(facts) : []),
    ];
    return {
      tasks: [...clockTasks(done.state), ...open.flatMap((each) => this.caseTasks(done.state, each))],
      nextLookAt: nextLook(done.state),
      open: isOpen(done.state) || open.length > 0,
      // The number of the entry is what a transfer quotes where the case has none.
      money: told.map((each) => ({
        ...each,
        ...of,
        references: mrn === null ? each.references : [...each.references, mrn],
      })),
      wrote: done.wrote,
    };
  }

  async settleClock(
    step: Step,
    declarationId: string,
    clockId: string,
    settled: { how: string } | { until: string; ground: string },
  ): ReturnType<CustomsActivities['settleClock']> {
    const { terms } = await this.known(step.tenant, declarationId);
    const command: EntryCommand =
      'how' in settled
        ? { type: 'MeetClock', clockId, how: settled.how, by: step.actor }
        : { type: 'ExtendClock', clockId, ...settled, by: step.actor, terms };
    try {
      const done = await this.store.execute(entry, `entry-${declarationId}`, command, byOfStep(step));
      return { kind: 'settled', wrote: done.wrote };
    } catch (error) {
      if (!(error instanceof TidewaiterError)) throw error;
      return { kind: 'refused', code: error.code, says: error.message };
    }
  }

  /** The petition against a seizure, opened by the seizure itself. */
  async openSeizureCase(
    step: Step,
    declarationId: string,
    { reason, seizedAt }: { reason: string; seizedAt: string },
  ): ReturnType<CustomsActivities['openSeizureCase']> {
    const known = await this.known(step.tenant, declarationId);
    const on = legalDateAt(seizedAt, known.terms.calendar.zone);
    const ours = idFor('case', step.tenant, `seizure/${declarationId}/${seizedAt}`);
    const open = await this.petitionOf(step.tenant, declarationId);
    const caseId = open?.caseId ?? ours;
    let wrote: Wrote = {};
    if (!open) {
      const opened = await this.openByItself(step, known, 'compliance', caseId, {
        ...{ kind: 'petition', medium: 'message', noticeOn: on, receivedOn: on },
        says: `Goods seized: ${reason}`.slice(0, 280),
      });
      if (opened.kind === 'refused') return { kind: 'none', says: opened.says };
      wrote = opened.wrote;
    }
    const { clocks } = await this.case(step.tenant, caseId);
    const clock = clocks.find(({ state }) => state === 'running') ?? clocks[0];
    if (!clock) return { kind: 'opened', caseId, clock: null, wrote };
    const { dueAt, dueOn, law, consequence } = clock;
    return { kind: 'opened', caseId, clock: { dueAt, dueOn, law, consequence }, wrote };
  }

  /** The claim for duty on goods that the consignee refused, where the law of the destination gives it back. */
  async openRejectedGoodsCase(
    step: Step,
    declarationId: string,
    { says, lines }: Parameters<CustomsActivities['openRejectedGoodsCase']>[2],
  ): ReturnType<CustomsActivities['openRejectedGoodsCase']> {
    const known = await this.known(step.tenant, declarationId);
    const { destination } = known.facts;
    const rule = this.rules.rejectedGoods(destination);
    if (!rule)
      return { kind: 'none', says: `no law of ${destination} that gives duty back for refused goods is known here` };
    const changed = lines.map(({ line, released, gone }) => ({
      ...{ line, field: 'quantity' as const, was: released, difference: null },
      becomes: gone.reduce((left, value) => left.minus(value), exact(released)).toFixed(),
    }));
    const caseId = idFor('case', step.tenant, `rejected/${declarationId}`);
    const opened = await this.openByItself(step, known, 'compliance', caseId, {
      ...{ kind: rule.kind, medium: 'own-review', lines: changed },
      says: `${says} (${rule.rejected!})`.slice(0, 280),
    });
    return opened.kind === 'opened' ? opened : { kind: 'none', says: opened.says };
  }

  private async petitionOf(tenant: string, declarationId: string): Promise<StoredCase | undefined> {
    const cases = await this.store.transaction(tenant, (tx) => postEntry.casesOf(tx, 'declaration_id', declarationId));
    return cases.find(({ state }) => state.opened?.kind === 'petition' && state.status !== 'closed');
  }

  async openVoidanceCases(
    step: Step,
    claim: Parameters<CustomsActivities['openVoidanceCases']>[1],
  ): ReturnType<CustomsActivities['openVoidanceCases']> {
    const { shipmentId, voidanceId, citation } = claim;
    const entries = await this.store.transaction(step.tenant, (tx) => postEntry.entriesOf(tx, shipmentId));
    const opened: string[] = [];
    const skipped: { declarationId: string; says: string }[] = [];
    const wrote: Wrote = {};
    for (const state of entries) {
      const { declarationId } = state.filing!;
      const caseId = idFor('case', step.tenant, `voidance/${voidanceId}/${declarationId}`);
      const known = await this.known(step.tenant, declarationId);
      const done = await this.openByItself(step, known, 'compliance', caseId, {
        ...{ kind: 'refund', medium: 'law', basis: { voidanceId, citation }, lines: claim.lines, claim: claim.claim },
        says: `Duty charged under ${citation}, which does not hold any more.`,
      });
      if (done.kind === 'refused') {
        skipped.push({ declarationId, says: done.says });
        continue;
      }
      opened.push(caseId);
      Object.assign(wrote, done.wrote);
    }
    return { opened, skipped, wrote };
  }

  /** Opened once for an amendment, for whoever may correct an entry. */
  async openCorrection(
    step: Step,
    { declarationId, orderId, says }: Parameters<CustomsActivities['openCorrection']>[1],
  ): ReturnType<CustomsActivities['openCorrection']> {
    const caseId = idFor('case', step.tenant, `correction/${orderId}`);
    const known = await this.known(step.tenant, declarationId);
    return this.openByItself(step, known, 'operator', caseId, { kind: 'correction', medium: 'own-review', says });
  }

  // ---- how

  private termsOf({ filing }: Entry): Terms {
    return this.rules.terms(filing?.destination ?? '', 'UTC');
  }

  private ruleOf({ filing }: Entry, { opened }: PostEntryCase): CaseRule | undefined {
    return opened ? this.rules.caseRule(opened.kind, filing?.destination ?? '') : undefined;
  }

  /** @throws NotFound `customs.entry.unknown` */
  private async known(tenant: string, declarationId: string): Promise<Known> {
    return this.store.transaction(tenant, async (tx) => {
      const { rows } = await tx.query<{ state: Declaration }>(
        'select state from declarations where tenant_id = $1 and declaration_id = $2',
        [tenant, declarationId],
      );
      const state = rows[0]?.state;
      if (!state?.filing || state.notices.length === 0) throw unknownEntry();
      const [first] = await filings.prepared(tx, declarationId);
      const { authority, channel } = state.filing;
      const { destination, zone } = this.authorities.named(
        authority,
        channel,
        first?.preparedAt ?? this.clock(),
      ).profile;
      const terms = this.rules.terms(destination, zone);
      const { version } = state;
      const facts = entryFactsOf({ ...state, filing: state.filing }, destination, terms.calendar.zone);
      return { terms, facts, version, mrn: mrnOf(state, version) };
    });
  }

  private async onEntry(
    caller: CallerIdentity,
    commandId: string,
    declarationId: string,
    fingerprint: object,
    command: (terms: Terms) => EntryCommand,
  ): Promise<EntryView> {
    const known = await this.known(caller.tenant, declarationId);
    const { facts, terms } = known;
    const by = byOf(caller, facts.shipmentId, commandId);
    await this.store.transaction(caller.tenant, async (tx) => {
      await this.lookFirst(tx, by, known);
      await this.store.execute(entry, `entry-${declarationId}`, command(terms), by, { tx, fingerprint });
    });
    return this.show(caller.tenant, declarationId);
  }

  /** What is done to an entry is judged by its clocks as they stand now, not as they stood at the last look. */
  private async lookFirst(tx: Tx, by: By, { facts, terms }: Known): Promise<Entry> {
    const look = { ...by, commandId: `${by.commandId}/look`, actor: 'system:law' };
    const stream = `entry-${facts.declarationId}`;
    await this.store.execute(entry, stream, { type: 'ReviewEntry', facts, terms, now: this.clock() }, look, { tx });
    return (await this.store.load(entry, by.tenant, stream, tx)).state;
  }

  /**
   * Opens a case that nobody asked for by hand, once for its id; dated today unless it says otherwise. What will pass is thrown, so that the
   * step comes again.
   *
   * @returns the refusal, where the law or the entry has no room for the case
   */
  private async openByItself(
    step: Step,
    known: Known,
    role: string,
    caseId: string,
    what: Pick<Opening, 'kind' | 'medium' | 'says'> & Partial<Opening>,
  ): Promise<{ kind: 'opened'; caseId: string; wrote: Wrote } | { kind: 'refused'; code: string; says: string }> {
    const today = legalDateAt(this.clock(), known.terms.calendar.zone);
    try {
      const wrote = await this.openCase(known, byOfStep(step), { actor: step.actor, roles: [role] }, caseId, {
        ...{ reference: null, documentId: null, basis: null, lines: [], claim: null },
        ...{ noticeOn: today, receivedOn: today },
        ...what,
      });
      return { kind: 'opened', caseId, wrote };
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error.kind === 'unavailable' || error.kind === 'conflict') throw error;
      return { kind: 'refused', code: error.code, says: error.message };
    }
  }

  private async openCase(known: Known, by: By, person: Person, caseId: string, what: Opening): Promise<Wrote> {
    const { declarationId, destination } = known.facts;
    const rule = this.rules.caseRule(what.kind, destination);
    if (!rule) {
      throw new Refused('customs.case.none-here', `no case of kind ${what.kind} is known in ${destination}`, {
        advice: 'Open the kind of case that the destination’s law has.',
      });
    }
    return this.store.transaction(by.tenant, async (tx) => {
      const state = await this.lookFirst(tx, by, known);
      const beside = besideOf(await postEntry.casesOf(tx, 'declaration_id', declarationId), caseId);
      const opened = await this.store.execute(
        postEntryCase,
        `case-${caseId}`,
        { type: 'OpenCase', caseId, rule, entry: state, beside, person, ...what },
        by,
        { tx, fingerprint: { declarationId, kind: what.kind, says: what.says } },
      );
      const clocks = await this.startClocks(tx, by, known, caseId, what.kind, 'case', what.noticeOn);
      return { ...opened.wrote, ...clocks };
    });
  }

  private async startClocks(
    tx: Tx,
    by: By,
    { facts, terms }: Known,
    caseId: string,
    kind: CaseKind,
    start: 'case' | 'decision',
    on: LegalDate,
  ): Promise<Wrote> {
    const done = await this.store.execute(
      entry,
      `entry-${facts.declarationId}`,
      { type: 'StartCaseClocks', caseId, kind, start, on, terms },
      by,
      { tx },
    );
    return done.wrote;
  }

  private async onCase(
    caller: CallerIdentity,
    commandId: string,
    caseId: string,
    version: number,
    fingerprint: object,
    command: (common: { rule: CaseRule; entry: Entry; person: Person }) => CaseCommand,
    afterwards?: (by: By, kind: CaseKind, terms: Terms) => EntryCommand,
  ): Promise<CaseView> {
    const stored = await this.store.transaction(caller.tenant, (tx) => postEntry.case(tx, caseId));
    if (!stored) throw unknownCase();
    const { declarationId, shipmentId, kind } = stored.state.opened!;
    const known = await this.known(caller.tenant, declarationId);
    const rule = this.rules.caseRule(kind, known.facts.destination)!;
    const by = byOf(caller, shipmentId, commandId);
    await this.store.transaction(caller.tenant, async (tx) => {
      const state = await this.lookFirst(tx, by, known);
      await this.store.execute(
        postEntryCase,
        `case-${caseId}`,
        command({ rule, entry: state, person: personOf(caller) }),
        by,
        { tx, expectedVersion: version, fingerprint },
      );
      if (afterwards) {
        await this.store.execute(entry, `entry-${declarationId}`, afterwards(by, kind, known.terms), by, { tx });
      }
    });
    return this.case(caller.tenant, caseId);
  }

  private async views(tx: Tx, cases: readonly StoredCase[]): Promise<CaseView[]> {
    const now = this.clock();
    const views: CaseView[] = [];
    for (const each of cases) {
      const { declarationId } = each.state.opened!;
      const state = (await postEntry.entry(tx, declarationId))!.state;
      const beside = besideOf(await postEntry.casesOf(tx, 'declaration_id', declarationId), each.caseId);
      views.push(caseView(each, this.ruleOf(state, each.state), beside, clocksView(state, this.termsOf(state), now)));
    }
    return views;
  }

  /** What a case makes owed or has come back, as it was decided last; a later decision without money takes that of an earlier one away. */
  private decided(entered: Entry, { caseId, state }: StoredCase): Told[] {
    const rule = this.ruleOf(entered, state);
    const { opened, decision } = state;
    if (!rule || !opened || !decision) return [];
    const { says, lines, decidedOn, outcome, owed } = decision;
    const refund = outcome === 'denied' ? null : decision.refund;
    const n = decisionsOf(state);
    if (!owed && !refund && n === 1) return [];
    const filed = state.acts.at(-1)?.reference ?? null;
    const numbers = [decision.demand?.reference, opened.reference, filed].flatMap((each) => each ?? []);
    return [
      {
        ...{ caseId, decision: n, law: rule.law, says, lines, decidedOn, owed, refund },
        ...{ demand: decision.demand ?? null, citation: opened.basis?.citation ?? null, references: numbers },
      },
    ];
  }

  /** Of a declaration that was invalidated nothing is owed: what was paid is claimed back. */
  private invalidated({ declarationId, destination, dates }: EntryFacts): Told[] {
    const law = this.rules.caseRule('refund', destination)?.law;
    if (law === undefined) return [];
    const decidedOn = dates.release ?? dates.entry;
    if (decidedOn === undefined) return [];
    return [
      {
        ...{ caseId: `invalidation/${declarationId}`, decision: 1, law, says: 'The declaration was invalidated' },
        ...{
          lines: [],
          decidedOn,
          owed: null,
          refund: null,
          allPaid: true,
          demand: null,
          citation: null,
          references: [],
        },
      },
    ];
  }

  private caseTasks(state: Entry, { caseId, state: held }: StoredCase): { key: string; task: TaskSpec }[] {
    const rule = this.ruleOf(state, held);
    const next = rule && nextIn(held, rule);
    if (!next || next.role === 'authority') return [];
    const { declarationId, kind, reference } = held.opened!;
    const due = state.clocks
      .filter((clock) => clock.caseId === caseId && clock.state === 'running')
      .map(({ dueAt }) => dueAt)
      .sort()[0];
    return [
      {
        key: `case:${caseId}:${held.status}:${held.acts.length}`,
        task: {
          kind: 'handle-case',
          role: next.role,
          says: next.says,
          about: { declarationId, caseId, kind, reference, status: held.status },
          due: due ?? null,
        },
      },
    ];
  }
}

/** What is said of a case when it is opened. */
type Opening = Omit<
  Extract<CaseCommand, { type: 'OpenCase' }>,
  'type' | 'rule' | 'entry' | 'beside' | 'person' | 'caseId'
>;

type Told = Omit<
  DecidedMoney,
  'shipmentId' | 'declarationId' | 'declarationVersion' | 'authority' | 'debtOn' | 'editors'
>;

/** Liquidations that changed the duty are billed or refunded, each for itself (19 USC 1505(b)). */
const billed = ({ filing, bills = [] }: Entry): Told[] =>
  bills.map(({ on, change, says, difference, demand }) => {
    const sum = { amount: difference.amount.replace('-', ''), currency: difference.currency };
    return {
      ...{ caseId: `liquidation/${filing!.declarationId}/${on}`, decision: 1, law: '19 USC 1505(b)', says, lines: [] },
      ...{ decidedOn: on, citation: null, demand: demand ?? null },
      ...{ owed: change === 'increase' ? sum : null, refund: change === 'decrease' ? sum : null },
      references: demand ? [demand.reference] : [],
    };
  });

/** A term of ours that nears its end, or has passed, waits for a person. */
function clockTasks({ filing, clocks }: Entry): { key: string; task: TaskSpec }[] {
  return clocks.flatMap((clock): { key: string; task: TaskSpec }[] => {
    const { clockId, caseId, side, state, warned, what, law, dueOn, dueAt, zone, consequence, role } = clock;
    if (side !== 'duty') return [];
    const about = { declarationId: filing!.declarationId, clockId, caseId, dueOn, law };
    const place = zone.split('/').at(-1)!.replaceAll('_', ' ');
    if (state === 'ran-out') {
      const says = `${what}: the last day was ${dueOn} (${law}). ${consequence}. Say what is done about it.`;
      return [{ key: `clock:${clockId}:passed`, task: { kind: 'clock-passed', role, says, about, due: null } }];
    }
    if (state !== 'running' || !warned) return [];
    const says = `${what} by the end of ${dueOn} in ${place} (${law}). If it runs out: ${consequence}.`;
    return [{ key: `clock:${clockId}:${dueOn}`, task: { kind: 'watch-clock', role, says, about, due: dueAt } }];
  });
}
