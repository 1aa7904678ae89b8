import type { Tx } from '@tidewaiter/event-store';
import { NotFound, type Instant } from '@tidewaiter/kernel';
import type { Authorities } from '../authorities/registry.js';
import type { Declaration } from '../domain/declaration.js';
import { filings } from '../postgres/filings.repository.js';
import { inbox } from '../postgres/inbox.repository.js';
import { messages } from '../postgres/messages.repository.js';
import { requests } from '../postgres/requests.repository.js';
import type { SystemDatabase } from './inbox.js';
import { answersView, type AnswersView } from './answers-view.js';
import { viewOf, type DeclarationView } from './views.js';

interface TenantDatabase extends SystemDatabase {
  tenant<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

interface Row {
  declaration_id: string;
  shipment_id: string;
  state: Declaration;
  version: number;
}

const unknown = (what: string): NotFound => new NotFound('customs.declaration.unknown', `no such ${what}`);

/** What callers may see of declarations, each read under the tenant's own row-level security. */
export class Declarations {
  constructor(
    private readonly database: TenantDatabase,
    private readonly authorities: Authorities,
    private readonly clock: () => Instant,
  ) {}

  list(tenant: string, shipmentId: string): Promise<{ items: DeclarationView[] }> {
    return this.database.tenant(tenant, async (tx) => {
      const { rows } = await tx.query<Row>(
        `select declaration_id, shipment_id, state, version from declarations
         where tenant_id = $1 and shipment_id = $2 order by declaration_id`,
        [tenant, shipmentId],
      );
      const items: DeclarationView[] = [];
      for (const row of rows) items.push(await this.view(tx, row));
      return { items };
    });
  }

  /** @throws NotFound `customs.declaration.unknown` */
  show(tenant: string, declarationId: string): Promise<DeclarationView> {
    return this.database.tenant(tenant, async (tx) => {
      const { rows } = await tx.query<Row>(
        'select declaration_id, shipment_id, state, version from declarations where tenant_id = $1 and declaration_id = $2',
        [tenant, declarationId],
      );
      if (!rows[0]) throw unknown('declaration');
      return this.view(tx, rows[0]);
    });
  }

  /**
   * A version as a page of answers, against the version before it.
   * @param version the newest that has a page when left out
   * @throws NotFound `customs.declaration.unknown`
   */
  answers(tenant: string, declarationId: string, version: number | undefined): Promise<AnswersView> {
    return this.database.tenant(tenant, async (tx) => {
      const { rows } = await tx.query<Pick<Row, 'state'>>(
        'select state from declarations where tenant_id = $1 and declaration_id = $2',
        [tenant, declarationId],
      );
      const pages = await filings.answers(tx, declarationId);
      const page = version === undefined ? pages.at(-1) : pages.find((each) => each.version === version);
      if (!rows[0] || !page) throw unknown('version of a declaration');
      const before = pages.findLast((each) => each.version < page.version);
      return answersView(declarationId, rows[0].state, page, before ?? null);
    });
  }

  /** The bytes of a version as they were sent. @throws NotFound `customs.declaration.unknown` */
  async content(tenant: string, declarationId: string, version: number): Promise<Buffer> {
    const bytes = await this.database.tenant(tenant, (tx) => filings.bytes(tx, declarationId, version));
    if (!bytes) throw unknown('version of a declaration');
    return bytes;
  }

  /**
   * A message as it came. That it belongs to the caller's declaration is read under his own row-level security; the bytes
   * themselves are nobody's until then.
   * @throws NotFound `customs.declaration.unknown`
   */
  async message(tenant: string, declarationId: string, messageId: string): Promise<Buffer> {
    const linked = await this.database.tenant(tenant, (tx) => messages.of(tx, declarationId));
    const rawId = linked.find((each) => each.messageId === messageId)?.rawId;
    const bytes = rawId ? await this.database.system((tx) => inbox.bytes(tx, rawId)) : null;
    if (!bytes) throw unknown('message of a declaration');
    return bytes;
  }

  /** Bodies that belong to no declaration known here: no tenant's, so only what is no content of theirs is shown. */
  async unmatched(): Promise<{ items: { messageId: string; sha256: string; receivedAt: Instant; reason: string }[] }> {
    const rows = await this.database.system((tx) => inbox.unmatched(tx));
    return {
      items: rows.map(({ rawId, sha256, receivedAt, reason }) => ({ messageId: rawId, sha256, receivedAt, reason })),
    };
  }

  private async view(tx: Tx, row: Row): Promise<DeclarationView> {
    const { declaration_id: declarationId, shipment_id: shipmentId, state, version: streamVersion } = row;
    const prepared = await filings.prepared(tx, declarationId);
    const authority = state.filing
      ? this.authorities.named(state.filing.authority, state.filing.channel, prepared[0]?.preparedAt ?? this.clock())
      : null;
    return viewOf(
      {
        declarationId,
        shipmentId,
        state,
        streamVersion,
        prepared,
        attempts: await filings.attempts(tx, declarationId),
        requestAttempts: await requests.attempts(tx, declarationId),
        messages: await messages.of(tx, declarationId),
      },
      (functionCode) => authority?.nameOf(functionCode) ?? functionCode,
    );
  }
}
