import { exact, newId } from '@tidewaiter/kernel';
import { CDS_QUICK, CDS_REAL_TIME } from '../plumbing/channel.js';
import { drawn, idFrom, sha256, uuidFrom } from '../plumbing/digest.js';
import { Face, type Broken, type Trouble, type World } from '../plumbing/face.js';
import type { Stamped } from '../plumbing/ledger.js';
import { Outbox, type Address, type Outgoing } from '../plumbing/outbox.js';
import type { AuthorityStep } from '../scripts/scripts.js';
import { isDeferred, referenceIn, type Declared } from './declared.js';
import { Filings, type AuthorityEntry, type DueNow, type Filing, type Notification, type Taken } from './filings.js';
import { mrnOf } from './mrn.js';
import {
  acceptedXml,
  clearedXml,
  documentsXml,
  examinationXml,
  invalidatedXml,
  rejectedXml,
  releasedXml,
  taxXml,
} from './notifications.js';
import { plotOf, type PlotStep } from './plot.js';
import { Referee } from './referee.js';
import { judge } from './rules.js';
import { computeTax, falsified, type TaxCalculation } from './tax.js';
import { isCountry } from './tariff.js';

export interface AuthoritySettings {
  clientId: string;
  clientSecret: string;
  callbackToken: string;
}

/** What became of a transmission on the wire. */
export type Lodged =
  { kind: 'taken'; conversationId: string; afterwards: () => void } | (Broken & { conversationId: string });

const DAY = 86_400_000;
const NOTIFICATIONS = '/v1/inbound/customs/cds/notifications';
const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

/** The customs authority: takes declarations, judges them, computes tax, and tells what it decided. */
export class Authority extends Face<AuthorityEntry> {
  readonly filings = new Filings();
  readonly referee: Referee;
  readonly outbox: Outbox;

  constructor(
    world: World,
    readonly settings: AuthoritySettings,
  ) {
    super('authority', world);
    this.referee = new Referee(this.filings, [settings.clientSecret, settings.callbackToken], (finding) =>
      this.record({ type: 'noted', ...finding }),
    );
    this.outbox = new Outbox(
      world.realTime ? CDS_REAL_TIME : CDS_QUICK,
      (outgoing) => this.addressOf(outgoing),
      (delivered) => this.record({ type: 'delivered', ...delivered }),
      (attempt) => this.referee.sawPush(attempt),
    );
    this.rebuild();
  }

  protected evolve(entry: Stamped<AuthorityEntry>): void {
    this.filings.evolve(entry);
    if (entry.type === 'acted') {
      for (const { push } of entry.notifications) if (push) this.outbox.note(push, Date.parse(entry.at));
    }
    if (entry.type === 'delivered') this.outbox.noteDelivered(entry.id, entry.copy);
    if (entry.type === 'pulled') this.outbox.withdraw(entry.id);
  }

  /** After a start: undelivered notifications go out again, unfinished filings go on. */
  resume(): void {
    this.outbox.resume();
    for (const filing of this.filings.byConversation.values()) this.advance(filing);
  }

  /** One transmission whose form the gateway has passed. */
  lodge(declared: Declared, bytes: Buffer): Lodged {
    const reference = referenceIn(declared.ducr ?? '');
    const next = this.world.scripts.nextStep('authority', reference, this.consumed);
    const step = next?.step ?? null;
    const trouble: Trouble | null =
      next && step?.answer === 'http'
        ? { when: step.acting, status: step.status, key: next.key }
        : this.trouble(reference);
    if (trouble?.when === 'before') {
      const { status, key } = trouble;
      const lost = { status, bytesDigest: sha256(bytes), lrn: declared.lrn, reference, why: 'script' };
      this.record({ type: 'turned-away', ...lost, used: [key] });
      return { kind: 'broken', status, conversationId: newId() };
    }
    const taken = this.takenOf(declared, bytes, reference, step);
    this.referee.sawDeclaration(taken);
    const used = new Set([next?.key, trouble?.key].flatMap((key) => key ?? []));
    this.record({ type: 'taken', taken, used: [...used] });
    const { conversationId } = taken;
    const afterwards = (): void => this.advance(this.filings.byConversation.get(conversationId)!);
    return trouble
      ? { kind: 'broken', status: trouble.status, conversationId, afterwards }
      : { kind: 'taken', conversationId, afterwards };
  }

  noteTurnedAway(bytes: Buffer, status: number, why: string): string {
    this.record({ type: 'turned-away', status, bytesDigest: sha256(bytes), lrn: null, reference: null, why });
    return newId();
  }

  private takenOf(declared: Declared, bytes: Buffer, reference: string, step: AuthorityStep | null): Taken {
    const conversationId = newId();
    const now = new Date();
    const text = bytes.toString('utf8');
    const lrn = declared.lrn ?? '';
    const country =
      declared.destination !== null && /^[A-Z]{2}$/.test(declared.destination) ? declared.destination : 'GB';
    return {
      conversationId,
      lrn,
      ducr: declared.ducr ?? '',
      reference,
      mrn: mrnOf(country, now.getUTCFullYear(), conversationId),
      bytesDigest: sha256(bytes),
      contentDigest: sha256(lrn === '' ? text : text.replaceAll(lrn, '')),
      bytes: text,
      declared,
      plot: plotOf(step, judge(declared, this.filings, monthOf(now))),
      silent: step?.answer === 'silence' ? (step.for === undefined ? 'until-asked' : now.getTime() + step.for) : null,
    };
  }

  /** Goes on with a filing as far as it can without waiting for somebody. */
  private advance(filing: Filing): void {
    const step = filing.plot[filing.position];
    if (!step || !this.isReady(filing, step)) {
      this.releaseHeld(filing);
      return;
    }
    const { conversationId, position } = filing;
    const due = filing.lastActAt.getTime() + this.delay(step.after ?? undefined, `${conversationId}/${position}`);
    this.timers.at(due, () => {
      if (filing.position === position) this.act(filing, step);
    });
  }

  private isReady(filing: Filing, step: PlotStep): boolean {
    if (step.until === 'payment') return filing.due === null || filing.isPaid;
    if (step.until === 'documents') return filing.hasPapers;
    return true;
  }

  private releaseHeld(filing: Filing): void {
    if (filing.silent === 'until-asked') return;
    this.outbox.release(filing.conversationId, this.fault('reorder', filing.reference) ? 'newest-first' : 'as-decided');
  }

  private act(filing: Filing, step: PlotStep): void {
    const { conversationId, position, reference } = filing;
    const at = new Date();
    const calculation = step.do === 'tax' ? this.calculate(filing, step) : null;
    const due = step.do === 'tax' && step.kind === 'assessed' && calculation ? this.dueOf(filing, calculation) : null;
    const said = this.say(filing, step, at, calculation, due);
    const used: string[] = [];
    const notifications: Notification[] = said ? [this.notification(filing, said, used)] : [];
    const stray = step.do === 'accept' ? this.fault('unknown', reference) : null;
    if (stray) {
      used.push(stray.key);
      notifications.push(this.strayNotification(filing, at));
    }
    this.record({ type: 'acted', conversationId, position, notifications, calculation, due, used });
    for (const { id } of notifications) this.outbox.send(id);
    this.advance(filing);
  }

  private calculate(filing: Filing, { wrong }: Extract<PlotStep, { do: 'tax' }>): TaxCalculation | null {
    const country = filing.declared.destination;
    if (!isCountry(country)) return null;
    const calculation = computeTax(country, filing.declared, monthOf(filing.acceptedAt ?? filing.receivedAt));
    return wrong ? falsified(calculation, wrong) : calculation;
  }

  private dueOf(filing: Filing, { total, currency }: TaxCalculation): DueNow | null {
    if (isDeferred(filing.declared) || !exact(total).isPositive() || exact(total).isZero()) return null;
    const reference = `CDSI${String(drawn(`due/${filing.mrn}`, 1_000_000_000_000)).padStart(12, '0')}`;
    return { reference, amount: total, currency };
  }

  /** The words for an act; null when the authority says nothing about it. */
  private say(
    filing: Filing,
    step: PlotStep,
    at: Date,
    calculation: TaxCalculation | null,
    due: DueNow | null,
  ): { id: string; functionCode: string; body: string } | null {
    const id = idFrom(`${filing.conversationId}/${filing.position}`);
    const envelope = { id, at, about: { lrn: filing.lrn, mrn: filing.mrn, version: 1 } };
    const said = (functionCode: string, body: string): { id: string; functionCode: string; body: string } => ({
      id,
      functionCode,
      body,
    });
    switch (step.do) {
      case 'accept':
        return said('01', acceptedXml(envelope));
      case 'reject':
        return said('03', rejectedXml(envelope, step.problems));
      case 'route':
        if (step.to === 'documents') return said('06', documentsXml(envelope, new Date(at.getTime() + 3 * DAY)));
        return step.to === 'physical' ? said('05', examinationXml(envelope)) : null;
      case 'tax':
        if (!calculation) return null;
        return said(
          '13',
          taxXml(envelope, step.kind, calculation, due && { ...due, by: new Date(at.getTime() + 10 * DAY) }),
        );
      case 'release':
        return said('08', releasedXml(envelope));
      case 'clear':
        return said('09', clearedXml(envelope));
      case 'invalidate':
        return said('10', invalidatedXml(envelope, step.reason));
    }
  }

  private notification(
    filing: Filing,
    said: { id: string; functionCode: string; body: string },
    used: string[],
  ): Notification {
    const { conversationId, reference, silent } = filing;
    const lose = this.fault('lose', reference);
    if (lose) used.push(lose.key);
    const isLost = lose !== null && this.consumed.count(lose.key) + 1 >= lose.fault.nth;
    const push = isLost ? null : this.pushOf(said.id, conversationId, said.body, reference);
    if (push && silent === 'until-asked') push.held = true;
    if (push && typeof silent === 'number') push.notBefore = Math.max(push.notBefore, silent);
    return { ...said, conversationId, push };
  }

  private strayNotification(filing: Filing, at: Date): Notification {
    const conversationId = uuidFrom(`stray/${filing.conversationId}`);
    const id = idFrom(`stray/${filing.conversationId}`);
    const about = { lrn: `NOBODY-${id.slice(0, 8)}`, mrn: mrnOf('GB', at.getUTCFullYear(), id), version: 1 };
    const body = acceptedXml({ id, at, about });
    return {
      id,
      conversationId,
      functionCode: '01',
      body,
      push: this.pushOf(id, conversationId, body, filing.reference),
    };
  }

  private pushOf(id: string, conversationId: string, body: string, reference: string): Outgoing {
    return this.outgoing({ id, lane: conversationId, tags: { conversationId }, body }, reference);
  }

  private addressOf({ tags }: Outgoing): Address | null {
    const { callbackUrl } = this.world;
    if (callbackUrl === null) return null;
    const headers = {
      authorization: this.settings.callbackToken,
      'content-type': 'application/xml; charset=UTF-8',
      accept: 'application/xml',
      'x-conversation-id': tags['conversationId'] ?? '',
    };
    return { url: callbackUrl + NOTIFICATIONS, headers };
  }

  /** The bank says that money has come. Unknown references are kept: the debt may be computed later. */
  credit(credit: DueNow): void {
    this.record({ type: 'credited', reference: credit.reference, amount: credit.amount, currency: credit.currency });
    const filing = this.filings.dueUnder(credit.reference);
    if (filing) this.advance(filing);
  }

  receivePapers(filing: Filing, name: string, bytes: Buffer): void {
    this.record({
      type: 'papers',
      conversationId: filing.conversationId,
      name,
      bytes: bytes.length,
      sha256: sha256(bytes),
    });
    this.advance(filing);
  }

  /** @returns newest first */
  enquire(by: 'mrn' | 'ducr' | 'lrn', value: string): Filing[] {
    const found = this.look(by, value);
    this.record({ type: 'enquired', by, value, found: found.map(({ conversationId }) => conversationId) });
    this.referee.sawEnquiry(value);
    for (const filing of found) this.releaseHeld(filing);
    return found.reverse();
  }

  private look(by: 'mrn' | 'ducr' | 'lrn', value: string): Filing[] {
    if (by === 'lrn') return [...this.filings.withLrn(value)];
    if (by === 'ducr') return [...this.filings.withDucr(value)];
    return [this.filings.byMrn.get(value)].flatMap((filing) => filing ?? []);
  }

  pull(id: string): Notification | null {
    const notification = this.filings.notifications.get(id);
    if (!notification) return null;
    if (!notification.isPulled) this.record({ type: 'pulled', id });
    return notification;
  }

  noteSentByHand(bytes: Buffer, status: number | null): void {
    this.record({ type: 'sent-by-hand', bytesDigest: sha256(bytes), status });
  }

  entries(): readonly Stamped<AuthorityEntry>[] {
    return this.ledger.entries;
  }

  override reset(): void {
    super.reset();
    this.filings.clear();
    this.outbox.clear();
  }

  override async close(): Promise<void> {
    await this.outbox.close();
    await super.close();
  }
}
