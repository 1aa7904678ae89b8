import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export const metrics = new Registry();
collectDefaultMetrics({ register: metrics });

export const httpSeconds = new Histogram({
  name: 'tidewaiter_http_seconds',
  help: 'Time to answer a request, by route',
  labelNames: ['route', 'status'],
  buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
  registers: [metrics],
});
export const activitySeconds = new Histogram({
  name: 'tidewaiter_activity_seconds',
  help: 'Time of one activity attempt, by activity and outcome',
  labelNames: ['activity', 'outcome'],
  buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
  registers: [metrics],
});
export const outboxUnsent = new Gauge({
  name: 'tidewaiter_outbox_unsent',
  help: 'Outbox rows that wait for the relay',
  labelNames: ['context'],
  registers: [metrics],
});
export const eventsConsumed = new Counter({
  name: 'tidewaiter_events_consumed_total',
  help: 'Events taken in from Kafka, by consumer',
  labelNames: ['consumer'],
  registers: [metrics],
});
export const streamsParked = new Gauge({
  name: 'tidewaiter_streams_parked',
  help: 'Streams that wait: for a version that has not come, for a person after poison, or records that are no events',
  labelNames: ['context', 'consumer', 'reason'],
  registers: [metrics],
});
export const alarms = new Counter({
  name: 'tidewaiter_alarms_total',
  help: 'What should never happen and was noticed, by code',
  labelNames: ['code'],
  registers: [metrics],
});
