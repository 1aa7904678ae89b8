import { Inject } from '@nestjs/common';
import { auditors, type AnswerOf, type AuditEvent, type listReaders } from '@tidewaiter/contracts';
import type { InlineProjection } from '@tidewaiter/event-store';
import { Forbidden, NotFound, toInstant } from '@tidewaiter/kernel';
import {
  CLOCK,
  DATABASE,
  isSecretOf,
  TOKEN_VERIFIER,
  Unauthenticated,
  type CallerIdentity,
  type Clock,
  type Database,
  type TokenVerifier,
} from '@tidewaiter/platform';

export const readerStream = (readerId: string): string => `reader-${readerId}`;

/** One row per reader. */
export const readersProjection: InlineProjection = {
  name: 'readers',
  tables: ['readers'],
  async apply(tx, events) {
    for (const event of events) {
      const fact = event as unknown as AuditEvent;
      if (fact.type === 'ReaderKeyIssued') {
        const { readerId, name, until, digest, by } = fact.data;
        await tx.query(
          `insert into readers (tenant_id, reader_id, name, valid_until, digest, issued_by) values ($1, $2, $3, $4, $5, $6)
           on conflict (tenant_id, reader_id) do nothing`,
          [event.tenant, readerId, name, until, digest, by],
        );
      } else if (fact.type === 'ReaderKeyRevoked') {
        await tx.query('update readers set revoked = true where tenant_id = $1 and reader_id = $2', [
          event.tenant,
          fact.data.readerId,
        ]);
      }
    }
  },
};

interface ReaderRow {
  reader_id: string;
  name: string;
  valid_until: Date;
  digest: string;
  issued_by: string;
  revoked: boolean;
}

/** `twr_<log>.<reader id>.<secret>`; only the secret's SHA-256 ever reached us. */
const KEY = /^Bearer +twr_([a-z0-9-]{1,40})\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/i;

/** Who may read a log: people of the tenant with a role for it, and outside parties with a key for this one log. */
export class Readers {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(TOKEN_VERIFIER) private readonly tokens: TokenVerifier,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns the log's name, now known to be the caller's
   * @throws  Unauthenticated; Forbidden `identity.role.missing`; NotFound `audit.log.unknown`
   */
  async admit(log: string, authorization: string | undefined): Promise<string> {
    const key = KEY.exec(authorization ?? '');
    const tenant = key
      ? await this.logOfKey(key[1]!, key[2]!, key[3]!)
      : tenantOf(await this.tokens.verify(authorization));
    if (tenant !== log) throw new NotFound('audit.log.unknown', 'there is no such log');
    return log;
  }

  async list(tenant: string): Promise<AnswerOf<typeof listReaders>> {
    const rows = await this.database.ask<ReaderRow>(
      tenant,
      'select reader_id, name, valid_until, digest, issued_by, revoked from readers where tenant_id = $1 order by valid_until desc, reader_id',
      [tenant],
    );
    return {
      items: rows.map((row) => ({
        readerId: row.reader_id,
        name: row.name,
        until: row.valid_until.toISOString(),
        issuedBy: row.issued_by,
        revoked: row.revoked,
      })),
    };
  }

  private async logOfKey(log: string, readerId: string, secret: string): Promise<string> {
    const [row] = await this.database.ask<ReaderRow>(
      log,
      'select reader_id, name, valid_until, digest, issued_by, revoked from readers where tenant_id = $1 and reader_id::text = $2',
      [log, readerId],
    );
    if (!row || !isSecretOf(row.digest, secret)) {
      throw new Unauthenticated('audit.reader.invalid', 'The key is not one this log knows.', {
        advice: 'Ask who gave it to you.',
      });
    }
    if (row.revoked || toInstant(row.valid_until.toISOString()) <= this.clock()) {
      throw new Unauthenticated('audit.reader.ended', `The key of ${row.name} was revoked or has ended.`, {
        advice: 'Ask who gave it to you for a new one.',
      });
    }
    return log;
  }
}

function tenantOf({ tenant, roles }: CallerIdentity): string {
  if (!roles.some((role) => (auditors as readonly string[]).includes(role))) {
    throw new Forbidden('identity.role.missing', `This needs one of the roles ${auditors.join(', ')}.`, {
      advice: 'Ask a tenant administrator for the role.',
    });
  }
  return tenant;
}
