import type { Tx } from '@tidewaiter/event-store';
import pg from 'pg';

/** Application-wide name of the advisory lock, in the audit database. */
const LOCK = 'tidewaiter audit sequencer';

/** Somebody else took the lease over: what this holder began must not be written. */
export class Fenced extends Error {
  constructor(held: string, now: string) {
    super(`the sequencer's lease moved on: epoch ${held} was ours, ${now} is in force`);
    this.name = 'Fenced';
  }
}

/**
 * The right to sequence, integrate and publish. An advisory lock on a connection of its own says who should work, and goes
 * with the connection, so that a killed holder is followed at once; the epoch, compared under a row lock in every step's
 * transaction, stops a holder that was paused past the loss of its connection.
 */
export class Lease {
  private client: pg.Client | null = null;
  private epoch: string | null = null;

  /** @param url address as the system role */
  constructor(private readonly url: string) {}

  get held(): boolean {
    return this.epoch !== null;
  }

  /** Tries once, without waiting for a holder to let go. @returns whether the lease is held now */
  async take(): Promise<boolean> {
    if (this.held) return true;
    const client = await this.connected();
    try {
      const { rows } = await client.query<{ locked: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
        [LOCK],
      );
      if (!rows[0]!.locked) return false;
      const bumped = await client.query<{ epoch: string }>(
        'update log_sequencer set epoch = epoch + 1 returning epoch',
      );
      this.epoch = bumped.rows[0]!.epoch;
      return true;
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  /** First statement of every step's transaction: locks the row, so that a new holder waits for this step to end. @throws Fenced */
  async fence(tx: Tx): Promise<void> {
    const { rows } = await tx.query<{ epoch: string }>('select epoch from log_sequencer for update');
    const now = rows[0]!.epoch;
    if (now === this.epoch) return;
    const held = this.epoch ?? 'none';
    await this.release();
    throw new Fenced(held, now);
  }

  async release(): Promise<void> {
    const client = this.client;
    this.client = null;
    this.epoch = null;
    await client?.end().catch(() => undefined);
  }

  private async connected(): Promise<pg.Client> {
    if (this.client) return this.client;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'tidewaiter audit lease',
      keepAlive: true,
    });
    const lost = (): void => {
      if (this.client === client) {
        this.client = null;
        this.epoch = null;
      }
    };
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    this.client = client;
    return client;
  }
}
