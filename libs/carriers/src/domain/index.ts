import { booking } from './booking.js';
import { delivery } from './delivery.js';
import { tracking } from './tracking.js';

export { booking, type Booking, type BookingCommand } from './booking.js';
export {
  delivery,
  remainingOf,
  returnedOf,
  type Delivery,
  type DeliveryCommand,
  type LineQuantity,
  type Proof,
} from './delivery.js';
export { classOf, trackingState, type Milestone, type MilestoneName, type Where } from './milestones.js';
export {
  tracking,
  type ParkedMessage,
  type RecordedMilestone,
  type Tracking,
  type TrackingCommand,
} from './tracking.js';

/** How each category of stream is folded: what the services use, replay and auditors use too. */
export const streams = { booking, tracking, delivery };
