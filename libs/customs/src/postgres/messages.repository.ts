import type { Tx } from '@tidewaiter/event-store';
import { toInstant, type Instant } from '@tidewaiter/kernel';

/** A message of the authority as it belongs to a declaration. */
export interface LinkedMessage {
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
  messageId: row.message_id,
  rawId: row.raw_id,
  position: row.position,
  identity: row.identity,
  functionCode: row.function_code,
  sha256: row.sha256,
  receivedAt: toInstant(row.received_at.toISOString()),
  duplicate: row.duplicate,
});

const COLUMNS = 'message_id, raw_id, position, identity, function_code, sha256, received_at, duplicate';

/** Links between declarations and messages, in the tenant's own transactions. */
export const messages = {
  async link(tx: Tx, declarationId: string, message: LinkedMessage): Promise<void> {
    await tx.query(
      `insert into messages (tenant_id, declaration_id, ${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        tx.tenant,
        declarationId,
        message.messageId,
        message.rawId,
        message.position,
        message.identity,
        message.functionCode,
        message.sha256,
        message.receivedAt,
        message.duplicate,
      ],
    );
  },

  async withIdentity(tx: Tx, declarationId: string, identity: string): Promise<LinkedMessage[]> {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from messages where tenant_id = $1 and declaration_id = $2 and identity = $3`,
      [tx.tenant, declarationId, identity],
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
