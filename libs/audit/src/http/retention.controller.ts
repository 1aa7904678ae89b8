import { Controller, Inject } from '@nestjs/common';
import { approveDisposal, liftMatterHold, placeMatterHold, type AnswerOf, type InputOf } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import {
  byOf,
  Caller,
  CommandId,
  EVENT_STORE,
  idFor,
  Input,
  refuseIfRefused,
  Serves,
  type CallerIdentity,
} from '@tidewaiter/platform';
import { ANOTHER_OFFICER, Disposal } from '../application/disposal.js';
import { matter } from '../domain/index.js';

const matterStream = (matterId: string): string => `matter-${matterId}`;

@Controller()
export class RetentionController {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Disposal) private readonly disposal: Disposal,
  ) {}

  @Serves(placeMatterHold)
  async place(
    @Input() { body }: InputOf<typeof placeMatterHold>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof placeMatterHold>> {
    const matterId = idFor('matter', caller.tenant, commandId);
    const command = { type: 'PlaceMatterHold' as const, matterId, by: caller.actor, ...body };
    await this.store.execute(matter, matterStream(matterId), command, byOf(caller, matterId, commandId), {
      fingerprint: body,
    });
    return { matterId };
  }

  @Serves(liftMatterHold)
  async lift(
    @Input() { params: { matterId } }: InputOf<typeof liftMatterHold>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof liftMatterHold>> {
    const command = { type: 'LiftMatterHold' as const, matterId, by: caller.actor };
    const by = byOf(caller, matterId, commandId);
    const done = await this.store.execute(matter, matterStream(matterId), command, by, { fingerprint: command });
    refuseIfRefused(done.events, ANOTHER_OFFICER);
    return { matterId };
  }

  @Serves(approveDisposal)
  approve(
    @Input() { params }: InputOf<typeof approveDisposal>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof approveDisposal>> {
    return this.disposal.approve(caller, params.shipmentId, commandId);
  }
}
