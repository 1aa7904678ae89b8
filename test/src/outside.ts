import { z } from 'zod';

const filings = z.object({
  items: z.array(
    z.object({
      lrn: z.string(),
      mrn: z.string(),
      reference: z.string(),
      bytesDigest: z.string(),
      contentDigest: z.string(),
      standing: z.string(),
      acceptedAt: z.string().nullable(),
      enquiries: z.number(),
      notifications: z.array(z.object({ id: z.string(), delivered: z.boolean() })),
    }),
  ),
});
export type Filing = z.infer<typeof filings>['items'][number];

const double = z.array(z.unknown());
const summary = z.object({
  authority: z.object({ doubles: z.object({ lrn: double, content: double }) }),
  bank: z.object({ doubles: double }),
  carrier: z.object({ doubles: double }),
  unreachedSteps: z.array(z.unknown()),
});
const findings = z.object({ items: z.array(z.object({ finding: z.string(), says: z.string() })) });
const bank = z.object({
  debits: z.array(z.object({ shipment: z.string(), amount: z.string(), currency: z.string(), reference: z.string() })),
});
const carrier = z.object({
  bookings: z.array(z.object({ reference: z.string(), bookingStatus: z.string(), told: z.array(z.string()) })),
});
const sent = z.object({ status: z.number().nullable() });

/** The authority, the bank and the carrier as their own books have it: what they saw of us, not what we believe. */
export class Outside {
  constructor(
    private readonly admin: string,
    private readonly token: string,
  ) {}

  private async ask<S extends z.ZodType>(schema: S, path: string, body?: unknown): Promise<z.infer<S>> {
    const answer = await fetch(`${this.admin}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return schema.parse(await answer.json());
  }

  /** Tells the authority, the bank or the carrier how to answer for a shipment, before it moves. */
  async script(
    reference: string,
    world: { authority?: object[]; bank?: object[]; carrier?: object[]; faults?: object[] },
  ): Promise<void> {
    await this.ask(z.unknown(), '/scripts', { reference, authority: [], bank: [], carrier: [], faults: [], ...world });
  }

  /** What the authority received for a shipment, turned away or not, in the order it came. */
  async filings(reference: string): Promise<Filing[]> {
    return (await this.ask(filings, `/authority/received?reference=${reference}`)).items;
  }

  async debits(reference: string) {
    return (await this.ask(bank, '/bank/ledger')).debits.filter(({ shipment }) => shipment === reference);
  }

  async bookings(reference: string) {
    return (await this.ask(carrier, '/carrier/ledger')).bookings.filter((booking) => booking.reference === reference);
  }

  /** Everything that was accepted, debited or booked twice, and every step of a script that nobody reached. */
  async doubles(): Promise<unknown[]> {
    const { authority, bank: ofBank, carrier: ofCarrier } = await this.ask(summary, '/summary');
    return [...authority.doubles.lrn, ...authority.doubles.content, ...ofBank.doubles, ...ofCarrier.doubles];
  }

  async unreached(): Promise<unknown[]> {
    return (await this.ask(summary, '/summary')).unreachedSteps;
  }

  /** What the authority holds against us: sent again unasked, refused pushes, storms of enquiries. */
  async findings(): Promise<string[]> {
    return (await this.ask(findings, '/authority/referee')).items.map(({ finding, says }) => `${finding}: ${says}`);
  }

  /** Has the authority send a message of our making. @returns the status it was answered with */
  async send(body: string): Promise<number | null> {
    return (await this.ask(sent, '/authority/send', { body })).status;
  }
}
