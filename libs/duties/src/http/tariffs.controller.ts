import { Controller, Inject, Req } from '@nestjs/common';
import {
  adoptTariff,
  diffTariffs,
  importTariff,
  listRefused,
  listTariffs,
  searchTariff,
  showCode,
  showShipmentTariff,
  showTariff,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { byOf, Caller, CommandId, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Lookup } from '../application/lookup.js';
import { Tariffs } from '../application/tariffs.js';
import { importOf, type Part } from './tariff-upload.js';

@Controller()
export class TariffsController {
  constructor(
    @Inject(Tariffs) private readonly tariffs: Tariffs,
    @Inject(Lookup) private readonly lookup: Lookup,
  ) {}

  @Serves(importTariff)
  async import(
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof importTariff>> {
    // The reader counts the bytes itself: the parser's own limit is only a stop behind it.
    const limits = { files: 1, fields: 8, fieldSize: 1024, fileSize: Number.MAX_SAFE_INTEGER };
    const parts = request.isMultipart() ? (request.parts({ limits }) as AsyncIterable<Part>) : null;
    const { order, file } = await importOf(parts);
    return this.tariffs.import(caller, commandId, order, file);
  }

  @Serves(listTariffs)
  async list(
    @Input() { query }: InputOf<typeof listTariffs>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listTariffs>> {
    return { items: await this.tariffs.list(tenant, query.destination ?? null) };
  }

  @Serves(showTariff)
  async show(
    @Input() { params }: InputOf<typeof showTariff>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showTariff>> {
    return (await this.tariffs.one(tenant, params.tariffId)).version;
  }

  @Serves(listRefused)
  refused(
    @Input() { params, query }: InputOf<typeof listRefused>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof listRefused>> {
    return this.tariffs.refused(tenant, params.tariffId, query.after, query.limit);
  }

  @Serves(diffTariffs)
  diff(
    @Input() { params, query }: InputOf<typeof diffTariffs>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof diffTariffs>> {
    return this.tariffs.diff(tenant, params.tariffId, params.otherId, query);
  }

  @Serves(showShipmentTariff)
  async standing(
    @Input() { params }: InputOf<typeof showShipmentTariff>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showShipmentTariff>> {
    return { shipmentId: params.shipmentId, ...(await this.tariffs.standing(tenant, params.shipmentId)) };
  }

  @Serves(adoptTariff)
  async adopt(
    @Input() { params, body }: InputOf<typeof adoptTariff>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<AnswerOf<typeof adoptTariff>> {
    const by = byOf(caller, params.shipmentId, commandId);
    const standing = await this.tariffs.adopt(by, params.shipmentId, body.tariffId, body.reason);
    return { shipmentId: params.shipmentId, ...standing };
  }

  @Serves(searchTariff)
  async search(
    @Input() { params, query }: InputOf<typeof searchTariff>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof searchTariff>> {
    return { items: await this.lookup.search(tenant, params.destination, query) };
  }

  @Serves(showCode)
  code(
    @Input() { params, query }: InputOf<typeof showCode>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showCode>> {
    return this.lookup.code(tenant, params.destination, params.code, query);
  }
}
