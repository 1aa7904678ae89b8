import { Controller, Inject } from '@nestjs/common';
import {
  confirmClassification,
  decideClassification,
  listClassifications,
  showClassification,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, IfMatch, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Classifying } from '../application/classifying.js';

type View = AnswerOf<typeof showClassification>;

@Controller()
export class ClassificationsController {
  constructor(@Inject(Classifying) private readonly classifying: Classifying) {}

  @Serves(decideClassification)
  decide(
    @Input() { body }: InputOf<typeof decideClassification>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<View> {
    return this.classifying.decide(caller, commandId, body);
  }

  @Serves(listClassifications)
  list(
    @Input() { query }: InputOf<typeof listClassifications>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listClassifications>> {
    return this.classifying.page(tenant, query);
  }

  @Serves(showClassification)
  show(@Input() { params }: InputOf<typeof showClassification>, @Caller() { tenant }: CallerIdentity): Promise<View> {
    return this.classifying.one(tenant, params.classificationId);
  }

  @Serves(confirmClassification)
  confirm(
    @Input() { params, body }: InputOf<typeof confirmClassification>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ): Promise<View> {
    return this.classifying.confirm(caller, commandId, params.classificationId, body, version);
  }
}
