import type { EventStore, Tx } from '@tidewaiter/event-store';
import { Conflict, plusMillis, type Instant } from '@tidewaiter/kernel';
import { inSpan } from '@tidewaiter/platform';
import type { Interpretation } from '../authorities/authority.js';
import type { Profile } from '../authorities/profile.js';
import type { Authorities } from '../authorities/registry.js';
import { declaration, type DeclarationCommand, type DeclaredQuantities } from '../domain/declaration.js';
import { filings } from '../postgres/filings.repository.js';
import { inbox, keyOf, type RawBody } from '../postgres/inbox.repository.js';
import { messages } from '../postgres/messages.repository.js';
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

const BATCH = 32;
const LEASE_MS = 5_000;
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 600_000;

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
    for (const raw of due) {
      try {
        // What is pushed begins a trace of its own.
        await inSpan('read authority message', {}, () => this.read(raw));
      } catch (error) {
        // It comes again when its lease ends; the others go on.
        this.log.warn('authority message could not be recorded', {
          rawId: raw.rawId,
          sha256: raw.sha256,
          tries: raw.tries,
          error,
        });
        await this.putBack(raw);
      }
    }
    return due.length;
  }

  private putBack(raw: RawBody): Promise<void> {
    return this.database.system((tx) =>
      inbox.park(tx, raw.rawId, 'it could not be recorded and is tried again', [], this.nextLook(raw.tries)),
    );
  }

  private nextLook(tries: number): Instant {
    return plusMillis(this.clock(), Math.min(FIRST_LOOK_MS * 2 ** Math.min(tries - 1, 20), LONGEST_LOOK_MS));
  }

  private async read(raw: RawBody): Promise<void> {
    const conversationId = raw.headers['x-conversation-id'] ?? null;
    const parts = this.authorities
      .anyOf(raw.channel as Channel, raw.receivedAt)
      .interpret({ bytes: raw.bytes, conversationId });
    const waiting: Waiting[] = [];
    for (const [index, part] of parts.entries()) {
      const left = await this.deliver(raw, part, index, conversationId);
      if (left) waiting.push(left);
    }
    await this.database.system((tx) =>
      waiting.length === 0
        ? inbox.settle(tx, raw.rawId)
        : inbox.park(
            tx,
            raw.rawId,
            waiting[0]!.reason,
            waiting.flatMap((each) => each.keys),
            this.nextLook(raw.tries),
          ),
    );
  }

  private async deliver(
    raw: RawBody,
    part: Interpretation,
    index: number,
    conversationId: string | null,
  ): Promise<Waiting | null> {
    const keys = {
      conversation: conversationId ?? (part.kind === 'read' ? part.keys.conversationId : null),
      mrn: part.kind === 'read' ? part.keys.mrn : null,
      lrn: part.kind === 'read' ? part.keys.lrn : null,
    };
    const [whose, ...others] = await this.database.system((tx) => inbox.whose(tx, keys));
    if (!whose || others.length > 0) {
      const reason =
        part.kind === 'unreadable'
          ? `unreadable (${part.code}) and of no known conversation`
          : others.length > 0
            ? 'its references lead to more than one declaration'
            : 'it names no declaration known here';
      if (raw.tries === 1) {
        this.alarm(part.kind === 'unreadable' ? 'customs.message.unreadable' : 'customs.message.unmatched');
        this.log.error('authority message is parked', { rawId: raw.rawId, sha256: raw.sha256, reason });
      }
      const named = (['conversation', 'mrn', 'lrn'] as const).flatMap((scheme) =>
        keys[scheme] ? [keyOf(scheme, keys[scheme])] : [],
      );
      return { reason, keys: named };
    }
    await this.record(raw, part, index, whose, conversationId);
    return null;
  }

  private async record(
    raw: RawBody,
    first: Interpretation,
    index: number,
    { tenant, declarationId }: { tenant: string; declarationId: string },
    conversationId: string | null,
  ): Promise<void> {
    const fallback = `sha256-${raw.sha256.slice(0, 32)}${index === 0 ? '' : `.${index}`}`;
    const identity = (first.kind === 'read' ? first.identity : null) ?? fallback;
    await this.store.transaction(tenant, async (tx) => {
      const known = await messages.withIdentity(tx, declarationId, identity);
      if (known.some((each) => each.rawId === raw.rawId)) return;
      const same = known.some((each) => each.sha256 === raw.sha256);
      const conflict = known.length > 0 && !same;
      const messageId = same
        ? `${identity}.${raw.rawId}`
        : conflict
          ? `${identity}.${raw.sha256.slice(0, 8)}`
          : identity;
      const functionCode = first.kind === 'read' ? first.functionCode : '';
      const { rawId, sha256, receivedAt } = raw;
      await messages.link(tx, declarationId, {
        messageId,
        rawId,
        position: index,
        identity,
        functionCode,
        sha256,
        receivedAt,
        duplicate: same,
      });
      if (same) return;
      await this.append(tx, raw, index, { declarationId, messageId, conflict, first, conversationId });
    });
  }

  private async append(
    tx: Tx,
    raw: RawBody,
    index: number,
    found: {
      declarationId: string;
      messageId: string;
      conflict: boolean;
      first: Interpretation;
      conversationId: string | null;
    },
  ): Promise<void> {
    const { declarationId, messageId, conflict, first } = found;
    const stream = `declaration-${declarationId}`;
    const { state } = await this.store.load(declaration, tx.tenant, stream, tx);
    const [prepared] = await filings.prepared(tx, declarationId);
    if (!state.filing || !prepared)
      throw new Conflict('customs.declaration.half-written', 'the filing is not written yet');
    const authority = this.authorities.named(state.filing.authority, state.filing.channel, prepared.preparedAt);
    // Its own profile reads it once more: currency and payee of a debt are the authority's.
    const part =
      first.kind === 'read'
        ? (authority.interpret({ bytes: raw.bytes, conversationId: found.conversationId })[index] ?? first)
        : first;
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
            declared: await this.declared(tx, declarationId),
            zone: authority.profile.zone,
          };
    await this.store.execute(
      declaration,
      stream,
      command,
      {
        tenant: tx.tenant,
        subject: state.filing.shipmentId,
        commandId: index === 0 ? `message/${sha256}` : `message/${sha256}/${index}`,
        actor: `authority:${authority.profile.authority}`,
        correlationId: prepared.correlationId,
        causationId: `message/${sha256}`,
      },
      { tx },
    );
  }

  private async declared(tx: Tx, declarationId: string): Promise<DeclaredQuantities> {
    const versions = await filings.quantities(tx, declarationId);
    return Object.fromEntries(
      versions.map(({ version, lines }) => [
        version,
        lines.map(({ number, quantity }) => ({ line: number, quantity })),
      ]),
    );
  }
}
