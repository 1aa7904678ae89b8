import type { EventStore, Ordered, Tx } from '@tidewaiter/event-store';
import { Conflict, plusMillis, type Instant } from '@tidewaiter/kernel';
import { currentTraceparent, inSpan } from '@tidewaiter/platform';
import type { Authority, Interpretation } from '../authorities/authority.js';
import type { Profile } from '../authorities/profile.js';
import type { Authorities } from '../authorities/registry.js';
import { declaration, type DeclarationCommand } from '../domain/declaration.js';
import { filings, type Filed } from '../postgres/filings.repository.js';
import { inbox, keyOf, type KeyScheme, type Owner, type RawBody } from '../postgres/inbox.repository.js';
import { messages, type LinkedMessage } from '../postgres/messages.repository.js';
import type { SystemDatabase } from './inbox.js';

interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** A message that cannot be delivered yet: why, and under which references it may be later. */
interface Waiting {
  reason: string;
  keys: string[];
}

type Channel = Profile['channel'];

/** One message of a body: read once for its references, before it is known whose it is. */
interface Part {
  raw: RawBody;
  /** within the body, from 0 */
  index: number;
  reader: Authority;
  said: Interpretation;
  conversationId: string | null;
  keys: Record<KeyScheme, string | null>;
  /** the declarations that its references lead to */
  owners: readonly Owner[];
}

interface OwnedPart extends Part {
  declarationId: string;
}

const BATCH = 64;
const LEASE_MS = 5_000;
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 600_000;

/** Waits for all, also when one fails: nothing may go on in a transaction that is being rolled back. */
async function allOf(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}

const CONFLICT = {
  code: 'customs.message.conflict',
  says: 'A message with this identity came before with other bytes; both are kept, the first one stands.',
};

/**
 * Reads stored messages: interprets, finds the declaration, records what is said. May run again at any point, and several times at
 * once: the link between message and declaration is written in the transaction of the events, and there is only one.
 */
export class MessageReader {
  constructor(
    private readonly database: SystemDatabase,
    private readonly store: EventStore,
    private readonly authorities: Authorities,
    private readonly clock: () => Instant,
    private readonly log: Log,
    /** counts what should never happen */
    private readonly alarm: (code: string) => void,
  ) {}

  /** @returns how many bodies were looked at */
  async work(): Promise<number> {
    const due = await this.database.system((tx) => inbox.claim(tx, BATCH, this.clock(), LEASE_MS));
    if (due.length === 0) return 0;
    const left = new Map<string, Waiting[]>();
    const failed = new Set<string>();
    const parts: Part[] = [];
    for (const raw of due) await this.guarded(raw, failed, () => parts.push(...this.partsOf(raw)));

    const unmatched = await this.recordMatched(parts, failed);
    // What was just recorded may have made known what the others name.
    for (const part of await this.recordMatched(unmatched, failed)) {
      const { raw } = part;
      left.set(raw.rawId, [...(left.get(raw.rawId) ?? []), this.parked(part)]);
    }
    await this.settle(due, left, failed);
    return due.length;
  }

  /** What cannot be recorded comes again later; the others go on. */
  private async guarded(raw: RawBody, failed: Set<string>, work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      failed.add(raw.rawId);
      const { rawId, sha256, tries } = raw;
      this.log.warn('authority message could not be recorded', { rawId, sha256, tries, error });
    }
  }

  private partsOf(raw: RawBody): Part[] {
    const conversationId = raw.headers['x-conversation-id'] ?? null;
    const reader = this.authorities.anyOf(raw.channel as Channel, raw.receivedAt);
    return reader.interpret({ bytes: raw.bytes, conversationId }).map((said, index) => ({
      raw,
      index,
      reader,
      said,
      conversationId,
      keys: {
        conversation: conversationId ?? (said.kind === 'read' ? said.keys.conversationId : null),
        mrn: said.kind === 'read' ? said.keys.mrn : null,
        lrn: said.kind === 'read' ? said.keys.lrn : null,
      },
      owners: [],
    }));
  }

  /**
   * Records what leads to one declaration, in the order in which it came.
   * @returns the parts that lead to none, or to several
   */
  private async recordMatched(parts: readonly Part[], failed: Set<string>): Promise<Part[]> {
    if (parts.length === 0) return [];
    const owners = await this.database.system((tx) =>
      inbox.whose(
        tx,
        parts.map(({ keys }) => keys),
      ),
    );
    const others: Part[] = [];
    const byTenant = new Map<string, OwnedPart[]>();
    for (const [index, part] of parts.entries()) {
      part.owners = owners[index]!;
      const [owner, ...more] = part.owners;
      if (!owner || more.length > 0) {
        others.push(part);
        continue;
      }
      const owned = { ...part, declarationId: owner.declarationId };
      byTenant.set(owner.tenant, [...(byTenant.get(owner.tenant) ?? []), owned]);
    }
    for (const [tenant, owned] of byTenant) await this.recordOf(tenant, owned, failed);
    return others;
  }

  /** All in one transaction, with a few statements for all of them; what one of them breaks is tried again with each on its own. */
  private async recordOf(tenant: string, parts: readonly OwnedPart[], failed: Set<string>): Promise<void> {
    try {
      await this.store.transaction(tenant, (tx) => this.record(tx, parts));
    } catch {
      for (const part of parts) {
        await this.guarded(part.raw, failed, () => this.store.transaction(tenant, (tx) => this.record(tx, [part])));
      }
    }
  }

  /** Why a part cannot be delivered yet; said aloud the first time. */
  private parked({ raw, said, keys, owners }: Part): Waiting {
    const reason =
      said.kind === 'unreadable'
        ? `unreadable (${said.code}) and of no known conversation`
        : owners.length > 1
          ? 'its references lead to more than one declaration'
          : 'it names no declaration known here';
    if (raw.tries === 1) {
      this.alarm(said.kind === 'unreadable' ? 'customs.message.unreadable' : 'customs.message.unmatched');
      this.log.error('authority message is parked', { rawId: raw.rawId, sha256: raw.sha256, reason });
    }
    const named = (['conversation', 'mrn', 'lrn'] as const).flatMap((scheme) =>
      keys[scheme] ? [keyOf(scheme, keys[scheme])] : [],
    );
    return { reason, keys: named };
  }

  private async settle(
    due: readonly RawBody[],
    left: ReadonlyMap<string, Waiting[]>,
    failed: ReadonlySet<string>,
  ): Promise<void> {
    await this.database.system(async (tx) => {
      const done = due.filter(({ rawId }) => !left.has(rawId) && !failed.has(rawId));
      await inbox.settle(
        tx,
        done.map(({ rawId }) => rawId),
      );
      for (const { rawId, tries } of due) {
        const waiting = left.get(rawId);
        if (failed.has(rawId)) {
          await inbox.park(tx, rawId, 'it could not be recorded and is tried again', [], this.nextLook(tries));
        } else if (waiting) {
          const named = waiting.flatMap(({ keys }) => keys);
          await inbox.park(tx, rawId, waiting[0]!.reason, named, this.nextLook(tries));
        }
      }
    });
  }

  private nextLook(tries: number): Instant {
    return plusMillis(this.clock(), Math.min(FIRST_LOOK_MS * 2 ** Math.min(tries - 1, 20), LONGEST_LOOK_MS));
  }

  private async record(tx: Tx, parts: readonly OwnedPart[]): Promise<void> {
    const asked = parts.map((part) => ({ declarationId: part.declarationId, identity: identityOf(part) }));
    const [known, filed] = await Promise.all([
      messages.withIdentity(tx, asked),
      filings.filed(tx, [...new Set(asked.map(({ declarationId }) => declarationId))]),
    ]);
    const links: LinkedMessage[] = [];
    const ordered: Ordered<DeclarationCommand>[] = [];
    for (const [number, part] of parts.entries()) {
      const { raw, index, said, declarationId } = part;
      const { identity } = asked[number]!;
      const before = [...known, ...links].filter(
        (each) => each.declarationId === declarationId && each.identity === identity,
      );
      if (before.some((each) => each.rawId === raw.rawId)) continue;
      const filing = filed.get(declarationId);
      if (!filing) throw new Conflict('customs.declaration.half-written', 'the filing is not written yet');
      const { rawId, sha256, receivedAt } = raw;
      const duplicate = before.some((each) => each.sha256 === sha256);
      const conflict = before.length > 0 && !duplicate;
      const messageId = duplicate ? `${identity}.${rawId}` : conflict ? `${identity}.${sha256.slice(0, 8)}` : identity;
      const functionCode = said.kind === 'read' ? said.functionCode : '';
      links.push({
        ...{ declarationId, messageId, rawId, position: index, identity, functionCode, sha256, receivedAt, duplicate },
      });
      if (duplicate) continue;
      // What is pushed begins a trace of its own.
      ordered.push(
        await inSpan('read authority message', {}, async () =>
          this.ordered(tx.tenant, part, { messageId, conflict, filing }),
        ),
      );
    }
    if (links.length === 0) return;
    await allOf([
      messages.link(tx, links),
      ...(ordered.length === 0 ? [] : [this.store.executeAll(declaration, ordered, tx)]),
    ]);
  }

  private ordered(
    tenant: string,
    { raw, index, reader, said, conversationId, declarationId }: OwnedPart,
    { messageId, conflict, filing }: { messageId: string; conflict: boolean; filing: Filed },
  ): Ordered<DeclarationCommand> {
    const authority = this.authorities.named(filing.authority, filing.channel, filing.preparedAt);
    // Its own profile reads it once more: currency and payee of a debt are the authority's.
    const part =
      said.kind === 'read' && authority.profile !== reader.profile
        ? (authority.interpret({ bytes: raw.bytes, conversationId })[index] ?? said)
        : said;
    const { channel, sha256, receivedAt } = raw;
    const message = { messageId, channel, sha256, receivedAt };
    const command: DeclarationCommand = conflict
      ? { type: 'KeepUnread', message, ...CONFLICT }
      : part.kind === 'unreadable'
        ? { type: 'KeepUnread', message, code: part.code, says: part.says }
        : {
            type: 'TakeMessage',
            message: {
              ...message,
              functionCode: part.functionCode,
              authorityTime: part.authorityTime ?? receivedAt,
              authorityVersion: part.authorityVersion,
              keys: part.keys,
              facts: part.facts,
            },
            declared: filing.declared,
            zone: authority.profile.zone,
          };
    const traceparent = currentTraceparent();
    return {
      stream: `declaration-${declarationId}`,
      command,
      by: {
        tenant,
        subject: filing.shipmentId,
        commandId: index === 0 ? `message/${sha256}` : `message/${sha256}/${index}`,
        actor: `authority:${authority.profile.authority}`,
        correlationId: filing.correlationId,
        causationId: `message/${sha256}`,
      },
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  }
}

/** The authority's own name for the message, or what tells its bytes from others. */
function identityOf({ raw, index, said }: Part): string {
  const fallback = `sha256-${raw.sha256.slice(0, 32)}${index === 0 ? '' : `.${index}`}`;
  return (said.kind === 'read' ? said.identity : null) ?? fallback;
}
