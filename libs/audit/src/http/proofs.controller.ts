import { Controller, Inject } from '@nestjs/common';
import {
  issueReaderKey,
  listReaders,
  proveConsistency,
  proveInclusion,
  revokeReaderKey,
  showLeaf,
  verifyProofs,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { toInstant } from '@tidewaiter/kernel';
import {
  Binary,
  byOf,
  Caller,
  CLOCK,
  CommandId,
  EVENT_STORE,
  idFor,
  Input,
  Serves,
  type CallerIdentity,
  type Clock,
} from '@tidewaiter/platform';
import { Proofs } from '../application/proofs.js';
import { Readers, readerStream } from '../application/readers.js';
import { reader } from '../domain/index.js';

const PLAIN = 'text/plain; charset=utf-8';

@Controller()
export class ProofsController {
  constructor(
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(Readers) private readonly readers: Readers,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Serves(proveInclusion)
  async inclusion(
    @Input() { params, query }: InputOf<typeof proveInclusion>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<Binary> {
    const proof = await this.proofs.inclusion(tenant, params.eventId, query.size);
    return new Binary(proof, PLAIN, { filename: `${params.eventId}.tlog-proof` });
  }

  @Serves(showLeaf)
  async leaf(@Input() { params }: InputOf<typeof showLeaf>, @Caller() { tenant }: CallerIdentity): Promise<Binary> {
    return new Binary(await this.proofs.leaf(tenant, params.eventId), 'application/octet-stream', {
      filename: `${params.eventId}.json`,
      immutable: true,
    });
  }

  @Serves(proveConsistency)
  async consistency(
    @Input() { query }: InputOf<typeof proveConsistency>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<Binary> {
    return new Binary(await this.proofs.consistency(tenant, query.from, query.to), PLAIN);
  }

  @Serves(verifyProofs)
  verify(
    @Input() input: InputOf<typeof verifyProofs>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof verifyProofs>> {
    return this.proofs.verify(tenant, input);
  }

  @Serves(issueReaderKey)
  async issue(
    @Input() { body }: InputOf<typeof issueReaderKey>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof issueReaderKey>> {
    const readerId = idFor('reader', caller.tenant, commandId);
    const command = {
      type: 'IssueKey' as const,
      readerId,
      name: body.name,
      until: toInstant(body.until),
      now: this.clock(),
      digest: body.digest,
      by: caller.actor,
    };
    await this.store.execute(reader, readerStream(readerId), command, byOf(caller, readerId, commandId), {
      fingerprint: body,
    });
    return { readerId, log: caller.tenant };
  }

  @Serves(revokeReaderKey)
  async revoke(
    @Input() { params: { readerId } }: InputOf<typeof revokeReaderKey>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof revokeReaderKey>> {
    const command = { type: 'RevokeKey' as const, readerId, by: caller.actor };
    await this.store.execute(reader, readerStream(readerId), command, byOf(caller, readerId, commandId), {
      fingerprint: command,
    });
    return { readerId };
  }

  @Serves(listReaders)
  list(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof listReaders>> {
    return this.readers.list(tenant);
  }
}
