import { Inject } from '@nestjs/common';
import type { AnswerOf, listPeople, Role } from '@tidewaiter/contracts';
import { CLOCK, DATABASE, LOG, type CallerIdentity, type Clock, type Database, type Log } from '@tidewaiter/platform';
import { conflictsOf, MAY, ROLE_CONFLICTS } from '../domain/people.js';

type Answer = AnswerOf<typeof listPeople>;

/** How long somebody who was written down is not written down again, in milliseconds. */
const QUIET_MS = 60_000;
const REMEMBERED_AT_MOST = 10_000;

interface Row {
  subject: string;
  name: string;
  roles: Role[];
  roles_since: Date;
  first_seen: Date;
  last_seen: Date;
}

/** Who comes to the desk, with which roles. */
export class People {
  private readonly seen = new Map<string, number>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Writes down that somebody was here: at once when they are new or their roles are, else once a minute. Nobody waits for it, and it never fails a request. */
  async note({ tenant, subject, name, roles }: CallerIdentity): Promise<void> {
    const now = this.clock();
    const held = [...roles].sort();
    const key = `${tenant} ${subject} ${held.join()}`;
    const at = Date.parse(now);
    const before = this.seen.get(key);
    if (before !== undefined && at - before < QUIET_MS) return;
    if (this.seen.size >= REMEMBERED_AT_MOST) this.seen.clear();
    this.seen.set(key, at);
    try {
      await this.database.ask(
        tenant,
        `insert into people as p (tenant_id, subject, name, roles, roles_since, first_seen, last_seen) values ($1, $2, $3, $4, $5, $5, $5)
         on conflict (tenant_id, subject) do update set name = excluded.name, roles = excluded.roles, last_seen = excluded.last_seen,
           roles_since = case when p.roles = excluded.roles then p.roles_since else excluded.roles_since end`,
        [tenant, subject, name, held, now],
      );
    } catch (error) {
      this.seen.delete(key);
      this.log.warn('who was here was not written down', { tenant, error });
    }
  }

  async list(tenant: string, grantedBy: string): Promise<Answer> {
    const rows = await this.database.ask<Row>(
      tenant,
      `select subject, name, roles, roles_since, first_seen, last_seen from people where tenant_id = $1 order by last_seen desc, subject`,
      [tenant],
    );
    return {
      grantedBy,
      people: rows.map(({ subject, name, roles, roles_since, first_seen, last_seen }) => ({
        subject,
        name,
        roles,
        rolesSince: roles_since.toISOString(),
        firstSeen: first_seen.toISOString(),
        lastSeen: last_seen.toISOString(),
        conflicts: conflictsOf(roles),
      })),
      roles: (Object.keys(MAY) as Role[]).map((role) => ({ role, may: MAY[role] })),
      conflicts: [...ROLE_CONFLICTS],
    };
  }
}
