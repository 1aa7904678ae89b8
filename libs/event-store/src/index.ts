export type * from './event-store.js';
export { createEventStore, type EventStoreOptions } from './postgres-event-store.js';
export { createEventReader } from './reader.js';
export { ERASED, isSealed, SubjectKeys, type SubjectKeysOptions } from './subject-keys.js';
export { askTenant, inTenant } from './transaction.js';
export { migrateContext, migrateKeys, type MigrateContextOptions } from './migrate.js';
export { LARGEST_BODY } from './envelope.js';
export { Drain, type DrainOptions } from './drain.js';
export { Relay, type RelayOptions } from './relay.js';
