import { Controller, Inject } from '@nestjs/common';
import {
  declarationAnswers,
  listDeclarations,
  showDeclaration,
  showDeclarationBytes,
  showRawMessage,
  unmatchedMessages,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Binary, Caller, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Declarations } from '../application/declarations.js';

const XML = 'application/xml; charset=utf-8';

@Controller()
export class DeclarationsController {
  constructor(@Inject(Declarations) private readonly declarations: Declarations) {}

  @Serves(listDeclarations)
  list(
    @Input() { params }: InputOf<typeof listDeclarations>,
    @Caller() caller: CallerIdentity,
  ): Promise<AnswerOf<typeof listDeclarations>> {
    return this.declarations.list(caller.tenant, params.shipmentId);
  }

  @Serves(showDeclaration)
  show(
    @Input() { params }: InputOf<typeof showDeclaration>,
    @Caller() caller: CallerIdentity,
  ): Promise<AnswerOf<typeof showDeclaration>> {
    return this.declarations.show(caller.tenant, params.declarationId);
  }

  @Serves(declarationAnswers)
  answers(
    @Input() { params, query }: InputOf<typeof declarationAnswers>,
    @Caller() caller: CallerIdentity,
  ): Promise<AnswerOf<typeof declarationAnswers>> {
    return this.declarations.answers(caller.tenant, params.declarationId, query.version);
  }

  @Serves(showDeclarationBytes)
  async content(
    @Input() { params }: InputOf<typeof showDeclarationBytes>,
    @Caller() caller: CallerIdentity,
  ): Promise<Binary> {
    const bytes = await this.declarations.content(caller.tenant, params.declarationId, params.n);
    return new Binary(bytes, XML, { filename: `declaration-${params.n}.xml` });
  }

  @Serves(showRawMessage)
  async message(
    @Input() { params }: InputOf<typeof showRawMessage>,
    @Caller() caller: CallerIdentity,
  ): Promise<Binary> {
    const bytes = await this.declarations.message(caller.tenant, params.declarationId, params.messageId);
    return new Binary(bytes, XML, { filename: 'message.xml' });
  }

  @Serves(unmatchedMessages)
  unmatched(): Promise<AnswerOf<typeof unmatchedMessages>> {
    return this.declarations.unmatched();
  }
}
