import { Controller, Inject } from '@nestjs/common';
import * as contracts from '@tidewaiter/contracts';
import type { AnswerOf, InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, IfMatch, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Courier } from '../application/courier.js';
import { Endpoints } from '../application/endpoints.js';

@Controller()
export class EndpointsController {
  constructor(
    @Inject(Endpoints) private readonly endpoints: Endpoints,
    @Inject(Courier) private readonly courier: Courier,
  ) {}

  @Serves(contracts.listEndpoints)
  list(@Caller() { tenant }: CallerIdentity) {
    return this.endpoints.list(tenant);
  }

  @Serves(contracts.addEndpoint)
  add(
    @Input() { body }: InputOf<typeof contracts.addEndpoint>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.addEndpoint>> {
    return this.endpoints.add(caller, body, commandId);
  }

  @Serves(contracts.showEndpoint)
  show(@Input() { params }: InputOf<typeof contracts.showEndpoint>, @Caller() { tenant }: CallerIdentity) {
    return this.endpoints.show(tenant, params.endpointId);
  }

  @Serves(contracts.changeEndpoint)
  change(
    @Input() { params, body }: InputOf<typeof contracts.changeEndpoint>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @IfMatch() version: number,
  ): Promise<AnswerOf<typeof contracts.changeEndpoint>> {
    return this.endpoints.change(caller, params.endpointId, body, commandId, version);
  }

  @Serves(contracts.disableEndpoint)
  disable(
    @Input() { params, body }: InputOf<typeof contracts.disableEndpoint>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.disableEndpoint>> {
    return this.endpoints.disable(caller, params.endpointId, body.because, commandId);
  }

  @Serves(contracts.enableEndpoint)
  enable(
    @Input() { params }: InputOf<typeof contracts.enableEndpoint>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.enableEndpoint>> {
    return this.endpoints.enable(caller, params.endpointId, commandId);
  }

  @Serves(contracts.rotateSecret)
  rotate(
    @Input() { params }: InputOf<typeof contracts.rotateSecret>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.rotateSecret>> {
    return this.endpoints.rotate(caller, params.endpointId, commandId);
  }

  @Serves(contracts.retireSecret)
  retire(
    @Input() { params }: InputOf<typeof contracts.retireSecret>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof contracts.retireSecret>> {
    return this.endpoints.retire(caller, params.endpointId, params.secretId, commandId);
  }

  @Serves(contracts.testEndpoint)
  async test(
    @Input() { params, body }: InputOf<typeof contracts.testEndpoint>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof contracts.testEndpoint>> {
    const tried = await this.courier.test(tenant, params.endpointId, body.signedBy);
    const { arrived, status, says, durationMs, answer } = tried;
    return { arrived, status, says, durationMs, answer };
  }
}
