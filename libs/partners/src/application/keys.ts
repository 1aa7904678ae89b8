import { Inject } from '@nestjs/common';
import type { AnswerOf, InputOf, issuePartnerKey, KeyEvent, KeyScope, listPartnerKeys } from '@tidewaiter/contracts';
import type { EventStore, InlineProjection } from '@tidewaiter/event-store';
import { toInstant, type TidewaiterError } from '@tidewaiter/kernel';
import {
  API_KEYS,
  byOf,
  CLOCK,
  DATABASE,
  EVENT_STORE,
  idFor,
  isSecretOf,
  LOG,
  unknownKey,
  type ApiKeys,
  type CallerIdentity,
  type Clock,
  type Database,
  type KnownKey,
  type Log,
  type PresentedKey,
} from '@tidewaiter/platform';
import { partnerKey, type KeyCommand } from '../domain/key.js';

/** One row per key. */
export const keysProjection: InlineProjection = {
  name: 'partner-keys',
  tables: ['partner_keys'],
  async apply(tx, events) {
    for (const event of events) {
      const fact = event as unknown as KeyEvent;
      if (fact.type === 'PartnerKeyIssued') {
        const { keyId, name, scopes, until, digest, by } = fact.data;
        await tx.query(
          `insert into partner_keys (tenant_id, key_id, name, scopes, valid_until, digest, issued_by)
           values ($1, $2, $3, $4, $5, $6, $7)`,
          [event.tenant, keyId, name, scopes, until, digest, by],
        );
      } else if (fact.type === 'PartnerKeyRevoked') {
        await tx.query('update partner_keys set revoked = true where tenant_id = $1 and key_id = $2', [
          event.tenant,
          fact.data.keyId,
        ]);
      }
    }
  },
};

interface KeyRow {
  key_id: string;
  name: string;
  scopes: KeyScope[];
  valid_until: Date;
  digest: string;
  issued_by: string;
  revoked: boolean;
  last_used_at: Date | null;
}

/** How long a stream outlives a key that another process has revoked. */
const LOOK_MS = 2_000;

const ROWS = 'select k.*, u.last_used_at from partner_keys k left join partner_key_uses u using (tenant_id, key_id)';

/** Keys of partners' programs: given out, revoked, and known at the door. */
export class Keys {
  /** what waits for the end of a key, by its id */
  private readonly watchers = new Map<string, Set<(why: TidewaiterError) => void>>();
  private looking: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
    @Inject(API_KEYS) door: ApiKeys,
  ) {
    door.register((key) => this.look(key));
  }

  /** @throws Refused `partners.key.until` */
  async issue(
    caller: CallerIdentity,
    body: InputOf<typeof issuePartnerKey>['body'],
    commandId: string,
  ): Promise<AnswerOf<typeof issuePartnerKey>> {
    const keyId = idFor('partner-key', caller.tenant, commandId);
    const command = { ...body, type: 'IssueKey' as const, keyId, by: caller.actor };
    await this.execute(caller, { ...command, until: toInstant(body.until), now: this.clock() }, commandId, body);
    return { keyId, tenant: caller.tenant };
  }

  /** @throws NotFound `partners.key.unknown` */
  async revoke(caller: CallerIdentity, keyId: string, commandId: string): Promise<{ keyId: string }> {
    await this.execute(caller, { type: 'RevokeKey', keyId, by: caller.actor }, commandId, keyId);
    this.end(keyId);
    return { keyId };
  }

  async list(tenant: string): Promise<AnswerOf<typeof listPartnerKeys>> {
    const rows = await this.database.ask<KeyRow>(
      tenant,
      `${ROWS} where k.tenant_id = $1 order by k.valid_until desc, k.key_id`,
      [tenant],
    );
    return {
      items: rows.map((row) => ({
        keyId: row.key_id,
        prefix: `twk_${tenant}.${row.key_id.slice(0, 8)}`,
        name: row.name,
        scopes: row.scopes,
        until: row.valid_until.toISOString(),
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
        issuedBy: row.issued_by,
        revoked: row.revoked,
      })),
    };
  }

  /** @throws Unauthenticated `identity.key.invalid` */
  async look({ tenant, keyId, secret }: PresentedKey): Promise<KnownKey> {
    const [row] = await this.database.ask<KeyRow>(tenant, `${ROWS} where k.tenant_id = $1 and k.key_id::text = $2`, [
      tenant,
      keyId,
    ]);
    if (!row || !isSecretOf(row.digest, secret)) throw unknownKey();
    const now = this.clock();
    if (row.revoked || row.valid_until.getTime() <= Date.parse(now)) throw unknownKey();
    await this.database.ask(
      tenant,
      `insert into partner_key_uses as u (tenant_id, key_id, last_used_at) values ($1, $2, $3)
       on conflict (tenant_id, key_id) do update set last_used_at = $3 where u.last_used_at < $3::timestamptz - interval '1 minute'`,
      [tenant, row.key_id, now],
    );
    return { name: row.name, scopes: row.scopes, expires: row.valid_until.getTime() };
  }

  /**
   * Calls back once a key opens nothing any more: at once where this process revokes it, else within two seconds. One question a look,
   * however many streams are open, and none while none is.
   *
   * @returns how to stop
   */
  watch(keyId: string, ended: (why: TidewaiterError) => void): () => void {
    const watchers = this.watchers.get(keyId) ?? new Set();
    this.watchers.set(keyId, watchers.add(ended));
    this.looking ??= setInterval(() => void this.lookAgain(), LOOK_MS).unref();
    return () => {
      watchers.delete(ended);
      if (watchers.size === 0 && this.watchers.get(keyId) === watchers) this.watchers.delete(keyId);
      if (this.watchers.size > 0) return;
      clearInterval(this.looking);
      this.looking = undefined;
    };
  }

  /** Ends what is open by keys that are revoked or over by now. */
  async lookAgain(): Promise<void> {
    try {
      const { rows } = await this.database.system((tx) =>
        tx.query<{ key_id: string }>(
          'select key_id from partner_keys where key_id = any($1::uuid[]) and (revoked or valid_until <= $2)',
          [[...this.watchers.keys()], this.clock()],
        ),
      );
      for (const { key_id } of rows) this.end(key_id);
    } catch (error) {
      // Nobody is cut off because the database does not answer: what cannot be read now brings no events either.
      this.log.warn('keys of open streams were not looked at', { error });
    }
  }

  private end(keyId: string): void {
    for (const ended of this.watchers.get(keyId) ?? []) ended(unknownKey());
  }

  private async execute(
    caller: CallerIdentity,
    command: KeyCommand,
    commandId: string,
    fingerprint: unknown,
  ): Promise<void> {
    const { keyId } = command;
    await this.store.execute(partnerKey, `key-${keyId}`, command, byOf(caller, keyId, commandId), { fingerprint });
  }
}
