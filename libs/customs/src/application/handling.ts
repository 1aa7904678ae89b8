import type {
  addExaminationCost,
  answerQuery,
  concludeExamination,
  giveUpClearance,
  InputOf,
  orderRequest,
  prepareExamination,
  recordQuery,
  reverseOutcome,
  updateBill,
} from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import { NotFound, toInstant, type Instant } from '@tidewaiter/kernel';
import { byOf, idFor, type CallerIdentity } from '@tidewaiter/platform';
import { contentInForce, declaration, type Declaration, type DeclarationCommand } from '../domain/declaration.js';
import { filings } from '../postgres/filings.repository.js';

type Body<R> = InputOf<R>['body'];

export interface Noted {
  declarationId: string;
  etag: number;
}

/** What people do about declarations: each command is recorded once, under the person who gave it. */
export class Handling {
  constructor(
    private readonly store: EventStore,
    private readonly clock: () => Instant,
  ) {}

  async orderRequest(
    declarationId: string,
    { purpose, reason, set }: Body<typeof orderRequest>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted & { orderId: string }> {
    const orderId = idFor('request-order', caller.tenant, commandId);
    const command: DeclarationCommand = { type: 'OrderRequest', orderId, purpose, reason, set, by: caller.actor };
    return { ...(await this.note(declarationId, command, caller, commandId)), orderId };
  }

  recordQuery(
    declarationId: string,
    body: Body<typeof recordQuery>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    const due = body.due && toInstant(body.due);
    const command = { ...body, due, authorityTime: toInstant(body.authorityTime) };
    return this.note(declarationId, { type: 'RecordQuery', ...command }, caller, commandId);
  }

  answerQuery(
    declarationId: string,
    queryId: string,
    body: Body<typeof answerQuery>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    const command: DeclarationCommand = { type: 'AnswerQuery', queryId, ...body, at: this.clock() };
    return this.note(declarationId, command, caller, commandId);
  }

  prepareExamination(
    declarationId: string,
    body: Body<typeof prepareExamination>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    const command = { ...body, at: body.at && toInstant(body.at) };
    return this.note(declarationId, { type: 'PrepareExamination', ...command }, caller, commandId);
  }

  addExaminationCost(
    declarationId: string,
    body: Body<typeof addExaminationCost>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    return this.note(declarationId, { type: 'AddExaminationCost', ...body }, caller, commandId);
  }

  /** What was found is measured by the content in force. */
  async concludeExamination(
    declarationId: string,
    body: Body<typeof concludeExamination>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    const state = await this.known(declarationId, caller);
    const version = contentInForce(state, state.version);
    const content = await this.store.transaction(caller.tenant, (tx) => filings.content(tx, declarationId, version));
    const declared = (content?.lines ?? []).map(({ number, quantity }) => ({ line: number, quantity }));
    const command: DeclarationCommand = { type: 'ConcludeExamination', ...body, declared, at: this.clock() };
    return this.note(declarationId, command, caller, commandId);
  }

  updateBill(
    declarationId: string,
    body: Body<typeof updateBill>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    return this.note(declarationId, { type: 'UpdateBill', ...body }, caller, commandId);
  }

  giveUp(
    declarationId: string,
    body: Body<typeof giveUpClearance>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    return this.note(declarationId, { type: 'GiveUp', ...body, at: this.clock() }, caller, commandId);
  }

  reverse(
    declarationId: string,
    body: Body<typeof reverseOutcome>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    const command = { ...body, authorityTime: toInstant(body.authorityTime) };
    return this.note(declarationId, { type: 'ReverseOutcome', ...command }, caller, commandId);
  }

  private async known(declarationId: string, { tenant }: CallerIdentity): Promise<Declaration> {
    const { state } = await this.store.load(declaration, tenant, `declaration-${declarationId}`);
    if (!state.filing) throw new NotFound('customs.declaration.unknown', 'no such declaration');
    return state;
  }

  private async note(
    declarationId: string,
    command: DeclarationCommand,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<Noted> {
    const { filing } = await this.known(declarationId, caller);
    const by = byOf(caller, filing!.shipmentId, commandId);
    const done = await this.store.execute(declaration, `declaration-${declarationId}`, command, by);
    return { declarationId, etag: done.version };
  }
}
