import { Controller, Inject } from '@nestjs/common';
import {
  buildDeclaration,
  checkIdentifier,
  interpretMessages,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Input, Serves } from '@tidewaiter/platform';
import { Checks } from '../application/checks.js';

/** Doors for checks: they judge what they are given and keep nothing. */
@Controller()
export class ChecksController {
  constructor(@Inject(Checks) private readonly checks: Checks) {}

  @Serves(checkIdentifier)
  identifier(@Input() { body }: InputOf<typeof checkIdentifier>): AnswerOf<typeof checkIdentifier> {
    return this.checks.identifier(body.scheme, body.value, body.on);
  }

  @Serves(buildDeclaration)
  build(@Input() { body }: InputOf<typeof buildDeclaration>): AnswerOf<typeof buildDeclaration> {
    return this.checks.build(body);
  }

  @Serves(interpretMessages)
  interpret(@Input() { body }: InputOf<typeof interpretMessages>): AnswerOf<typeof interpretMessages> {
    return this.checks.interpret(body);
  }
}
