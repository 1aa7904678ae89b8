import { Kafka, logLevel, type logCreator } from 'kafkajs';
import type { Log } from './log.js';

export interface KafkaConnection {
  brokers: readonly string[];
  clientId: string;
  log: Log;
}

/** What a fresh broker or a rebalance says while it finds its feet: kafkajs retries, nobody has to act. */
const FINDING_ITS_FEET =
  /coordinator is loading|coordinator is not available|not the correct coordinator|does not host this topic-partition|no leader for this topic-partition|leadership election|group is rebalancing|rebalance is in progress|Limiting retries for the idempotent producer/i;

/** The only place that makes a kafkajs client. */
export function connectKafka({ brokers, clientId, log }: KafkaConnection): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: adapt(log),
  });
}

/** kafkajs calls an error what it will try again by itself: such lines are warnings here, since their end shows elsewhere. */
const adapt =
  (log: Log): logCreator =>
  () =>
  ({ namespace, log: { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } }) => {
    const said: unknown = fields['error'];
    const error = said instanceof Error ? said.message : said;
    if (FINDING_ITS_FEET.test(message) || FINDING_ITS_FEET.test(String(error))) return;
    log.warn('kafka client', { says: message, in: namespace, ...fields, ...(error === undefined ? {} : { error }) });
  };
