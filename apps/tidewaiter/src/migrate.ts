import { KafkaBus } from '@tidewaiter/event-bus';
import { migrateContext, migrateKeys } from '@tidewaiter/event-store';
import { createLog, declaredContexts, settings } from '@tidewaiter/platform';
import { z } from 'zod';

const admin = z.object({
  ADMIN_DATABASE_URL: z.url().meta({ description: 'Postgres as a role that may create roles and schemas' }),
  ADMIN_AUDIT_DATABASE_URL: z.url().meta({ description: 'the same for the database of the audit log' }),
  KAFKA_BROKERS: z.string().min(1),
  KAFKA_PARTITIONS: z.coerce
    .number()
    .refine((count) => [1, 2, 4, 8, 16, 32, 64].includes(count), 'a power of two')
    .default(8)
    .meta({ description: 'of each topic when it is made; never changed afterwards' }),
});

const urlOf = (name: string): string => {
  const url = process.env[name];
  if (url === undefined) throw new Error(`Setting ${name} is missing.`);
  return url;
};

/** Brings every context's schema to the newest shape, and makes the topics; may run again. */
export async function migrate(): Promise<void> {
  const env = settings(admin);
  const log = createLog({ service: 'migrate' });
  await migrateKeys(env.ADMIN_DATABASE_URL);
  for (const [context, { migrations }] of declaredContexts()) {
    const name = context.toUpperCase();
    const url = context === 'audit' ? env.ADMIN_AUDIT_DATABASE_URL : env.ADMIN_DATABASE_URL;
    if (context === 'audit') await migrateKeys(url);
    await migrateContext(url, context, {
      appUrl: urlOf(`${name}_DATABASE_URL`),
      systemUrl: urlOf(`${name}_SYSTEM_DATABASE_URL`),
      dir: migrations,
    });
    log.info('schema is up to date', { context });
  }
  const bus = new KafkaBus({
    brokers: env.KAFKA_BROKERS.split(','),
    clientId: 'tidewaiter-migrate',
    log,
    partitions: env.KAFKA_PARTITIONS,
  });
  await bus.ensureTopics();
  await bus.close();
}
