import { z } from 'zod';
import { witnessServer } from './server.js';
import { Witness } from './witness.js';

const settings = z.object({
  WITNESS_FOLDER: z.string().min(1),
  WITNESS_NAME: z
    .string()
    .regex(/^[^\s+]{1,200}$/)
    .default('witness.tidewaiter.local'),
  /** who may add logs */
  WITNESS_TOKEN: z.string().min(16),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
});

const parsed = settings.safeParse(process.env);
if (!parsed.success) {
  for (const { path, message } of parsed.error.issues) process.stderr.write(`${path.join('.')}: ${message}\n`);
  process.exit(2);
}
const { WITNESS_FOLDER, WITNESS_NAME, WITNESS_TOKEN, HOST, PORT } = parsed.data;
const witness = await Witness.open(WITNESS_FOLDER, WITNESS_NAME);
const server = witnessServer(witness, WITNESS_TOKEN);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
server.listen(PORT, HOST, () => {
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, key: witness.verifierKey })}\n`);
});
