import { exact, newId } from '@tidewaiter/kernel';
import { CDS_QUICK, CDS_REAL_TIME, WEBHOOK } from '../plumbing/channel.js';
import { drawn, idFrom, sha256, uuidFrom } from '../plumbing/digest.js';
import { Face, type Broken, type Trouble, type World } from '../plumbing/face.js';
import type { Stamped } from '../plumbing/ledger.js';
import { Outbox, type Address, type Outgoing } from '../plumbing/outbox.js';
import type { ChannelName, FaultKind } from '../scripts/faults.js';
import type { AuthorityStep, Occasion } from '../scripts/scripts.js';
import { USUAL_LIMIT, type Movement, type Opening } from './accounts.js';
import { statementBatch } from './ace/statements.js';
import { aceVoice } from './ace/voice.js';
import { amended } from './changes.js';
import { isDeferred, isPrelodged, referenceIn, type Declared } from './declared.js';
import { edifactVoice } from './edifact/voice.js';
import {
  Filings,
  type AuthorityEntry,
  type DueNow,
  type Filing,
  type Notification,
  type RequestFiling,
  type Requested,
  type Taken,
} from './filings.js';
import { mrnOf, withWrongCheck } from './mrn.js';
import { acceptedXml, cdsVoice, uploadXml } from './notifications.js';
import {
  plotOf,
  requestPlotOf,
  scripted,
  USUAL_RELEASE,
  USUAL_SUMMARY,
  type Correction,
  type PlotStep,
} from './plot.js';
import { levelsOf } from './pointer.js';
import { Referee } from './referee.js';
import { judgeRequest, type RequestKind, type RequestRead } from './requests.js';
import { chanceOf } from './risk.js';
import { judge, problem, warningsOf, type Memory, type Problem } from './rules.js';
import { computeTax, falsified, quotaDrawn, type TaxCalculation } from './tax.js';
import { CRITICAL, isCountry, measureOf, type Country } from './tariff.js';
import {
  ENQUIRED_FOR,
  GIVEN_UP_AFTER,
  KEPT_FOR,
  LAPSES_AFTER,
  PAPERS_DUE,
  PAYMENT_DUE,
  REMINDED_EVERY,
  waitBefore,
  DAY,
} from './timing.js';
import { plainSpeech, type Said, type Speech, type Voice } from './voice.js';

export interface AuthoritySettings {
  clientId: string;
  clientSecret: string;
  callbackToken: string;
  /** where EDIFACT answers are posted, the partner's name appended; null: they wait to be fetched */
  edifactUrl: string | null;
  /** requests a second that CDS takes; null: as many as come */
  rate: number | null;
}

/** A message that has passed the form check of its channel. */
export interface Incoming {
  channel: ChannelName;
  partner: string;
  envelope: Record<string, string>;
  bytes: Buffer;
}

/** What became of a transmission on the wire. */
export type Lodged =
  | { kind: 'taken'; conversationId: string; slow?: number; isUnreadable: boolean; afterwards: () => void }
  | { kind: 'refused'; conversationId: string; errors: Problem[] }
  | (Broken & { conversationId: string });

/** What an enquiry comes to. @see `on: enquiry` of the scripts */
export interface Enquired {
  /** newest first */
  found: Filing[];
  /** an error instead of an answer */
  status: number | null;
}

type Course = Filing | RequestFiling;

/** Milliseconds to the next statements where nobody waits for the night. */
const HURRIED_NIGHT = 300;

const NOTIFICATIONS = '/v1/inbound/customs/cds/notifications';
const VOICES: Record<ChannelName, Voice> = { cds: cdsVoice, edifact: edifactVoice, ace: aceVoice };
const OCCASION: Record<RequestKind, Occasion> = { amend: 'amendment', cancel: 'cancellation', arrive: 'arrival' };
const monthOf = (at: Date): string => at.toISOString().slice(0, 7);
const step = (act: Omit<PlotStep, 'after' | 'until'>, until: PlotStep['until'] = null): PlotStep =>
  ({ ...act, after: null, until }) as PlotStep;

/** The customs authority: takes declarations, judges them, computes tax, and tells what it decided. */
export class Authority extends Face<AuthorityEntry> {
  readonly filings: Filings;
  readonly referee: Referee;
  /** by channel: what was decided and not yet delivered */
  readonly outboxes: Record<ChannelName, Outbox>;
  private readonly watched = new Set<string>();

  constructor(
    world: World,
    readonly settings: AuthoritySettings,
  ) {
    super('authority', world);
    this.filings = new Filings(world.clock.now);
    this.referee = new Referee(this.filings, [settings.clientSecret, settings.callbackToken], world, (finding) =>
      this.record({ type: 'noted', ...finding }),
    );
    const outbox = (contract: ConstructorParameters<typeof Outbox>[0], channel: ChannelName): Outbox =>
      new Outbox(
        contract,
        world.clock,
        (outgoing) => this.addressOf(outgoing, channel),
        (delivered) => this.record({ type: 'delivered', ...delivered }),
        (attempt) => (channel === 'cds' ? this.referee.sawPush(attempt) : undefined),
        (id) => this.record({ type: 'expired', id }),
      );
    this.outboxes = {
      cds: outbox(world.realTime ? CDS_REAL_TIME : CDS_QUICK, 'cds'),
      edifact: outbox(settings.edifactUrl === null ? null : WEBHOOK, 'edifact'),
      ace: outbox(null, 'ace'),
    };
    this.rebuild();
  }

  protected evolve(entry: Stamped<AuthorityEntry>): void {
    this.filings.evolve(entry);
    const written =
      entry.type === 'acted' || entry.type === 'interchange'
        ? entry.notifications
        : entry.type === 'papers' || entry.type === 'statement'
          ? [entry.notification]
          : [];
    for (const { push, channel } of written) if (push) this.outboxes[channel].note(push, Date.parse(entry.at));
    const outboxes = Object.values(this.outboxes);
    if (entry.type === 'delivered') for (const each of outboxes) each.noteDelivered(entry.id, entry.copy);
    if (entry.type === 'pulled' || entry.type === 'expired') for (const each of outboxes) each.withdraw(entry.id);
  }

  /** After a start: undelivered notifications go out again, unfinished filings go on. */
  resume(): void {
    for (const outbox of Object.values(this.outboxes)) outbox.resume();
    for (const course of this.filings.courses()) this.advance(course);
    this.planStatements();
  }

  /** One declaration whose form the gateway has passed. */
  lodge(declared: Declared, incoming: Incoming): Lodged {
    const { bytes, channel, partner, envelope } = incoming;
    const text = bytes.toString('utf8');
    const lrn = declared.lrn ?? '';
    const reference = this.referenceOf(declared);
    const contentDigest = sha256(lrn === '' ? text : text.replaceAll(lrn, ''));
    const isSummary = channel === 'ace' && lrn.endsWith('/AE');
    const occasion = isSummary ? 'summary' : 'declaration';
    const met = this.meet(occasion, { ...this.filings.occasion(lrn, contentDigest), channel }, reference);
    if (met.turnedAway) return this.turnAway(met, { lrn, reference, bytes, channel });
    const conversationId = newId();
    const now = this.clock.date();
    const isKnownCountry = declared.destination !== null && /^[A-Z]{2}$/.test(declared.destination);
    const found = judge(declared, this.filings, now);
    const taken: Taken = {
      ...{ conversationId, channel, partner, envelope, lrn, reference, contentDigest, declared },
      ducr: declared.ducr ?? '',
      mrn:
        channel === 'ace'
          ? lrn
          : mrnOf(isKnownCountry ? declared.destination! : 'GB', now.getUTCFullYear(), conversationId),
      bytesDigest: sha256(bytes),
      bytes: text,
      plot: plotOf(met.step, {
        found,
        warnings: found.length === 0 ? warningsOf(declared, now) : [],
        isPrelodged: isPrelodged(declared),
        chance: found.length === 0 && !isSummary ? this.chance(declared, lrn, now) : [],
        ...(isSummary ? { usual: this.summaryAfter(lrn) } : channel === 'ace' ? { usual: USUAL_RELEASE } : {}),
      }),
      silent: this.silenceOf(met.step),
    };
    this.referee.sawDeclaration(taken);
    this.record({ type: 'taken', taken, used: met.used, channel });
    return this.lodged(met, conversationId);
  }

  /** The debt of a summary is wrong where the script of the release says so: one script for all channels. */
  private summaryAfter(lrn: string): PlotStep[] {
    const release = this.filings.byMrn.get(lrn.replace('/AE', ''));
    const told = release?.plot.findLast((each) => each.do === 'tax');
    const wrong = told?.do === 'tax' ? told.wrong : null;
    return USUAL_SUMMARY.map((each) => (each.do === 'tax' ? { ...each, wrong } : each));
  }

  /** One request about a declaration. */
  ask(request: RequestRead, incoming: Incoming): Lodged {
    const { bytes, channel, partner, envelope } = incoming;
    const filing = this.filings.byMrn.get(request.mrn) ?? null;
    const reference = filing?.reference ?? request.lrn;
    const met = this.meet(
      OCCASION[request.kind],
      { attempt: (filing?.requests.length ?? 0) + 1, version: filing?.version ?? 1, channel },
      reference,
    );
    if (met.turnedAway) return this.turnAway(met, { lrn: request.lrn, reference, bytes, channel });
    const about = this.filings.target(request.mrn);
    const now = this.clock.date();
    const found = judgeRequest(request, about, channel, now);
    const conversationId = newId();
    const requested: Requested = {
      ...{ conversationId, channel, partner, envelope, lrn: request.lrn, reference, request },
      bytesDigest: sha256(bytes),
      bytes: bytes.toString('utf8'),
      plot: requestPlotOf(
        met.step,
        request.kind,
        found.length > 0 ? found : this.judgeAmended(request, filing, now),
        this.usualAnswer(filing),
      ),
      silent: this.silenceOf(met.step),
    };
    this.referee.sawRequest(request, about, requested.bytes);
    this.record({ type: 'requested', requested, used: met.used, channel });
    return this.lodged(met, conversationId);
  }

  /** What the rules say of the content as it would be after the amendment. */
  private judgeAmended({ kind, changes }: RequestRead, filing: Filing | null, now: Date): Problem[] {
    if (kind !== 'amend' || !filing) return [];
    const next = amended(filing.current, changes);
    const memory: Memory = {
      isLrnTaken: () => false,
      isDucrTaken: () => false,
      isAccountUsable: (dan, parties) => this.filings.isAccountUsable(dan, parties),
      quotaLeft: this.filings.quotaLeft,
    };
    return judge(next, memory, now);
  }

  /** Where papers or an examination run, the officer does not let go of what was declared. */
  private usualAnswer(filing: Filing | null): 'grant' | 'deny' {
    const isLookedAt = filing !== null && ['1', '2'].includes(filing.route) && filing.releasedAt === null;
    return isLookedAt ? 'deny' : 'grant';
  }

  private referenceOf(declared: Declared): string {
    const candidates = [
      ...(declared.ducr === null ? [] : [referenceIn(declared.ducr)]),
      ...(declared.lrn === null ? [] : [declared.lrn]),
      ...declared.references,
    ];
    return candidates.find((each) => this.world.scripts.has(each)) ?? candidates[0] ?? '';
  }

  private silenceOf(scriptStep: AuthorityStep | null): Taken['silent'] {
    if (scriptStep?.answer !== 'silence') return null;
    return scriptStep.for === undefined ? 'until-asked' : this.clock.now() + scriptStep.for;
  }

  /** What script and faults make of a transmission before anybody reads it. */
  private meet(
    on: Occasion,
    occasion: { attempt: number; version: number; channel: ChannelName },
    reference: string,
  ): { step: AuthorityStep | null; trouble: Trouble | null; turnedAway: boolean; slow?: number; used: string[] } {
    const next = this.world.scripts.nextAuthorityStep({ on, ...occasion }, reference, this.consumed);
    const used: string[] = [];
    const scriptStep = next?.step ?? null;
    const isScripted = scriptStep?.answer === 'http' || scriptStep?.answer === 'refuse-syntax';
    const trouble: Trouble | null = isScripted
      ? scriptStep.answer === 'http'
        ? { when: scriptStep.acting, status: scriptStep.status }
        : null
      : this.trouble(reference, used, occasion.channel);
    const turnedAway = trouble?.when === 'before' || scriptStep?.answer === 'refuse-syntax';
    // A step is used by what it decides; what never arrived leaves it for the next.
    if (next && (!turnedAway || isScripted)) used.push(next.key);
    const slow = this.fault('slow', reference, used, occasion.channel)?.by;
    return { step: scriptStep, trouble, turnedAway, slow, used };
  }

  private turnAway(
    met: { step: AuthorityStep | null; trouble: Trouble | null; used: string[] },
    { lrn, reference, bytes, channel }: { lrn: string; reference: string; bytes: Buffer; channel: ChannelName },
  ): Lodged {
    const status = met.trouble ? met.trouble.status : 400;
    const why = met.trouble ? 'fault or script' : 'refused for its form by a script';
    const text = bytes.toString('utf8');
    this.record({
      type: 'turned-away',
      status,
      bytesDigest: sha256(bytes),
      bytes: text,
      lrn,
      reference,
      why,
      used: met.used,
      channel,
    });
    const conversationId = newId();
    if (met.trouble) return { kind: 'broken', status: met.trouble.status, within: met.trouble.within, conversationId };
    const errors = (met.step?.errors ?? []).map(({ code, pointer, says }) => problem(code, pointer, says ?? 'refused'));
    return { kind: 'refused', conversationId, errors };
  }

  private lodged(
    met: { step: AuthorityStep | null; trouble: Trouble | null; slow?: number },
    conversationId: string,
  ): Lodged {
    const afterwards = (): void => this.advance(this.filings.course(conversationId)!);
    if (met.trouble) return { ...met.trouble, kind: 'broken', conversationId, afterwards };
    return {
      kind: 'taken',
      conversationId,
      slow: met.slow,
      isUnreadable: met.step?.answer === 'unreadable',
      afterwards,
    };
  }

  noteTurnedAway(bytes: Buffer, status: number, why: string, channel: ChannelName = 'cds'): string {
    const text = bytes.subarray(0, 1_000_000).toString('utf8');
    this.record({
      type: 'turned-away',
      status,
      bytesDigest: sha256(bytes),
      bytes: text,
      lrn: null,
      reference: null,
      why,
      channel,
    });
    return newId();
  }

  /** What the unscripted authority does beside the usual course. */
  private chance(declared: Declared, lrn: string, now: Date): PlotStep[] {
    const { seed } = this.world;
    const country = declared.destination;
    if (isCountry(country) && declared.items.some((item) => this.isCritical(item, country))) {
      // The quota is nearly used up: secured now, final the next working day.
      return [
        step({ do: 'tax', kind: 'indicative', wrong: null } as PlotStep),
        step({ do: 'tax', kind: 'secured', wrong: null } as PlotStep),
        step({ do: 'release' }),
        {
          ...step({ do: 'tax', kind: 'assessed', wrong: null } as PlotStep),
          after: this.world.pace === 'lifelike' ? DAY : null,
        },
        step({ do: 'clear' }, 'payment'),
      ];
    }
    if (seed === null) return [];
    const isFirst = ![...this.filings.byConversation.values()].some(
      (each) => each.declared.importer === declared.importer,
    );
    return chanceOf(seed, lrn, declared, isFirst, now);
  }

  private isCritical(item: Declared['items'][number], country: Country): boolean {
    const order = quotaDrawn(item, measureOf(country, item.commodity ?? ''), this.filings.quotaLeft);
    return (
      order !== null &&
      exact(this.filings.quotaLeft(order))
        .minus(item.netMass ?? '0')
        .lessThan(CRITICAL)
    );
  }

  /** Goes on with a declaration or a request as far as it can without waiting for somebody. */
  private advance(course: Course): void {
    const next = course.plot[course.position];
    if (next && course.kind === 'declaration' && this.fallsShort(course, next)) return;
    if (!next || !this.isReady(course, next)) {
      this.releaseHeld(course);
      if (next && course.kind === 'declaration') this.watch(course, next);
      return;
    }
    const { conversationId, position } = course;
    const wait = waitBefore(
      this.world.pace,
      next,
      position === 0,
      course.kind === 'request',
      `${conversationId}/${position}`,
    );
    this.timers.at(course.lastActAt.getTime() + (next.after ?? wait), () => {
      if (course.plot[course.position] === next && this.isReady(course, next)) this.act(course, next);
    });
  }

  private isReady(course: Course, next: PlotStep): boolean {
    if (course.kind === 'request') return true;
    if (course.short && next.do !== 'short' && next.do !== 'invalidate') return false;
    if (this.isFundedBefore(course, next)) return false;
    if (next.until === 'payment') return course.due === null || course.isPaid;
    if (next.until === 'documents') return course.hasPapers;
    if (next.until === 'arrival') return course.isArrived;
    if (next.until === 'grant') return course.hasGrant;
    return true;
  }

  private chargesAccount(filing: Filing, next: PlotStep): string | null {
    const isCharge = next.do === 'tax' && next.kind === 'assessed' && isDeferred(filing.current);
    return isCharge ? filing.current.dan : null;
  }

  /** Another declaration waits for money on the same account: this one stands behind it. */
  private isFundedBefore(filing: Filing, next: PlotStep): boolean {
    const dan = this.chargesAccount(filing, next);
    return dan !== null && this.filings.onAccount(dan).some((each) => each !== filing && each.short !== null);
  }

  /** Whether the account cannot bear the debt; says so once, and then waits for a top-up. */
  private fallsShort(filing: Filing, next: PlotStep): boolean {
    const dan = this.chargesAccount(filing, next);
    if (dan === null || filing.short || this.isFundedBefore(filing, next)) return false;
    const calculation = this.calculate(filing, next as Extract<PlotStep, { do: 'tax' }>, []);
    if (!calculation) return false;
    this.openAtFirstUse(dan, filing, calculation.currency);
    const wanted = exact(calculation.total).minus(filing.charged);
    const missing = wanted.minus(this.filings.accounts.available(dan, this.clock.date()));
    if (missing.lessThanOrEqualTo(0)) return false;
    this.extend(
      filing,
      [step({ do: 'short', amount: missing.toFixed(2), isReminder: false } as PlotStep)],
      'account too low',
    );
    this.advance(filing);
    return true;
  }

  private openAtFirstUse(dan: string, filing: Filing, currency: string): void {
    if (this.filings.accounts.get(dan)) return;
    const { importer, declarant, representative } = filing.current;
    const holders = [...new Set([importer, declarant, representative?.id].flatMap((each) => each ?? []))];
    this.record({ type: 'opened', account: { dan, holders, currency, limit: USUAL_LIMIT, isSuspended: false } });
  }

  /** Puts acts before the next one, or in the place of all that were to come. */
  private extend(course: Course, steps: PlotStep[], why: string, instead = false): void {
    this.record({ type: 'extended', conversationId: course.conversationId, steps, instead, why });
  }

  /** Deadlines of a declaration that waits: for papers, for its goods, for money. */
  private watch(filing: Filing, next: PlotStep): void {
    const plan = (name: string, due: number, act: () => void): void => {
      const key = `${filing.conversationId}/${filing.position}/${name}/${due}`;
      if (this.watched.has(key)) return;
      this.watched.add(key);
      this.timers.at(due, () => (filing.plot[filing.position] === next ? act() : undefined), { isDeadline: true });
    };
    const giveUp = (reason: string): void => {
      this.extend(filing, [step({ do: 'invalidate', reason } as PlotStep)], reason, true);
      this.advance(filing);
    };
    if (filing.short) {
      const since = filing.short.since.getTime();
      const reminders = Math.max(1, Math.ceil((this.clock.now() - since + 1) / REMINDED_EVERY));
      plan('funds', since + GIVEN_UP_AFTER, () => filing.short && giveUp('The account was not topped up in time'));
      if (reminders * REMINDED_EVERY < GIVEN_UP_AFTER) {
        plan('reminder', since + reminders * REMINDED_EVERY, () => {
          if (!filing.short) return;
          const { amount } = filing.short;
          this.extend(filing, [step({ do: 'short', amount, isReminder: true } as PlotStep)], 'still too low');
          this.advance(filing);
        });
      }
      return;
    }
    if (next.until === 'arrival') {
      plan('lapse', filing.receivedAt.getTime() + LAPSES_AFTER, () => giveUp('Not arrived within 30 days'));
    }
    if (next.until === 'documents' && filing.askedPapersAt) {
      const asked = filing.plot
        .slice(0, filing.position)
        .filter((each) => each.do === 'route' && each.to === 'documents');
      plan('papers', filing.askedPapersAt.getTime() + PAPERS_DUE, () => {
        if (asked.length > 1) return giveUp('The papers did not come');
        this.extend(filing, [step({ do: 'route', to: 'documents' } as PlotStep)], 'papers overdue');
        this.advance(filing);
      });
    }
  }

  private releaseHeld({ silent, conversationId, reference, channel }: Course): void {
    if (silent === 'until-asked') return;
    const reorder = this.fault('reorder', reference, [], channel);
    this.outboxes[channel].release(conversationId, reorder ? 'newest-first' : 'as-decided', reorder?.window);
  }

  private act(course: Course, next: PlotStep): void {
    const { conversationId, position, channel, reference } = course;
    const filing = course.kind === 'declaration' ? course : (this.filings.byMrn.get(course.request.mrn) ?? null);
    const at = this.clock.date();
    const used: string[] = [];
    const entry: Extract<AuthorityEntry, { type: 'acted' }> = {
      type: 'acted',
      conversationId,
      position,
      decidedAt: at.toISOString(),
      notifications: [],
    };
    if (next.do === 'tax' && filing) this.assess(filing, next, entry, used);
    const due = entry.due ? { ...entry.due, by: new Date(at.getTime() + PAYMENT_DUE) } : null;
    const said = this.say(course, filing, next, at, { calculation: entry.calculation ?? null, due }, used);
    if (said) entry.notifications.push(...this.notificationsOf(course, said, used));
    if (next.do === 'accept') entry.notifications.push(...this.strays(course as Filing, at, used));
    const block = said ? this.fault('block', reference, used, channel) : null;
    this.record({ ...entry, used, channel });
    if (block) this.outboxes[channel].block(this.clock.now() + block.for);
    for (const each of entry.notifications) if (each.push) this.outboxes[each.channel].send(each.id);
    for (const { id, isGone } of entry.notifications) if (isGone) this.record({ type: 'expired', id });
    this.follow(course, filing, next);
    this.advance(course);
    if (channel === 'ace') this.planStatements();
  }

  /** Computes the debt of an act and what becomes of it: money due, a charge on the account, kilograms of a quota. */
  private assess(
    filing: Filing,
    next: Extract<PlotStep, { do: 'tax' }>,
    entry: Extract<AuthorityEntry, { type: 'acted' }>,
    used: string[],
  ): void {
    const calculation = this.calculate(filing, next, used);
    if (!calculation) return;
    entry.calculation = calculation;
    if (next.kind !== 'assessed') return;
    const { dan } = filing.current;
    // In the United States a statement asks for the money.
    entry.due = filing.channel === 'ace' || isDeferred(filing.current) ? null : this.dueOf(filing, calculation);
    if (dan !== null) entry.charge = { dan, ...this.chargeOf(filing, calculation) };
    entry.draws = this.drawsOf(filing);
  }

  private calculate(
    filing: Filing,
    { wrong, kind }: Extract<PlotStep, { do: 'tax' }>,
    used: string[],
  ): TaxCalculation | null {
    const country = filing.current.destination;
    if (!isCountry(country)) return null;
    const month = monthOf(filing.acceptedAt ?? filing.receivedAt);
    const calculation = computeTax(country, filing.current, month, this.filings.quotaLeft);
    const fault = kind === 'assessed' ? this.fault('wrong-tax', filing.reference, used, filing.channel) : null;
    const moved = wrong ?? fault;
    return moved ? falsified(calculation, moved) : calculation;
  }

  private drawsOf(filing: Filing): Record<string, string> {
    if (filing.toldTax === 'assessed') return {};
    const country = filing.current.destination;
    const drawnNow = filing.current.items.flatMap((item) => {
      const order = isCountry(country)
        ? quotaDrawn(item, measureOf(country, item.commodity ?? ''), this.filings.quotaLeft)
        : null;
      return order === null ? [] : [[order, item.netMass ?? '0'] as const];
    });
    return Object.fromEntries(drawnNow);
  }

  private dueOf(filing: Filing, { total, currency }: TaxCalculation): DueNow | null {
    const amount = exact(total).minus(this.filings.paidFor(filing));
    if (amount.lessThanOrEqualTo(0)) return null;
    const seed = filing.version === 1 ? `due/${filing.mrn}` : `due/${filing.mrn}/${filing.version}`;
    const reference = `CDSI${String(drawn(seed, 1_000_000_000_000)).padStart(12, '0')}`;
    return { reference, amount: amount.toFixed(2), currency };
  }

  private chargeOf(filing: Filing, { total, lines }: TaxCalculation): Movement {
    const taxes: Record<string, string> = {};
    for (const { type, amount } of lines.flatMap((line) => line.taxes)) {
      taxes[type] = exact(taxes[type] ?? '0')
        .plus(amount)
        .toFixed(2);
    }
    return {
      at: this.clock.date().toISOString(),
      kind: 'charge',
      amount: exact(total).minus(filing.charged).toFixed(2),
      ...{ mrn: filing.mrn, lrn: filing.lrn, version: filing.version, taxes },
    };
  }

  /** The words for an act; null when the authority says nothing about it. */
  private say(
    course: Course,
    filing: Filing | null,
    next: PlotStep,
    at: Date,
    tax: Pick<Speech, 'calculation' | 'due'>,
    used: string[],
  ): (Said & { id: string }) | null {
    const { reference, channel, conversationId, position } = course;
    const strikes = (kind: FaultKind): boolean => this.fault(kind, reference, used, channel) !== null;
    const skew = this.fault('skew', reference, used, channel)?.by ?? 0;
    const mrn = filing?.mrn ?? (course.kind === 'request' ? course.request.mrn : '');
    const isAnswered = !['exam', 'raw'].includes(next.do);
    const version =
      (filing?.version ?? 1) + (next.do === 'correct' || (next.do === 'accept' && filing?.isArrived) ? 1 : 0);
    const speech: Speech = {
      id: idFrom(`${conversationId}/${position}`),
      at: new Date(at.getTime() + skew),
      act: next,
      filing,
      request: course.kind === 'request' ? course : null,
      lrn: course.lrn,
      mrn: isAnswered && strikes('bad-check-digit') ? withWrongCheck(mrn) : mrn,
      version: isAnswered && strikes('no-version') ? null : version,
      ...tax,
      papersBy: new Date(at.getTime() + PAPERS_DUE),
      hasWrongCount: channel === 'edifact' && strikes('wrong-count'),
      sameMinute: channel === 'ace' && strikes('same-minute') ? new Date(course.receivedAt) : null,
    };
    const said = VOICES[channel].say(speech);
    if (!said) return null;
    const body = strikes('garble') ? garbled(said.body, speech.id) : said.body;
    return { ...said, body, id: speech.id };
  }

  private notificationsOf(course: Course, said: Said & { id: string }, used: string[]): Notification[] {
    const { reference, channel } = course;
    const first = this.notification(course, said, used);
    if (!this.fault('two-mrn', reference, used, channel)) return [first];
    const other = mrnOf('GB', this.clock.date().getUTCFullYear(), `second/${course.conversationId}`);
    const mrn = 'mrn' in course ? course.mrn : course.request.mrn;
    const body = said.body.replaceAll(mrn, other).replaceAll(said.id, idFrom(`second/${said.id}`));
    return [first, this.notification(course, { ...said, id: idFrom(`second/${said.id}`), body }, used)];
  }

  private notification(course: Course, said: Said & { id: string }, used: string[]): Notification {
    const { conversationId, reference, silent, channel, partner } = course;
    const written = { id: said.id, conversationId, channel, partner, functionCode: said.code, body: said.body };
    const lost = this.fault('lose', reference, used, channel);
    const isGone = lost?.hard === true || this.fault('expire', reference, used, channel) !== null;
    if (lost || isGone) return { ...written, push: null, ...(isGone ? { isGone: true as const } : {}) };
    const push = this.pushOf(said.id, conversationId, said.body, course, used);
    if (silent === 'until-asked') push.held = true;
    if (typeof silent === 'number') push.notBefore = Math.max(push.notBefore, silent);
    return { ...written, push };
  }

  private pushOf(
    id: string,
    conversationId: string,
    body: string,
    { reference, channel, partner }: Course,
    used: string[],
  ): Outgoing {
    const isNameless = this.fault('no-conversation', reference, used, channel) !== null;
    const tags = { conversationId: isNameless ? '' : conversationId, partner };
    const outgoing = this.outgoing({ id, lane: conversationId, tags, body }, reference, used, channel);
    const twice =
      outgoing.copies > 1
        ? this.world.scripts.strike('authority', 'duplicate', reference, this.consumed, used, channel).fault
        : null;
    // Same identity, other bytes: a blank is a change that no reader of XML or EDIFACT sees.
    return twice?.changed ? { ...outgoing, repeatedAs: `${body}\n` } : outgoing;
  }

  /** Notifications about what nobody has filed, or somebody else has. */
  private strays(filing: Filing, at: Date, used: string[]): Notification[] {
    const { reference, channel } = filing;
    const stray = (seed: string, lrn: string, mrn: string, conversationId: string): Notification => {
      const id = idFrom(seed);
      const speech = plainSpeech({ id, at, lrn, mrn, act: { do: 'accept', warnings: [] }, filing });
      const said =
        channel === 'cds'
          ? { code: '01', body: acceptedXml({ id, at, about: { lrn, mrn, version: 1 } }) }
          : VOICES[channel].say(speech)!;
      const push = this.pushOf(id, conversationId, said.body, filing, used);
      return { id, conversationId, channel, partner: filing.partner, functionCode: said.code, body: said.body, push };
    };
    const strays: Notification[] = [];
    if (this.fault('unknown', reference, used, channel)) {
      const seed = `stray/${filing.conversationId}`;
      strays.push(
        stray(
          seed,
          `NOBODY-${idFrom(seed).slice(0, 8)}`,
          mrnOf('GB', at.getUTCFullYear(), idFrom(seed)),
          uuidFrom(seed),
        ),
      );
    }
    if (this.fault('foreign', reference, used, channel)) {
      const seed = `foreign/${filing.conversationId}`;
      const other = [...this.filings.byConversation.values()].find(
        ({ declared }) => declared.declarant !== filing.declared.declarant,
      );
      const lrn = other?.lrn ?? `OTHER-${idFrom(seed).slice(0, 8)}`;
      strays.push(stray(seed, lrn, other?.mrn ?? mrnOf('GB', at.getUTCFullYear(), seed), filing.conversationId));
    }
    return strays;
  }

  /** What an act brings with it: a new computation after a change of the content, the end after a granted cancellation. */
  private follow(course: Course, filing: Filing | null, next: PlotStep): void {
    if (!filing) return;
    if (next.do === 'exam') return this.conclude(filing, next);
    const isAmended =
      next.do === 'answer' && next.granted && course.kind === 'request' && course.request.kind === 'amend';
    if (next.do === 'correct' || isAmended) {
      const wasCleared = filing.standing === 'cleared';
      const again = filing.toldTax === null ? [] : [step({ do: 'tax', kind: filing.toldTax, wrong: null } as PlotStep)];
      if (again.length > 0) {
        this.extend(
          filing,
          [...again, ...(wasCleared ? [step({ do: 'clear' }, 'payment')] : [])],
          'the content has changed',
        );
      }
      if (isAmended) this.advance(filing);
    }
    if (next.do === 'answer' && next.granted && course.kind === 'request' && course.request.kind === 'cancel') {
      const reason = course.request.reason ?? 'Cancelled on request';
      this.extend(filing, [step({ do: 'invalidate', reason } as PlotStep)], 'cancellation granted', true);
      this.advance(filing);
    }
    if (course.kind === 'request' && course.request.kind === 'arrive' && next.do === 'register') this.advance(filing);
    if (next.do === 'answer' && next.granted && course.kind === 'request') this.advance(filing);
  }

  /** What the examination found goes into the declaration, its value in proportion. */
  private conclude(filing: Filing, { finding, quantity, line }: Extract<PlotStep, { do: 'exam' }>): void {
    if (finding === 'nothing') return;
    if (finding === 'other-goods') {
      const reason = 'The goods are not those declared';
      return this.extend(filing, [step({ do: 'invalidate', reason } as PlotStep)], reason, true);
    }
    const item = filing.current.items[line - 1];
    const declared = item?.supplementary ?? item?.netMass ?? null;
    if (!item || declared === null || exact(declared).isZero()) return;
    const counted = exact(
      quantity ??
        exact(declared)
          .times(finding === 'shortage' ? '0.9' : '1.1')
          .toFixed(),
    );
    const at = (tail: string, value: string): Correction => ({
      pointer: levelsOf(`42A/67A/68A[${line}]${tail}`),
      value,
    });
    const corrections = [at(item.supplementary === null ? '/23A/65A.128' : '/23A/65A.130', counted.toFixed())];
    if (item.price) {
      corrections.push(at('/23A/79A.112', exact(item.price.amount).times(counted).div(declared).toFixed(2)));
    }
    this.extend(filing, [step({ do: 'correct', corrections } as PlotStep)], `examined: ${finding}`);
  }

  private addressOf({ tags }: Outgoing, channel: ChannelName): Address | null {
    if (channel === 'ace') return { url: '', headers: {} };
    if (channel === 'edifact') {
      const { edifactUrl } = this.settings;
      const url = edifactUrl === null ? '' : `${edifactUrl}/${encodeURIComponent(tags['partner'] ?? '')}`;
      return { url, headers: { 'content-type': 'application/EDIFACT', authorization: this.settings.callbackToken } };
    }
    const { callbackUrl } = this.world;
    if (callbackUrl === null) return null;
    const conversationId = tags['conversationId'] ?? '';
    const headers = {
      authorization: this.settings.callbackToken,
      'content-type': 'application/xml; charset=UTF-8',
      accept: 'application/xml',
      ...(conversationId === '' ? {} : { 'x-conversation-id': conversationId }),
    };
    return { url: callbackUrl + NOTIFICATIONS, headers };
  }

  /** The bank says that money has come, or has been taken back. Unknown references are kept: the debt may be computed later. */
  credit(credit: DueNow, isReversed = false): void {
    const { reference, amount, currency } = credit;
    this.record({ type: isReversed ? 'reversed' : 'credited', reference, amount, currency });
    for (const filing of this.filings.dueUnder(reference)) {
      if (!isReversed) this.occur('payment', filing);
      this.advance(filing);
    }
  }

  /** The goods of a declaration are there. */
  arrive(filing: Filing): void {
    this.record({ type: 'arrived', conversationId: filing.conversationId });
    this.advance(filing);
  }

  /** Summaries that no final statement holds yet. */
  private get unstated(): Filing[] {
    return [...this.filings.byConversation.values()].filter(
      (each) =>
        // Money is the summary's, whatever a script says of the release.
        each.lrn.endsWith('/AE') &&
        each.toldTax === 'assessed' &&
        this.filings.lives(each) &&
        each.statement?.stage !== 'final',
    );
  }

  private planStatements(): void {
    if (this.unstated.length === 0 || this.watched.has('statements')) return;
    this.watched.add('statements');
    // Midnight on the east coast, in winter; an authority that hurries has one after each act.
    const night = this.clock.date();
    if (this.world.pace === 'lifelike') {
      night.setUTCHours(5, 0, 0, 0);
      if (night.getTime() <= this.clock.now()) night.setTime(night.getTime() + DAY);
    } else night.setTime(this.clock.now() + HURRIED_NIGHT);
    this.timers.at(
      night.getTime(),
      () => {
        this.watched.delete('statements');
        this.state();
        this.planStatements();
      },
      { isDeadline: true },
    );
  }

  /** The nightly statements: what is new comes on a preliminary one, what stood on one becomes final. */
  private state(): void {
    const groups = new Map<string, Filing[]>();
    for (const filing of this.unstated) {
      const stage = filing.statement === null ? 'preliminary' : 'final';
      // Where each act has its own night, so has each entry; else those of a night stand on one statement.
      const night = this.world.pace === 'lifelike' ? '' : filing.lrn;
      const key = `${filing.partner}/${filing.envelope['filer']}/${night}/${filing.statement?.number ?? ''}/${stage}`;
      groups.set(key, [...(groups.get(key) ?? []), filing]);
    }
    for (const [key, filings] of groups) {
      const stage = key.endsWith('preliminary') ? 'preliminary' : 'final';
      const at = this.clock.date();
      const number =
        filings[0]!.statement?.number ??
        String(drawn(`statement/${key}/${at.getTime()}`, 100_000_000_000)).padStart(11, '0');
      const total = filings.reduce((sum, each) => sum.plus(each.calculation?.total ?? '0'), exact('0')).toFixed(2);
      const { partner } = filings[0]!;
      const id = idFrom(`statement/${number}/${stage}`);
      const body = statementBatch(filings, number, stage, total, at);
      const used: string[] = [];
      const push = this.outgoing(
        { id, lane: `statement/${number}`, tags: { partner, conversationId: '' }, body },
        '*',
        used,
        'ace',
      );
      const notification: Notification = {
        id,
        conversationId: id,
        channel: 'ace',
        partner,
        functionCode: 'PF',
        body,
        push: { ...push, held: false },
      };
      this.record({
        type: 'statement',
        number,
        stage,
        total,
        currency: 'USD',
        lrns: filings.map(({ lrn }) => lrn),
        notification,
        used,
      });
      this.outboxes.ace.send(id);
    }
  }

  /** Plays the scripted step of an occasion into a filing's course. */
  private occur(on: Occasion, filing: Filing): AuthorityStep | null {
    const { version, reference, channel } = filing;
    const next = this.world.scripts.nextAuthorityStep({ on, version, attempt: 1, channel }, reference, this.consumed);
    if (!next) return null;
    const steps = next.step.then.map(scripted);
    const { conversationId } = filing;
    this.record({
      type: 'extended',
      conversationId,
      steps,
      instead: next.step.stop,
      why: `script on ${on}`,
      used: [next.key],
    });
    return next.step;
  }

  /** Opens addresses for papers. @returns the id under which each file's result will be told */
  openSlots(filing: Filing, files: string[]): { conversationId: string; batch: string } {
    const slots = { conversationId: newId(), mrn: filing.mrn, batch: newId(), files };
    this.record({ type: 'slots', ...slots });
    return slots;
  }

  /** @param reason why the file is of no use; null: it is good */
  receivePapers(
    filing: Filing,
    slot: { conversationId: string; batch: string },
    name: string,
    bytes: Buffer,
    reason: string | null,
  ): void {
    const { reference } = filing;
    const used: string[] = [];
    const id = idFrom(`papers/${slot.batch}/${name}`);
    const body = uploadXml({
      reference: name,
      batch: slot.batch,
      fileName: name,
      outcome: reason === null ? 'SUCCESS' : 'FAILURE',
      details: reason ?? 'Thank you for submitting your documents.',
    });
    const push = this.outgoing(
      { id, lane: slot.conversationId, tags: { conversationId: slot.conversationId, partner: filing.partner }, body },
      reference,
      used,
      'cds',
    );
    push.held = false;
    const notification: Notification = {
      id,
      conversationId: slot.conversationId,
      channel: 'cds',
      partner: filing.partner,
      functionCode: 'file',
      body,
      push,
    };
    const { conversationId } = filing;
    this.record({
      type: 'papers',
      conversationId,
      name,
      bytes: bytes.length,
      sha256: sha256(bytes),
      isGood: reason === null,
      notification,
      used,
    });
    this.outboxes.cds.send(id);
    if (reason === null) this.occur('documents', filing);
    this.advance(filing);
  }

  /** Asks about declarations; whatever was withheld until somebody asks now goes out. */
  enquire(
    by: 'mrn' | 'ducr' | 'lrn' | 'ucr' | 'inventory-reference' | 'search',
    value: string,
    found: Filing[],
  ): Enquired {
    const young = found.filter(({ receivedAt }) => receivedAt.getTime() > this.clock.now() - ENQUIRED_FOR).reverse();
    this.record({ type: 'enquired', by, value, found: young.map(({ conversationId }) => conversationId) });
    this.referee.sawEnquiry(value);
    const told = young[0] ? this.occur('enquiry', young[0]) : null;
    for (const filing of young) {
      for (const course of [filing, ...this.filings.requestsOf(filing)]) this.releaseHeld(course);
      if (told) this.advance(filing);
    }
    if (told?.answer === 'silence') return { found: [], status: null };
    return { found: young, status: told?.answer === 'http' ? told.status : null };
  }

  /** A transmission came again: what is known of it is told where it was withheld. @returns whether it is known */
  tellAgain(lrn: string): boolean {
    const known = this.filings.withLrn(lrn).filter(this.filings.lives);
    if (known.length > 0) this.enquire('lrn', lrn, known);
    return known.length > 0;
  }

  /** A partner asks for all that has become of what he sent. */
  tellWithheld(partner: string): void {
    for (const filing of this.filings.byConversation.values()) {
      if (filing.partner === partner && filing.silent === 'until-asked') this.tellAgain(filing.lrn);
    }
  }

  look(by: 'mrn' | 'ducr' | 'lrn' | 'ucr' | 'inventory-reference', value: string): Filing[] {
    if (by === 'lrn') return [...this.filings.withLrn(value)];
    if (by === 'mrn') return [this.filings.byMrn.get(value)].flatMap((filing) => filing ?? []);
    // Consignments are known here by their DUCR alone: it is their UCR, and what an inventory would call them.
    return [...this.filings.withDucr(value)];
  }

  /** Declarations that a request under this reference is about. */
  askedUnder(lrn: string): Filing[] {
    const made = [...this.filings.requests.values()].filter(({ request }) => request.lrn === lrn);
    return made.flatMap(({ request }) => this.look('mrn', request.mrn));
  }

  /** Notifications that can still be pulled. */
  pullable(): (Notification & { isPulled: boolean })[] {
    const oldest = this.clock.now() - KEPT_FOR;
    return [...this.filings.notifications.values()].filter(
      ({ channel, isGone, writtenAt }) => channel === 'cds' && !isGone && writtenAt > oldest,
    );
  }

  pull(id: string): Notification | null {
    const notification = this.pullable().find((each) => each.id === id);
    if (!notification) return null;
    if (!notification.isPulled) this.record({ type: 'pulled', id });
    return notification;
  }

  acknowledge(n: number): void {
    this.record({ type: 'acknowledged', id: String(n) });
  }

  /** An interchange or a batch and what is said to it at once. */
  noteInterchange(
    partner: string,
    reference: string,
    bytes: Buffer,
    verdict: string,
    answers: { id: string; code: string; body: string }[],
    channel: ChannelName,
    used: string[] = [],
  ): void {
    const notifications = answers.map(({ id, code, body }): Notification => {
      const push = this.outgoing(
        { id, lane: `${channel}/${partner}`, tags: { partner, conversationId: '' }, body },
        '*',
        used,
        channel,
      );
      return { id, conversationId: id, channel, partner, functionCode: code, body, push: { ...push, held: false } };
    });
    this.record({
      type: 'interchange',
      partner,
      reference,
      bytesDigest: sha256(bytes),
      bytes: bytes.toString('latin1'),
      verdict,
      notifications,
      used,
      channel,
    });
    for (const { id } of notifications) this.outboxes[channel].send(id);
  }

  /** Whether a fault takes away the acknowledgement of an interchange. */
  losesAcknowledgement(reference: string, used: string[]): boolean {
    return this.fault('lose-contrl', reference, used, 'edifact') !== null;
  }

  openAccount(account: Opening): void {
    this.record({ type: 'opened', account });
  }

  topUp(dan: string, amount: string): void {
    this.record({ type: 'topped-up', dan, amount });
    for (const filing of this.filings.onAccount(dan)) this.advance(filing);
  }

  noteSentByHand(bytes: Buffer, status: number | null): void {
    this.record({ type: 'sent-by-hand', bytesDigest: sha256(bytes), status });
  }

  entries(): readonly Stamped<AuthorityEntry>[] {
    return this.ledger.entries;
  }

  now = (): Date => this.clock.date();

  override reset(): void {
    super.reset();
    this.filings.clear();
    this.watched.clear();
    for (const outbox of Object.values(this.outboxes)) outbox.clear();
  }

  override async close(): Promise<void> {
    await Promise.all(Object.values(this.outboxes).map((outbox) => outbox.close()));
    await super.close();
  }
}

/** A body that nobody can read: cut at a place that its id decides, with bytes that belong to no text. */
const garbled = (body: string, id: string): string =>
  `${body.slice(0, 20 + drawn(id, Math.max(1, body.length - 40)))}\u0001<<`;
