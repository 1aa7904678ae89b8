import type { AuditEvent } from '@tidewaiter/contracts';
import type { InlineProjection } from '@tidewaiter/event-store';
import { scopeKey } from '../domain/index.js';

/** One row per hold on a customer or party. */
export const mattersProjection: InlineProjection = {
  name: 'matters',
  tables: ['matters'],
  async apply(tx, events) {
    for (const event of events) {
      const fact = event as unknown as AuditEvent;
      if (fact.type === 'MatterHoldPlaced') {
        const { matterId, scope, matter, by } = fact.data;
        await tx.query(
          `insert into matters (tenant_id, matter_id, scope_key, scope, matter, placed_by, placed_at) values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (tenant_id, matter_id) do nothing`,
          [event.tenant, matterId, scopeKey(scope), JSON.stringify(scope), matter, by, event.time],
        );
      } else if (fact.type === 'MatterHoldLifted') {
        await tx.query('update matters set lifted = true where tenant_id = $1 and matter_id = $2', [
          event.tenant,
          fact.data.matterId,
        ]);
      }
    }
  },
};
