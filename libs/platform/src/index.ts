export { BadSettings, secret32, settings } from './config/settings.js';
export { READINESS, Readiness } from './health/health.js';
export { FrontModule } from './front/front.module.js';
export { Binary } from './http/binary.js';
export { Caller, CommandId, IfMatch, Input, RawBody, ROUTE, Serves, type HouseRequest } from './http/serves.js';
export {
  Bell,
  EventStreams,
  eventStream,
  resumeAfter,
  type EventStreamOptions,
  type StreamRow,
} from './http/event-stream.js';
export { problemOf, statusOf } from './http/problems.js';
export {
  createTokenVerifier,
  TOKEN_VERIFIER,
  Unauthenticated,
  type CallerIdentity,
  type TokenVerifier,
} from './identity/caller.js';
export {
  API_KEYS,
  ApiKeys,
  apiKeyOf,
  isSecretOf,
  unknownKey,
  type KnownKey,
  type PresentedKey,
} from './identity/api-keys.js';
export { Sessions, type Session } from './identity/session.js';
export { refuseIfRefused } from './runtime/refused.js';
export { createLog, LOG, type Log } from './observability/log.js';
export { alarms, metrics, streamsParked } from './observability/metrics.js';
export { currentTraceId, currentTraceparent, inLinkedSpan, inSpan } from './observability/trace.js';
export { createDatabase, createPool, DATABASE, type Database } from './postgres/database.js';
export { byOf, byOfStep, byPartOf } from './runtime/by.js';
export { idFor } from './runtime/ids.js';
export { RecordActivitiesService } from './runtime/record-activities.js';
export {
  ContextModule,
  ContextRuntime,
  declaredContexts,
  RUNTIME,
  type ContextOptions,
} from './runtime/context.module.js';
export { hostConsumer, type ConsumerHandler } from './runtime/consumer-host.js';
export { JobItems, type JobItem, type JobTables } from './runtime/job-items.js';
export { drainToken, hostActivities, hostDrain, type DrainHandler, type Nudge } from './runtime/host.js';
export { HouseModule, SERVICE } from './runtime/house.module.js';
export { CLOCK, EVENT_BUS, EVENT_STORE, SUBJECT_KEYS, type Clock } from './runtime/tokens.js';
export { createService, runService, startService, type RunningService } from './run-service.js';
export { toFailure } from './temporal/activity-host.js';
export { dataConverter, EncryptionCodec, failureConverterPath } from './temporal/codec.js';
export {
  createWorkflowPort,
  Temporal,
  TEMPORAL,
  WORKFLOWS,
  type TemporalSettings,
  type WorkflowPort,
} from './temporal/temporal.js';
