import { Controller, Inject } from '@nestjs/common';
import {
  importFx,
  listFx,
  listLegalBases,
  showVoidance,
  voidLegalBasis,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { FxRates } from '../application/fx-rates.js';
import { Voiding } from '../application/voiding.js';

/** Exchange rates by law, and legal bases that fell. */
@Controller()
export class RatesAndBasesController {
  constructor(
    @Inject(FxRates) private readonly fx: FxRates,
    @Inject(Voiding) private readonly voiding: Voiding,
  ) {}

  @Serves(importFx)
  importFx(
    @Input() { body }: InputOf<typeof importFx>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof importFx>> {
    return this.fx.load(tenant, body);
  }

  @Serves(listFx)
  listFx(
    @Input() { query }: InputOf<typeof listFx>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listFx>> {
    return this.fx.held(tenant, query.jurisdiction, query.date);
  }

  @Serves(listLegalBases)
  bases(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof listLegalBases>> {
    return this.voiding.bases(tenant);
  }

  @Serves(voidLegalBasis)
  void(
    @Input() { body }: InputOf<typeof voidLegalBasis>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof voidLegalBasis>> {
    return this.voiding.void(caller, commandId, body);
  }

  @Serves(showVoidance)
  affected(
    @Input() { params, query }: InputOf<typeof showVoidance>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showVoidance>> {
    return this.voiding.affected(tenant, params.voidanceId, query.date);
  }
}
