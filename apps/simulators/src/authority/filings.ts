import { exact, type Exact } from '@tidewaiter/kernel';
import type { Stamped } from '../plumbing/ledger.js';
import type { Outgoing } from '../plumbing/outbox.js';
import type { ChannelName } from '../scripts/faults.js';
import { Accounts, type Movement, type Opening } from './accounts.js';
import { amended, changed } from './changes.js';
import { isPrelodged, type Declared } from './declared.js';
import type { Act, PlotStep, TaxKind } from './plot.js';
import { pointerOf } from './pointer.js';
import type { RequestRead, Standing as RequestTarget } from './requests.js';
import type { Memory } from './rules.js';
import { QUOTAS } from './tariff.js';
import type { TaxCalculation } from './tax.js';

/** One transmission that asks for answers: a declaration or a request about one. */
interface Transmission {
  conversationId: string;
  channel: ChannelName;
  /** the other side's name on this channel, and what its messages must quote: interchange, batch */
  partner: string;
  envelope: Record<string, string>;
  lrn: string;
  /** the shipment's reference, which finds the script */
  reference: string;
  /** sha256 of the bytes */
  bytesDigest: string;
  bytes: string;
  plot: PlotStep[];
  /** withheld from pushing: until an instant (epoch ms), or until somebody enquires */
  silent: number | 'until-asked' | null;
}

/** What was taken from one declaration, as the ledger keeps it. */
export interface Taken extends Transmission {
  ducr: string;
  mrn: string;
  /** sha256 of the content without the LRN */
  contentDigest: string;
  declared: Declared;
}

/** What was taken from one request about a declaration. */
export interface Requested extends Transmission {
  request: RequestRead;
}

/** A notification as it was written; pushed or put into a mailbox unless lost, pulled in any case. */
export interface Notification {
  id: string;
  conversationId: string;
  channel: ChannelName;
  partner: string;
  functionCode: string;
  body: string;
  push: Outgoing | null;
  /** nobody will ever see it */
  isGone?: true;
}

export interface DueNow {
  reference: string;
  amount: string;
  currency: string;
}

export type AuthorityEntry = { used?: string[]; channel?: ChannelName } & (
  | { type: 'taken'; taken: Taken }
  | { type: 'requested'; requested: Requested }
  /** refused by the gateway, or lost by a fault: nothing was taken */
  | {
      type: 'turned-away';
      status: number | null;
      bytesDigest: string;
      bytes: string;
      lrn: string | null;
      reference: string | null;
      why: string;
    }
  | {
      type: 'acted';
      conversationId: string;
      position: number;
      /** the moment that the messages name */
      decidedAt: string;
      notifications: Notification[];
      calculation?: TaxCalculation;
      due?: DueNow | null;
      charge?: Movement & { dan: string };
      draws?: Record<string, string>;
    }
  /** acts that nobody had planned: put before the next one, or in the place of all that were to come */
  | { type: 'extended'; conversationId: string; steps: PlotStep[]; instead: boolean; why: string }
  | { type: 'delivered'; id: string; copy: number; status: number; millis: number }
  | { type: 'expired'; id: string }
  | { type: 'pulled'; id: string }
  | { type: 'credited'; reference: string; amount: string; currency: string }
  | { type: 'reversed'; reference: string; amount: string; currency: string }
  | { type: 'slots'; conversationId: string; mrn: string; batch: string; files: string[] }
  | {
      type: 'papers';
      conversationId: string;
      name: string;
      bytes: number;
      sha256: string;
      isGood: boolean;
      notification: Notification;
    }
  | { type: 'opened'; account: Opening }
  | { type: 'topped-up'; dan: string; amount: string }
  | { type: 'enquired'; by: string; value: string; found: string[] }
  | {
      type: 'interchange';
      partner: string;
      reference: string;
      bytesDigest: string;
      bytes: string;
      verdict: string;
      notifications: Notification[];
    }
  | { type: 'acknowledged'; id: string }
  | { type: 'arrived'; conversationId: string }
  | {
      type: 'statement';
      number: string;
      stage: StatementStage;
      total: string;
      currency: string;
      lrns: string[];
      notification: Notification;
    }
  | { type: 'noted'; finding: string; about: string; says: string }
  | { type: 'sent-by-hand'; bytesDigest: string; status: number | null }
);

/** A daily statement is preliminary first; once final, nothing leaves it. */
export type StatementStage = 'preliminary' | 'final';

export type Standing =
  'received' | 'registered' | 'accepted' | 'released' | 'cleared' | 'rejected' | 'invalidated' | 'seized' | 'manual';

export interface Version {
  version: number;
  at: string;
  by: 'declared' | 'arrived' | 'amended' | 'corrected';
  declared: Declared;
}

export interface Course extends Transmission {
  receivedAt: Date;
  /** acts done */
  position: number;
  lastActAt: Date;
  notifications: string[];
}

export interface Filing extends Taken, Course {
  kind: 'declaration';
  /** as the authority has it now; `declared` is what came first */
  current: Declared;
  version: number;
  versions: Version[];
  standing: Standing;
  acceptedAt: Date | null;
  releasedAt: Date | null;
  route: '0' | '1' | '2' | '3' | '6' | 'H';
  calculation: TaxCalculation | null;
  toldTax: TaxKind | null;
  due: DueNow | null;
  dues: string[];
  isPaid: boolean;
  /** what is on the deferment account for it */
  charged: string;
  /** money the account lacks for it, since when */
  short: { amount: string; since: Date } | null;
  hasPapers: boolean;
  askedPapersAt: Date | null;
  isArrived: boolean;
  hasGrant: boolean;
  openRequest: string | null;
  requests: string[];
  enquiries: number;
  statement: { number: string; stage: StatementStage } | null;
}

export interface RequestFiling extends Requested, Course {
  kind: 'request';
  standing: 'pending' | 'registered' | 'granted' | 'denied' | 'rejected';
}

const DAY = 86_400_000;
const ROUTES = { none: '6', documents: '1', physical: '2', afterwards: '3' } as const;
const STANDS_AFTER: Partial<Record<Act['do'], Standing>> = {
  register: 'registered',
  accept: 'accepted',
  reject: 'rejected',
  release: 'released',
  clear: 'cleared',
  invalidate: 'invalidated',
  seize: 'seized',
  manual: 'manual',
};
const FINISHED = new Set<Standing>(['rejected', 'invalidated', 'seized']);

export interface Finding {
  at: string;
  finding: string;
  about: string;
  says: string;
}

const sumOf = (all: readonly DueNow[]): Exact => all.reduce((sum, { amount }) => sum.plus(amount), exact('0'));

/** What is due of one filing under a reference that others may share. */
interface Share {
  filing: Filing;
  due: DueNow;
  isPaid: boolean;
}

/** Everything the authority knows, folded from its ledger. */
export class Filings implements Memory {
  readonly byConversation = new Map<string, Filing>();
  readonly requests = new Map<string, RequestFiling>();
  readonly byMrn = new Map<string, Filing>();
  readonly notifications = new Map<string, Notification & { isPulled: boolean; writtenAt: number }>();
  readonly credits = new Map<string, DueNow[]>();
  readonly findings: Finding[] = [];
  readonly accounts = new Accounts();
  /** notifications in the order in which they reached a mailbox, with the number of the ledger's line */
  readonly mailbox: { n: number; id: string; copy: number; isAcknowledged: boolean }[] = [];
  readonly slots = new Map<string, { conversationId: string; mrn: string; batch: string; files: string[] }>();
  private readonly byLrn = new Map<string, Filing[]>();
  private readonly byDucr = new Map<string, Filing[]>();
  private readonly byContent = new Map<string, Filing[]>();
  private readonly byDue = new Map<string, Share[]>();
  private readonly turnedAway = new Map<string, number>();
  private readonly interchanges = new Set<string>();
  private readonly drawn = new Map<string, Exact>();

  /** @param now the simulated clock, epoch milliseconds */
  constructor(private readonly now: () => number) {}

  evolve(entry: Stamped<AuthorityEntry>): void {
    const at = new Date(entry.at);
    switch (entry.type) {
      case 'taken':
        return this.take(entry.taken, at);
      case 'requested':
        return this.request(entry.requested, at);
      case 'acted':
        return this.act(entry, new Date(entry.decidedAt));
      case 'extended':
        this.course(entry.conversationId)?.plot.splice(
          this.course(entry.conversationId)!.position,
          entry.instead ? Infinity : 0,
          ...entry.steps,
        );
        return;
      case 'delivered':
        return this.delivered(entry);
      case 'expired': {
        const notification = this.notifications.get(entry.id);
        if (notification) notification.isGone = true;
        return;
      }
      case 'pulled':
        return this.pulled(entry.id);
      case 'acknowledged':
        for (const each of this.mailbox) if (`${each.n}` === entry.id) each.isAcknowledged = true;
        return;
      case 'arrived': {
        const filing = this.byConversation.get(entry.conversationId);
        if (filing) filing.isArrived = true;
        return;
      }
      case 'statement':
        return this.state(entry, at);
      case 'credited':
      case 'reversed':
        return this.credit(entry, entry.type === 'reversed');
      case 'slots':
        this.slots.set(entry.batch, entry);
        return;
      case 'papers': {
        const filing = this.byConversation.get(entry.conversationId);
        if (filing && entry.isGood) filing.hasPapers = true;
        this.keep(entry.notification, at);
        return;
      }
      case 'opened':
        return this.accounts.open(entry.account);
      case 'topped-up':
        return this.topUp(entry.dan, entry.amount, entry.at);
      case 'interchange':
        this.interchanges.add(`${entry.partner}/${entry.reference}`);
        for (const notification of entry.notifications) this.keep(notification, at);
        return;
      case 'enquired':
        for (const id of entry.found) {
          const filing = this.byConversation.get(id);
          if (!filing) continue;
          filing.enquiries += 1;
          for (const course of [filing, ...this.requestsOf(filing)]) {
            if (course.silent === 'until-asked') course.silent = null;
          }
        }
        return;
      case 'noted':
        this.findings.push({ at: entry.at, finding: entry.finding, about: entry.about, says: entry.says });
        return;
      case 'turned-away':
        if (entry.lrn !== null) this.turnedAway.set(entry.lrn, (this.turnedAway.get(entry.lrn) ?? 0) + 1);
        return;
      case 'sent-by-hand':
        return;
    }
  }

  private take(taken: Taken, receivedAt: Date): void {
    const filing: Filing = {
      ...taken,
      plot: [...taken.plot],
      kind: 'declaration',
      receivedAt,
      lastActAt: receivedAt,
      position: 0,
      current: taken.declared,
      version: 1,
      versions: [{ version: 1, at: receivedAt.toISOString(), by: 'declared', declared: taken.declared }],
      standing: 'received',
      acceptedAt: null,
      releasedAt: null,
      route: isPrelodged(taken.declared) ? 'H' : '0',
      calculation: null,
      toldTax: null,
      due: null,
      dues: [],
      isPaid: false,
      charged: '0',
      short: null,
      hasPapers: false,
      askedPapersAt: null,
      isArrived: false,
      hasGrant: false,
      openRequest: null,
      requests: [],
      enquiries: 0,
      statement: null,
      notifications: [],
    };
    this.byConversation.set(taken.conversationId, filing);
    this.byMrn.set(taken.mrn, filing);
    for (const [index, key] of [
      [this.byLrn, taken.lrn],
      [this.byDucr, taken.ducr],
      [this.byContent, taken.contentDigest],
    ] as const) {
      index.set(key, [...(index.get(key) ?? []), filing]);
    }
  }

  private request(requested: Requested, receivedAt: Date): void {
    const { conversationId } = requested;
    this.requests.set(conversationId, {
      ...requested,
      plot: [...requested.plot],
      kind: 'request',
      receivedAt,
      lastActAt: receivedAt,
      position: 0,
      notifications: [],
      standing: 'pending',
    });
    const filing = this.byMrn.get(requested.request.mrn);
    filing?.requests.push(conversationId);
    if (filing && requested.plot[0]?.do !== 'reject' && requested.request.kind !== 'arrive')
      filing.openRequest = conversationId;
  }

  private keep(notification: Notification, at: Date): void {
    this.notifications.set(notification.id, { ...notification, isPulled: false, writtenAt: at.getTime() });
  }

  private act(entry: Extract<Stamped<AuthorityEntry>, { type: 'acted' }>, at: Date): void {
    const course = this.course(entry.conversationId);
    const step = course?.plot[entry.position];
    if (!course || !step) return;
    course.position = entry.position + 1;
    course.lastActAt = at;
    for (const notification of entry.notifications) {
      this.keep(notification, at);
      course.notifications.push(notification.id);
    }
    if (course.kind === 'request') this.actOnRequest(course, step, at);
    else this.actOnFiling(course, step, entry, at);
  }

  private actOnRequest(request: RequestFiling, step: PlotStep, at: Date): void {
    const filing = this.byMrn.get(request.request.mrn);
    if (step.do === 'register') request.standing = 'registered';
    if (step.do === 'reject') request.standing = 'rejected';
    if (step.do === 'answer') request.standing = step.granted ? 'granted' : 'denied';
    if (!filing) return;
    if (step.do === 'register' && request.request.kind === 'arrive') filing.isArrived = true;
    if (step.do !== 'answer' && step.do !== 'reject') return;
    if (filing.openRequest === request.conversationId) filing.openRequest = null;
    if (step.do !== 'answer' || !step.granted) return;
    filing.hasGrant = true;
    if (request.request.kind !== 'amend') return;
    const next = amended(filing.current, request.request.changes);
    this.versioned(filing, 'amended', next, at);
  }

  private versioned(filing: Filing, by: Version['by'], declared: Declared, at: Date): void {
    filing.version += 1;
    filing.current = declared;
    filing.versions.push({ version: filing.version, at: at.toISOString(), by, declared });
  }

  private actOnFiling(
    filing: Filing,
    step: PlotStep,
    entry: Extract<Stamped<AuthorityEntry>, { type: 'acted' }>,
    at: Date,
  ): void {
    filing.standing = STANDS_AFTER[step.do] ?? filing.standing;
    if (step.do === 'accept') {
      filing.acceptedAt = at;
      filing.route = '6';
      if (filing.isArrived) this.versioned(filing, 'arrived', filing.current, at);
    }
    if (step.do === 'route') {
      filing.route = ROUTES[step.to];
      if (step.to === 'documents') filing.askedPapersAt = at;
    }
    if (step.do === 'correct') {
      const next = step.corrections.reduce(
        (declared, { pointer, value }) => changed(declared, pointerOf(pointer), value),
        filing.current,
      );
      this.versioned(filing, 'corrected', next, at);
    }
    if (step.do === 'release' || step.do === 'clear') filing.releasedAt ??= at;
    if (step.do === 'short') filing.short = { amount: step.amount, since: filing.short?.since ?? at };
    if (step.do === 'tax') filing.toldTax = step.kind;
    filing.calculation = entry.calculation ?? filing.calculation;
    if (entry.due !== undefined) {
      filing.due = entry.due;
      if (entry.due) {
        filing.dues.push(entry.due.reference);
        this.byDue.set(entry.due.reference, [{ filing, due: entry.due, isPaid: false }]);
      }
      filing.isPaid = entry.due === null;
      // A credit may have come before the ledger line was read again.
      if (entry.due) this.allot(entry.due.reference);
    }
    if (entry.charge) {
      const { dan, ...movement } = entry.charge;
      this.accounts.move(dan, movement);
      filing.charged = exact(filing.charged).plus(movement.amount).toFixed(2);
      filing.short = null;
    }
    for (const [order, kilograms] of Object.entries(entry.draws ?? {})) {
      this.drawn.set(order, (this.drawn.get(order) ?? exact('0')).plus(kilograms));
    }
  }

  private state(entry: Extract<Stamped<AuthorityEntry>, { type: 'statement' }>, at: Date): void {
    this.keep(entry.notification, at);
    for (const lrn of entry.lrns) {
      const filing = this.withLrn(lrn).find(this.lives);
      if (!filing) continue;
      filing.statement = { number: entry.number, stage: entry.stage };
      if (entry.stage !== 'final') continue;
      const paid = this.paidFor(filing);
      const own = exact(filing.calculation?.total ?? '0').minus(paid);
      filing.due = { reference: entry.number, amount: own.toFixed(2), currency: entry.currency };
      filing.dues.push(entry.number);
      const share = { filing, due: filing.due, isPaid: false };
      this.byDue.set(entry.number, [...(this.byDue.get(entry.number) ?? []), share]);
    }
    if (entry.stage === 'final') this.allot(entry.number);
  }

  private delivered({ id, copy, n }: { id: string; copy: number; n: number }): void {
    this.pulled(id);
    const notification = this.notifications.get(id);
    if (notification && notification.channel !== 'cds') this.mailbox.push({ n, id, copy, isAcknowledged: false });
  }

  private pulled(id: string): void {
    const notification = this.notifications.get(id);
    if (notification) notification.isPulled = true;
  }

  private credit(credit: DueNow, isReversed: boolean): void {
    const { reference, amount } = credit;
    const there = this.credits.get(reference) ?? [];
    const gone = there.findIndex((each) => exact(each.amount).equals(amount));
    const after = isReversed ? there.filter((_, index) => index !== gone) : [...there, credit];
    this.credits.set(reference, after);
    this.allot(reference);
  }

  /**
   * Which debts under one reference are paid: all when the money is enough for all, as when a statement is paid at once; else, for each
   * credit, one that is for exactly its sum.
   */
  private allot(reference: string): void {
    const shares = this.byDue.get(reference) ?? [];
    const credits = [...(this.credits.get(reference) ?? [])].filter(
      ({ currency }) => currency === shares[0]?.due.currency,
    );
    const isEnough = sumOf(credits).greaterThanOrEqualTo(sumOf(shares.map(({ due }) => due)));
    for (const share of shares) {
      const index = credits.findIndex(({ amount }) => exact(amount).equals(share.due.amount));
      share.isPaid = isEnough || index >= 0;
      if (!isEnough && index >= 0) credits.splice(index, 1);
      const { filing, due } = share;
      if (filing.due === due) filing.isPaid = share.isPaid;
    }
  }

  private topUp(dan: string, amount: string, at: string): void {
    this.accounts.move(dan, { at, kind: 'top-up', amount, mrn: null, lrn: null, version: null, taxes: {} });
    for (const filing of this.byConversation.values()) {
      if (filing.current.dan !== dan || !filing.short) continue;
      const missing = exact(filing.short.amount).minus(amount);
      filing.short = missing.greaterThan(0) ? { ...filing.short, amount: missing.toFixed(2) } : null;
    }
  }

  course = (conversationId: string): Filing | RequestFiling | undefined =>
    this.byConversation.get(conversationId) ?? this.requests.get(conversationId);
  requestsOf = (filing: Filing): RequestFiling[] => filing.requests.flatMap((id) => this.requests.get(id) ?? []);
  /** Both declarations and requests, in the order in which they came. */
  courses = (): (Filing | RequestFiling)[] => [...this.byConversation.values(), ...this.requests.values()];
  dueUnder = (reference: string): Filing[] => (this.byDue.get(reference) ?? []).map(({ filing }) => filing);
  withLrn = (lrn: string): Filing[] => this.byLrn.get(lrn) ?? [];
  withDucr = (ducr: string): Filing[] => this.byDucr.get(ducr) ?? [];
  withContent = (digest: string): Filing[] => this.byContent.get(digest) ?? [];
  onAccount = (dan: string): Filing[] => [...this.byConversation.values()].filter(({ current }) => current.dan === dan);
  hadInterchange = (partner: string, reference: string): boolean => this.interchanges.has(`${partner}/${reference}`);

  /** What was paid in money for a filing. */
  paidFor = (filing: Filing): Exact =>
    filing.dues.reduce((sum, reference) => sum.plus(this.paidUnder(filing, reference)), exact('0'));

  /** Alone under a reference, all that came is for it; beside others, its own share. */
  private paidUnder(filing: Filing, reference: string): Exact {
    const shares = this.byDue.get(reference) ?? [];
    if (shares.length === 1) return sumOf(this.credits.get(reference) ?? []);
    const own = shares.find((share) => share.filing === filing);
    return exact(own?.isPaid ? own.due.amount : '0');
  }

  /** The how-manieth transmission under an LRN the next one is, and the how-manieth content. */
  occasion(lrn: string, contentDigest: string): { attempt: number; version: number } {
    const before = this.withLrn(lrn);
    const contents = new Set(before.map((each) => each.contentDigest));
    contents.add(contentDigest);
    return { attempt: before.length + (this.turnedAway.get(lrn) ?? 0) + 1, version: contents.size };
  }

  /** A declaration as a request sees it. */
  target(mrn: string): RequestTarget | null {
    const filing = this.byMrn.get(mrn);
    if (!filing) return null;
    return {
      declared: filing.current,
      channel: filing.channel,
      isFinished: FINISHED.has(filing.standing),
      isReleased: filing.releasedAt !== null,
      isStated: filing.statement?.stage === 'final',
      isPrelodged: isPrelodged(filing.declared),
      isArrived: filing.isArrived,
      hasOpenRequest: filing.openRequest !== null,
      lodgedAt: filing.receivedAt,
    };
  }

  isLrnTaken(lrn: string): boolean {
    return this.withLrn(lrn).some((each) =>
      // An entry number is given once and for all.
      each.channel === 'ace'
        ? each.acceptedAt !== null || this.lives(each)
        : this.lives(each) && each.receivedAt.getTime() > this.now() - 2 * DAY,
    );
  }

  isDucrTaken(ducr: string, lrn: string): boolean {
    return this.withDucr(ducr).some(
      (each) => each.lrn !== lrn && this.lives(each) && each.receivedAt.getTime() > this.now() - 365 * DAY,
    );
  }

  isAccountUsable(dan: string, parties: readonly string[]): boolean {
    return this.accounts.isUsable(dan, parties);
  }

  quotaLeft = (order: string): string =>
    exact(QUOTAS[order] ?? '0')
      .minus(this.drawn.get(order) ?? '0')
      .toFixed();

  /** Taken and, as far as it is decided, not refused. */
  lives = ({ standing, plot }: Filing): boolean => !FINISHED.has(standing) && plot[0]?.do !== 'reject';
  isFinished = ({ standing }: Filing): boolean => FINISHED.has(standing);

  clear(): void {
    for (const map of [
      this.byConversation,
      this.requests,
      this.byMrn,
      this.notifications,
      this.credits,
      this.slots,
      this.byLrn,
      this.byDucr,
      this.byContent,
      this.byDue,
      this.turnedAway,
      this.drawn,
    ])
      map.clear();
    this.interchanges.clear();
    this.accounts.clear();
    this.findings.length = 0;
    this.mailbox.length = 0;
  }
}
