import { booking } from './booking.js';
import { delivery } from './delivery.js';
import { tracking } from './tracking.js';

export { booking, type Booking, type BookingCommand } from './booking.js';
export { delivery, type DeliveredLine, type Delivery, type DeliveryCommand, type Proof } from './delivery.js';
export { MILESTONES, trackingState, type Milestone } from './milestones.js';
export { tracking, type RecordedMilestone, type Tracking, type TrackingCommand } from './tracking.js';

/** How each category of stream is folded: what the services use, replay and auditors use too. */
export const streams = { booking, tracking, delivery };
