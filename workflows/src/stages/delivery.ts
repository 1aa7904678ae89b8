import type { DocumentSet, Situation } from '@tidewaiter/contracts';
import { carriers } from '../activities.js';
import { retryOrAbandon, type Story } from '../story.js';
import type { Released } from './clearance.js';

const NEWS = ['carriers.ShipmentDelivered', 'carriers.BookingDeclined'] as const;

/** Book, follow, deliver: done when nothing of what customs released remains and every part is evidenced. */
export async function delivery(
  story: Story,
  situation: Situation,
  goods: DocumentSet,
  released: Released,
): Promise<void> {
  story.enter('delivery', 'carrier: delivery');
  for (let generation = 1; ; generation += 1) {
    const booked = await story.do('book', (step) =>
      carriers.bookDelivery(step, {
        generation,
        situation,
        released: released.quantities,
        packages: { count: goods.packages.count, kind: goods.packages.kind },
        grossMass: goods.grossMass,
      }),
    );
    if (booked.kind === 'unknown') await learnOutcome(story, booked.bookingId);
    const outcome =
      booked.kind === 'declined'
        ? undefined
        : await story.expect(NEWS, (fact) => fact.data['bookingId'] === booked.bookingId);
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

async function learnOutcome(story: Story, bookingId: string): Promise<void> {
  const heard = () => story.has(NEWS, (fact) => fact.data['bookingId'] === bookingId);
  for (let wait = 500; !heard(); wait = Math.min(wait * 2, 3_600_000)) {
    const answer = await story.do('resolve-booking', (step) => carriers.resolveBooking(step, bookingId));
    if (answer.kind !== 'unknown') return;
    await story.quiet(heard, wait);
  }
}
