export type * from './event-bus.js';
export { Consumer, type ConsumerOptions } from './consumer.js';
export { Delivery, NotTheOwner, type DeliveryOptions, type DeliveryPort, type Slice } from './delivery.js';
export { Forwarder, type ForwarderOptions } from './forwarder.js';
export { KafkaBus, PARTITIONS, type KafkaBusOptions } from './kafka-bus.js';
export type { KafkaConnection } from './kafka.js';
export { silentLog, type Log } from './log.js';
export { NO_TENANT, parkedStreams, type ParkedReason, type ParkedStream } from './parking.js';
export { readEnvelope, Unreadable } from './read-envelope.js';
