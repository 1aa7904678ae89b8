import { exact } from '@tidewaiter/kernel';
import type { Stamped } from '../plumbing/ledger.js';
import type { Outgoing } from '../plumbing/outbox.js';
import type { Declared } from './declared.js';
import type { PlotStep } from './plot.js';
import type { Memory } from './rules.js';
import type { TaxCalculation } from './tax.js';

/** What was taken from one transmission, as the ledger keeps it. */
export interface Taken {
  conversationId: string;
  lrn: string;
  ducr: string;
  /** the shipment's reference inside the DUCR */
  reference: string;
  mrn: string;
  /** sha256 of the bytes, and of the content without the LRN */
  bytesDigest: string;
  contentDigest: string;
  bytes: string;
  declared: Declared;
  plot: PlotStep[];
  /** withheld from pushing: until an instant (epoch ms), or until somebody enquires */
  silent: number | 'until-asked' | null;
}

/** A notification as it was written; pushed unless lost, pulled in any case. */
export interface Notification {
  id: string;
  conversationId: string;
  functionCode: string;
  body: string;
  push: Outgoing | null;
}

export interface DueNow {
  reference: string;
  amount: string;
  currency: string;
}

export type AuthorityEntry = { used?: string[] } & (
  | { type: 'taken'; taken: Taken }
  /** refused by the gateway, or lost by a fault: nothing was taken */
  | {
      type: 'turned-away';
      status: number | null;
      bytesDigest: string;
      lrn: string | null;
      reference: string | null;
      why: string;
    }
  | {
      type: 'acted';
      conversationId: string;
      position: number;
      notifications: Notification[];
      calculation: TaxCalculation | null;
      due: DueNow | null;
    }
  | { type: 'delivered'; id: string; copy: number; status: number; millis: number }
  | { type: 'pulled'; id: string }
  | { type: 'credited'; reference: string; amount: string; currency: string }
  | { type: 'papers'; conversationId: string; name: string; bytes: number; sha256: string }
  | { type: 'enquired'; by: 'mrn' | 'ducr' | 'lrn'; value: string; found: string[] }
  | { type: 'noted'; finding: string; about: string; says: string }
  | { type: 'sent-by-hand'; bytesDigest: string; status: number | null }
);

export type Standing = 'received' | 'accepted' | 'released' | 'cleared' | 'rejected' | 'invalidated';

export interface Filing extends Taken {
  receivedAt: Date;
  /** acts done */
  position: number;
  lastActAt: Date;
  standing: Standing;
  acceptedAt: Date | null;
  releasedAt: Date | null;
  route: '0' | '1' | '2' | '3' | '6';
  calculation: TaxCalculation | null;
  due: DueNow | null;
  isPaid: boolean;
  hasPapers: boolean;
  enquiries: number;
  notifications: string[];
}

const DAY = 86_400_000;
const ROUTES = { none: '6', documents: '1', physical: '2', afterwards: '3' } as const;
const STANDS_AFTER: Partial<Record<PlotStep['do'], Standing>> = {
  accept: 'accepted',
  reject: 'rejected',
  release: 'released',
  clear: 'cleared',
  invalidate: 'invalidated',
};

/** Everything the authority knows, folded from its ledger. */
export class Filings implements Memory {
  readonly byConversation = new Map<string, Filing>();
  readonly byMrn = new Map<string, Filing>();
  readonly notifications = new Map<string, Notification & { isPulled: boolean }>();
  readonly credits = new Map<string, DueNow>();
  readonly findings: { at: string; finding: string; about: string; says: string }[] = [];
  private readonly byLrn = new Map<string, Filing[]>();
  private readonly byDucr = new Map<string, Filing[]>();
  private readonly byContent = new Map<string, Filing[]>();
  private readonly byDue = new Map<string, Filing>();

  evolve(entry: Stamped<AuthorityEntry>): void {
    switch (entry.type) {
      case 'taken':
        return this.take(entry.taken, new Date(entry.at));
      case 'acted':
        return this.act(entry, new Date(entry.at));
      case 'delivered':
        return this.pulled(entry.id);
      case 'pulled':
        return this.pulled(entry.id);
      case 'credited':
        return this.credit(entry);
      case 'papers': {
        const filing = this.byConversation.get(entry.conversationId);
        if (filing) filing.hasPapers = true;
        return;
      }
      case 'enquired':
        for (const id of entry.found) {
          const filing = this.byConversation.get(id);
          if (!filing) continue;
          filing.enquiries += 1;
          if (filing.silent === 'until-asked') filing.silent = null;
        }
        return;
      case 'noted':
        this.findings.push({ at: entry.at, finding: entry.finding, about: entry.about, says: entry.says });
        return;
      case 'turned-away':
      case 'sent-by-hand':
        return;
    }
  }

  private take(taken: Taken, receivedAt: Date): void {
    const filing: Filing = {
      ...taken,
      receivedAt,
      lastActAt: receivedAt,
      position: 0,
      standing: 'received',
      acceptedAt: null,
      releasedAt: null,
      route: '0',
      calculation: null,
      due: null,
      isPaid: false,
      hasPapers: false,
      enquiries: 0,
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

  private act(entry: Extract<Stamped<AuthorityEntry>, { type: 'acted' }>, at: Date): void {
    const filing = this.byConversation.get(entry.conversationId);
    const step = filing?.plot[entry.position];
    if (!filing || !step) return;
    filing.position = entry.position + 1;
    filing.lastActAt = at;
    filing.standing = STANDS_AFTER[step.do] ?? filing.standing;
    if (step.do === 'accept') {
      filing.acceptedAt = at;
      filing.route = '6';
    }
    if (step.do === 'route') filing.route = ROUTES[step.to];
    if (step.do === 'release' || step.do === 'clear') filing.releasedAt ??= at;
    filing.calculation = entry.calculation ?? filing.calculation;
    if (entry.due) {
      filing.due = entry.due;
      this.byDue.set(entry.due.reference, filing);
      // A credit may have come before the ledger line was read again.
      filing.isPaid = this.covers(entry.due);
    }
    for (const notification of entry.notifications) {
      this.notifications.set(notification.id, { ...notification, isPulled: false });
      filing.notifications.push(notification.id);
    }
  }

  private pulled(id: string): void {
    const notification = this.notifications.get(id);
    if (notification) notification.isPulled = true;
  }

  private credit({ reference, amount, currency }: DueNow): void {
    this.credits.set(reference, { reference, amount, currency });
    const filing = this.byDue.get(reference);
    if (filing?.due) filing.isPaid = this.covers(filing.due);
  }

  private covers(due: DueNow): boolean {
    const credit = this.credits.get(due.reference);
    return (
      credit !== undefined && credit.currency === due.currency && exact(credit.amount).greaterThanOrEqualTo(due.amount)
    );
  }

  dueUnder = (reference: string): Filing | undefined => this.byDue.get(reference);
  withLrn = (lrn: string): Filing[] => this.byLrn.get(lrn) ?? [];
  withDucr = (ducr: string): Filing[] => this.byDucr.get(ducr) ?? [];
  withContent = (digest: string): Filing[] => this.byContent.get(digest) ?? [];

  isLrnTaken(lrn: string): boolean {
    return this.withLrn(lrn).some((each) => this.lives(each) && each.receivedAt.getTime() > Date.now() - 2 * DAY);
  }

  isDucrTaken(ducr: string, lrn: string): boolean {
    return this.withDucr(ducr).some(
      (each) => each.lrn !== lrn && this.lives(each) && each.receivedAt.getTime() > Date.now() - 365 * DAY,
    );
  }

  /** Taken and, as far as it is decided, not refused. */
  lives = ({ standing, plot }: Filing): boolean =>
    standing !== 'rejected' && standing !== 'invalidated' && plot[0]?.do !== 'reject';

  clear(): void {
    for (const map of [
      this.byConversation,
      this.byMrn,
      this.notifications,
      this.credits,
      this.byLrn,
      this.byDucr,
      this.byContent,
      this.byDue,
    ])
      map.clear();
    this.findings.length = 0;
  }
}
