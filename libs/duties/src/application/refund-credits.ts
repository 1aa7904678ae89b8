import { Inject } from '@nestjs/common';
import type { Wrote } from '@tidewaiter/contracts';
import type { By } from '@tidewaiter/event-store';
import { DATABASE, type Database } from '@tidewaiter/platform';
import type { BankCredit } from '../bank/bank.js';
import { sumOf } from '../domain/ledger.js';
import { bankCredits, type KeptCredit } from '../postgres/bank-credits.js';
import { bookingRows } from '../postgres/billing.js';
import { Bookings } from './bookings.js';

const fold = (reference: string): string => reference.trim().toUpperCase();

/**
 * Refunds are told by the reference that the authority quotes together with the whole sum that is open of a claim. What fits no claim is
 * kept for a person. Whichever comes first, the money or the claim, waits for the other.
 */
export class RefundCredits {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(Bookings) private readonly bookings: Bookings,
  ) {}

  /** Money came. @returns what became of it, for the record of the bank's messages */
  async came(credit: BankCredit): Promise<{ outcome: string; says: string }> {
    const reference = fold(credit.reference);
    const { kept, awaited } = await this.database.system(async (tx) => ({
      kept: await bankCredits.keep(tx, { ...credit, reference }),
      awaited: await bankCredits.awaited(tx, reference),
    }));
    for (const { tenant, bookingId, shipmentId, correlationId } of awaited) {
      const commandId = `credit/${credit.transactionId}`;
      const by = { tenant, subject: shipmentId, commandId, actor: 'bank:open-banking', correlationId };
      if (await this.take({ ...by, causationId: commandId }, bookingId, kept))
        return { outcome: 'taken', says: `refund ${credit.reference} paid claim ${bookingId}` };
    }
    return {
      outcome: 'unmatched-credit',
      says: `no claim waits for ${credit.amount.amount} ${credit.amount.currency} under ${credit.reference}`,
    };
  }

  /** A claim waits for money under these references; what came before it is taken now. */
  async awaited(by: By, bookingId: string, references: readonly string[]): Promise<Wrote> {
    const folded = [...new Set(references.map(fold))];
    await this.database.tenant(by.tenant, async (tx) => {
      for (const reference of folded) {
        await bankCredits.await(tx, reference, { bookingId, shipmentId: by.subject, correlationId: by.correlationId });
      }
    });
    const there = await this.database.system((tx) => bankCredits.forClaim(tx, folded, bookingId));
    for (const credit of there) {
      const wrote = await this.take({ ...by, commandId: `credit/${credit.transactionId}` }, bookingId, credit);
      if (wrote) return wrote;
    }
    return {};
  }

  /** @returns null when it is not for this claim */
  private async take(by: By, bookingId: string, credit: KeptCredit): Promise<Wrote | null> {
    if (credit.takenBy !== null && credit.takenBy !== bookingId) return null;
    const row = await this.database.tenant(by.tenant, (tx) => bookingRows.one(tx, bookingId));
    const open = row?.state.open ?? [];
    const { amount, currency } = credit.amount;
    if (open.length === 0 || open[0]!.amount.currency !== currency || !sumOf(open).eq(amount)) return null;
    // Marked before it is booked: a crash between the two leaves it to this claim, and to no other.
    const isOurs = await this.database.system((tx) => bankCredits.take(tx, credit.transactionId, by.tenant, bookingId));
    if (!isOurs) return null;
    const received = { bookingId, receivedOn: credit.at.slice(0, 10), reference: credit.reference };
    return this.bookings.receive({ ...by, subject: row!.shipmentId }, received);
  }
}
