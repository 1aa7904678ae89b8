import type { Tx } from '@tidewaiter/event-store';
import { toInstant, type Instant } from '@tidewaiter/kernel';

/** A message of the authority as it belongs to a declaration. */
export interface LinkedMessage {
  declarationId: string;
  messageId: string;
  rawId: string;
  /** within its body, from 0 */
  position: number;
  identity: string;
  functionCode: string;
  sha256: string;
  receivedAt: Instant;
  duplicate: boolean;
}

interface Row {
  declaration_id: string;
  message_id: string;
  raw_id: string;
  position: number;
  identity: string;
  function_code: string;
  sha256: string;
  received_at: Date;
  duplicate: boolean;
}

const linked = (row: Row): LinkedMessage => ({
  declarationId: row.declaration_id,
  messageId: row.message_id,
  rawId: row.raw_id,
  position: row.position,
  identity: row.identity,
  functionCode: row.function_code,
  sha256: row.sha256,
  receivedAt: toInstant(row.received_at.toISOString()),
  duplicate: row.duplicate,
});

const COLUMNS = 'declaration_id, message_id, raw_id, position, identity, function_code, sha256, received_at, duplicate';

/** Links between declarations and messages, in the tenant's own transactions. */
export const messages = {
  async link(tx: Tx, linkedMessages: readonly LinkedMessage[]): Promise<void> {
    const column = <K extends keyof LinkedMessage>(name: K): LinkedMessage[K][] =>
      linkedMessages.map((each) => each[name]);
    await tx.query(
      `insert into messages (tenant_id, ${COLUMNS})
       select $1, * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::integer[], $6::text[], $7::text[], $8::text[],
         $9::timestamptz[], $10::boolean[])`,
      [
        tx.tenant,
        column('declarationId'),
        column('messageId'),
        column('rawId'),
        column('position'),
        column('identity'),
        column('functionCode'),
        column('sha256'),
        column('receivedAt'),
        column('duplicate'),
      ],
    );
  },

  /** Those of each declaration that bear one of the identities asked for. */
  async withIdentity(
    tx: Tx,
    asked: readonly Pick<LinkedMessage, 'declarationId' | 'identity'>[],
  ): Promise<LinkedMessage[]> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from messages
       where tenant_id = $1 and (declaration_id, identity) in (select * from unnest($2::uuid[], $3::text[]))`,
      [tx.tenant, asked.map(({ declarationId }) => declarationId), asked.map(({ identity }) => identity)],
    );
    return rows.map(linked);
  },

  async of(tx: Tx, declarationId: string): Promise<LinkedMessage[]> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from messages where tenant_id = $1 and declaration_id = $2 order by received_at, raw_id, position`,
      [tx.tenant, declarationId],
    );
    return rows.map(linked);
  },
};
