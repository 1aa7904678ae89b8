import type { DocumentSet, Fact, Situation } from '@tidewaiter/contracts';
import { carriers } from '../activities.js';
import { Abandoned, retryOrAbandon, type Story } from '../story.js';
import type { Gate } from './after-release.js';
import type { Released } from './clearance.js';

const NEWS = ['carriers.ShipmentDelivered', 'carriers.BookingDeclined'] as const;

/** Book, follow, deliver: done when nothing of what customs released remains and every part is evidenced. */
export async function delivery(
  story: Story,
  situation: Situation,
  goods: DocumentSet,
  released: Released,
  gate: Gate,
): Promise<void> {
  story.enter('delivery', 'carrier: delivery');
  for (let generation = 1; ; generation += 1) {
    await mayGo(story, gate);
    const booked = await story.do('book', (step) =>
      carriers.bookDelivery(step, {
        generation,
        situation,
        released: released.quantities,
        packages: { count: goods.packages.count, kind: goods.packages.kind },
        grossMass: goods.grossMass,
      }),
    );
    if (booked.kind !== 'declined') gate.noteBooked();
    if (booked.kind === 'unknown') await learnOutcome(story, booked.bookingId);
    const outcome = booked.kind === 'declined' ? undefined : await outcomeOf(story, booked.bookingId, gate);
    if (outcome?.name === 'carriers.ShipmentDelivered') return;
    await story.ask(
      {
        kind: 'rebook-delivery',
        role: 'operator',
        says: `The carrier does not take the booking: ${booked.kind === 'declined' ? booked.says : String(outcome?.data['says'])} Book again with { "retry": true }.`,
        about: { bookingId: booked.bookingId },
        due: null,
      },
      retryOrAbandon,
    );
  }
}

/** Nothing is booked while the goods may not go. @throws Abandoned when they were given up */
async function mayGo(story: Story, gate: Gate): Promise<void> {
  if (!gate.isOpen()) await story.until(() => gate.isOpen() || gate.givenUp() !== null);
  const reason = gate.givenUp();
  if (reason !== null) throw new Abandoned(reason);
}

async function outcomeOf(story: Story, bookingId: string, gate: Gate): Promise<Fact> {
  const ours = (fact: Fact) => fact.data['bookingId'] === bookingId;
  if (!story.has(NEWS, ours)) await story.until(() => story.has(NEWS, ours) || gate.givenUp() !== null);
  const reason = gate.givenUp();
  if (reason !== null) throw new Abandoned(reason);
  return story.expect(NEWS, ours);
}

async function learnOutcome(story: Story, bookingId: string): Promise<void> {
  const heard = () => story.has(NEWS, (fact) => fact.data['bookingId'] === bookingId);
  for (let wait = 500; !heard(); wait = Math.min(wait * 2, 3_600_000)) {
    const answer = await story.do('resolve-booking', (step) => carriers.resolveBooking(step, bookingId));
    if (answer.kind !== 'unknown') return;
    await story.quiet(heard, wait);
  }
}
