import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Refused } from '@tidewaiter/kernel';
import type { Pool } from 'pg';

const PREFIX = 'sealed:v1:';
/** What a reader sees where a person's data was erased. */
export const ERASED = '(erased)';

/** Which value of which event: bound into the ciphertext, so that it opens nowhere else. */
export interface SealedPlace {
  tenant: string;
  subject: string;
  eventId: string;
  /** JSON pointer to the value in the event's data */
  pointer: string;
}

export type Seal = (eventId: string, pointer: string, text: string) => string;
export type Open = (eventId: string, pointer: string, sealed: string) => string;

export interface SubjectKeysOptions {
  /** A pool of its own: keys are asked for while a transaction holds a connection of the store's. */
  pool: Pool;
  /** 32 bytes; wraps every subject's key and never touches the database */
  masterKey: Buffer;
  /** how many opened keys stay in memory, 1,000 by default */
  bound?: number;
  /** how long an opened key is believed before its destruction is asked about again, 2,000 ms by default */
  recheckMs?: number;
}

interface Kept {
  key: Buffer | null;
  checkedAt: number;
}

export const isSealed = (text: string): boolean => text.startsWith(PREFIX);

/**
 * Keys of data subjects, one per tenant and subject (a shipment or an engagement), in the shared schema `keys`.
 * Destroying a key makes everything sealed under it unreadable for good; the bytes and their proofs stay as they are.
 */
export class SubjectKeys {
  private readonly kept = new Map<string, Kept>();
  private readonly bound: number;
  private readonly recheckMs: number;

  constructor(private readonly options: SubjectKeysOptions) {
    if (options.masterKey.length !== 32) throw new RangeError('the master key of subject keys has 32 bytes');
    this.bound = options.bound ?? 1000;
    this.recheckMs = options.recheckMs ?? 2000;
  }

  /**
   * Seals values of one subject, AES-256-GCM. Asks the database each time: nothing new is sealed under a destroyed key.
   * @throws Refused `event-store.subject.erased`
   */
  async sealer(tenant: string, subject: string): Promise<Seal> {
    const candidate = this.wrap(randomBytes(32), tenant, subject);
    const { rows } = await this.options.pool.query<{ wrapped: Buffer | null }>(
      'select keys.take_key($1, $2, $3) as wrapped',
      [tenant, subject, candidate],
    );
    const wrapped = rows[0]?.wrapped ?? null;
    const key = this.keep(tenant, subject, wrapped);
    if (!key) {
      throw new Refused(
        'event-store.subject.erased',
        'the personal data of this subject was erased; nothing new can be added',
        {
          facts: { subject },
        },
      );
    }
    return (eventId, pointer, text) =>
      PREFIX + encrypt(key, Buffer.from(text), aadOf({ tenant, subject, eventId, pointer })).toString('base64url');
  }

  /** Opens values of one subject; `(erased)` when its key was destroyed. */
  async opener(tenant: string, subject: string): Promise<Open> {
    const key = await this.find(tenant, subject);
    return (eventId, pointer, sealed) => {
      if (!key) return ERASED;
      const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
      return decrypt(key, bytes, aadOf({ tenant, subject, eventId, pointer })).toString();
    };
  }

  /** Destroys the key, for good. @returns whether it was there to be destroyed (false on a repeat) */
  async destroy(tenant: string, subject: string): Promise<boolean> {
    const { rows } = await this.options.pool.query<{ destroyed: boolean }>(
      'select keys.destroy_key($1, $2) as destroyed',
      [tenant, subject],
    );
    this.keep(tenant, subject, null);
    return rows[0]?.destroyed ?? false;
  }

  private async find(tenant: string, subject: string): Promise<Buffer | null> {
    const kept = this.kept.get(nameOf(tenant, subject));
    // Destruction is for good: only a living key has to be asked about again.
    if (kept && (kept.key === null || performance.now() - kept.checkedAt < this.recheckMs)) return kept.key;
    const { rows } = await this.options.pool.query<{ known: boolean; wrapped: Buffer | null }>(
      'select known, wrapped from keys.find_key($1, $2)',
      [tenant, subject],
    );
    const found = rows[0];
    if (!found?.known) throw new Error(`no key was ever made for subject ${subject}, yet sealed values name it`);
    return this.keep(tenant, subject, found.wrapped);
  }

  private keep(tenant: string, subject: string, wrapped: Buffer | null): Buffer | null {
    const name = nameOf(tenant, subject);
    const key = wrapped && decrypt(this.options.masterKey, wrapped, Buffer.from(name));
    this.kept.delete(name);
    this.kept.set(name, { key, checkedAt: performance.now() });
    if (this.kept.size > this.bound) {
      const oldest = this.kept.keys().next().value;
      if (oldest !== undefined) this.kept.delete(oldest);
    }
    return key;
  }

  private wrap(key: Buffer, tenant: string, subject: string): Buffer {
    return encrypt(this.options.masterKey, key, Buffer.from(nameOf(tenant, subject)));
  }
}

/** A list in JSON, so that no two places can be written the same way. */
const aadOf = (place: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([place.tenant, place.subject, place.eventId, place.pointer]));

const nameOf = (tenant: string, subject: string): string => JSON.stringify([tenant, subject]);

/** @returns nonce (12 bytes), ciphertext, tag (16 bytes) */
function encrypt(key: Buffer, plain: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, aad: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 }).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}
