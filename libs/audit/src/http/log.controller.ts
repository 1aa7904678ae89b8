import { Controller, Headers, Inject } from '@nestjs/common';
import {
  showCheckpoint,
  showReconciliation,
  showTile,
  showVerifierKey,
  showWitnessKeys,
  type AnswerOf,
  type InputOf,
} from '@tidewaiter/contracts';
import { Invalid } from '@tidewaiter/kernel';
import { Malformed, parseTilePath, type Tile } from '@tidewaiter/merkle';
import { Binary, Caller, DATABASE, Input, Serves, type CallerIdentity, type Database } from '@tidewaiter/platform';
import { LogService } from '../application/log.service.js';
import { Readers } from '../application/readers.js';
import { newestCheckpoint, publishedTile, statusOf } from '../log/log-reader.js';

const PLAIN = 'text/plain; charset=utf-8';
/** Checkpoints grow old within seconds. */
const SHORT_LIVED = { headers: { 'Cache-Control': 'private, max-age=1' } };

/** The tenant's log as C2SP tlog-tiles. Another tenant's log looks exactly like one that does not exist. */
@Controller()
export class LogController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LogService) private readonly logs: LogService,
    @Inject(Readers) private readonly readers: Readers,
  ) {}

  @Serves(showCheckpoint)
  async checkpoint(
    @Input() { params }: InputOf<typeof showCheckpoint>,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<Binary> {
    const log = await this.readers.admit(params.log, authorization);
    const note = await this.database.tenant(log, (tx) => newestCheckpoint(tx, log));
    return new Binary(note, PLAIN, SHORT_LIVED);
  }

  @Serves(showVerifierKey)
  async key(
    @Input() { params }: InputOf<typeof showVerifierKey>,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<Binary> {
    return new Binary(`${await this.logs.verifierKey(await this.readers.admit(params.log, authorization))}\n`, PLAIN);
  }

  @Serves(showWitnessKeys)
  async witnesses(
    @Input() { params }: InputOf<typeof showWitnessKeys>,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<Binary> {
    await this.readers.admit(params.log, authorization);
    return new Binary(
      this.logs
        .witnessKeys()
        .map((key) => `${key}\n`)
        .join(''),
      PLAIN,
    );
  }

  @Serves(showTile)
  async tile(
    @Input() { params }: InputOf<typeof showTile>,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<Binary> {
    const log = await this.readers.admit(params.log, authorization);
    const tile = tileNamed(params['*']);
    const bytes = await this.database.tenant(log, (tx) => publishedTile(tx, log, tile));
    return new Binary(Buffer.from(bytes), 'application/octet-stream', { immutable: true });
  }

  @Serves(showReconciliation)
  async status(@Caller() { tenant }: CallerIdentity): Promise<AnswerOf<typeof showReconciliation>> {
    const status = await this.database.tenant(tenant, (tx) => statusOf(tx, tenant));
    return { log: tenant, origin: this.logs.origin(tenant), ...status };
  }
}

function tileNamed(rest: string): Tile {
  try {
    return parseTilePath(`tile/${rest}`);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new Invalid('audit.tile.malformed', error.message, { places: [{ pointer: 'path', reason: error.message }] });
  }
}
