import { Inject } from '@nestjs/common';
import { Conflict, TidewaiterError } from '@tidewaiter/kernel';
import {
  DATABASE,
  drainToken,
  inSpan,
  LOG,
  type Database,
  type DrainHandler,
  type Log,
  type Nudge,
} from '@tidewaiter/platform';
import { BANK, type Bank, type Standing } from '../bank/bank.js';
import { bankMessages, type UnreadMessage } from '../postgres/bank-messages.js';
import { bankOrders, type OrderOwner } from '../postgres/bank-orders.js';
import { sha256 } from './digest.js';
import { Paying } from './paying.js';
import { RefundCredits } from './refund-credits.js';

export const BANK_DRAIN = 'duties.bank-messages';

const AT_ONCE = 20;

/** Takes in what the bank pushes: stored as it came, then the bank has its answer, then it is read. */
export class BankInbox {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(drainToken(BANK_DRAIN)) private readonly drain: Nudge,
  ) {}

  /** The same bytes twice are one message. */
  async receive(body: Buffer): Promise<void> {
    await this.database.system((tx) => bankMessages.store(tx, sha256(body), body));
    this.drain.nudge();
  }
}

/** Reads stored messages, each once. What cannot be read, or is of no payment of ours, is kept with what was wrong. */
export class BankMessages implements DrainHandler {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(BANK) private readonly bank: Bank,
    @Inject(Paying) private readonly paying: Paying,
    @Inject(RefundCredits) private readonly credits: RefundCredits,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async work(): Promise<number> {
    const unread = await this.database.system((tx) => bankMessages.unread(tx, AT_ONCE));
    const failures: unknown[] = [];
    for (const message of unread) {
      // What is pushed begins a trace of its own.
      await inSpan('read bank message', {}, () => this.settle(message)).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    return unread.length;
  }

  private async settle(message: UnreadMessage): Promise<void> {
    try {
      const { outcome, says } = await this.read(message);
      await this.database.system((tx) => bankMessages.settle(tx, message.digest, outcome, says));
      if (outcome !== 'taken') this.log.warn('bank message kept for a person', { digest: message.digest, outcome });
    } catch (error) {
      await this.database.system((tx) => bankMessages.postpone(tx, message.digest));
      throw error;
    }
  }

  /** An outage of ours leaves the message unread and is thrown; what the message itself causes becomes its outcome. */
  private async read(message: UnreadMessage): Promise<{ outcome: string; says: string }> {
    try {
      const said = this.bank.read(message.body);
      if (said.kind === 'credit') return await this.credits.came(said);
      const owner = await this.ownerOf(said.key);
      if (!owner) return { outcome: 'unknown-payment', says: `no order of ours has the key ${said.key}` };
      await this.learn(message, owner, said);
      return { outcome: 'taken', says: `payment ${said.key} is ${said.status}` };
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error instanceof Conflict || error.kind === 'unavailable') throw error;
      return { outcome: error.kind === 'invalid' ? 'unreadable' : 'refused', says: `${error.code}: ${error.message}` };
    }
  }

  private ownerOf(key: string): Promise<OrderOwner | null> {
    const isOurs = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key);
    return isOurs ? this.database.system((tx) => bankOrders.owner(tx, key)) : Promise.resolve(null);
  }

  private learn(
    { digest, receivedAt }: UnreadMessage,
    { tenant, shipmentId, correlationId }: OrderOwner,
    said: { key: string } & Standing,
  ): Promise<void> {
    const commandId = `message/${digest}`;
    const by = {
      tenant,
      subject: shipmentId,
      commandId,
      actor: 'bank:open-banking',
      correlationId,
      causationId: commandId,
    };
    return this.paying.learn(by, said.key, said, receivedAt);
  }
}
