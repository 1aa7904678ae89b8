import { randomUUID } from 'node:crypto';
import type { EventStore } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';
import { contentDigest } from '../application/digests.js';
import { drawReferences } from '../application/references.js';
import type { Profile } from '../authorities/profile.js';
import { contentOf } from '../domain/content.js';
import { declaration, type DeclarationCommand } from '../domain/declaration.js';
import { filings } from '../postgres/filings.repository.js';
import { aLodging } from './lodging.js';

export interface Filed {
  declarationId: string;
  shipmentId: string;
  lrn: string;
  conversationId: string;
}

/** A declaration that was sent and waits for its authority, written as the filing desk leaves it. */
export async function fileOne(store: EventStore, tenant: string, profile: Profile, at: Instant): Promise<Filed> {
  const [declarationId, shipmentId, conversationId] = [randomUUID(), randomUUID(), randomUUID()];
  const request = aLodging((each) => {
    each.declarationId = declarationId;
    each.situation.shipmentId = shipmentId;
    each.situation.reference = `LOAD-${declarationId.slice(0, 8)}`;
  });
  const content = contentOf(request, profile.importerScheme);
  const { lrn, ducr } = drawReferences(declarationId, content, profile, at);
  const digest = contentDigest(content);
  const { authority, channel } = profile;
  const commands: DeclarationCommand[] = [
    {
      type: 'PrepareVersion',
      filing: { declarationId, shipmentId, lrn, ducr, authority, channel },
      version: 1,
      contentDigest: digest,
      bytesDigest: digest,
      assessmentDigest: digest,
      documentSetDigest: digest,
      leftOut: [],
    },
    { type: 'RecordAttempt', version: 1, attempt: 1, result: { kind: 'received', conversationId } },
  ];
  await store.transaction(tenant, async (tx) => {
    for (const [index, command] of commands.entries()) {
      const by = {
        ...{ tenant, subject: shipmentId, commandId: `${declarationId}/${index}`, actor: 'system:bench' },
        ...{ correlationId: shipmentId, causationId: declarationId },
      };
      await store.execute(declaration, `declaration-${declarationId}`, command, by, { tx });
    }
    await filings.keepContent(tx, declarationId, {
      ...{ version: 1, content, bytes: Buffer.alloc(0), bytesDigest: digest, answers: [] },
      ...{ correlationId: shipmentId, preparedAt: at },
    });
  });
  return { declarationId, shipmentId, lrn, conversationId };
}
