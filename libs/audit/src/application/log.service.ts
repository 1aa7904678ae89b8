import { Inject } from '@nestjs/common';
import { DATABASE, drainToken, type Database, type DrainHandler, type Nudge } from '@tidewaiter/platform';
import { formatVerifierKey, type VerifierKey } from '@tidewaiter/merkle';
import { Lease } from '../log/lease.js';
import { Cosigner } from '../log/cosigner.js';
import { LogPipeline } from '../log/pipeline.js';
import { CheckpointSigner } from '../log/signer.js';
import { AUDIT_SETTINGS, originOf, witnessesOf, type AuditSettings } from './audit.settings.js';

export const LOG_DRAIN = 'audit.log';

/** How often the tables are looked at when nothing rings. */
export const LOG_IDLE_MS = 500;

/** How long staged events are gathered before they are sequenced together: a step costs the same for one as for hundreds. */
const GATHER_MS = 100;

/** Sequences, integrates and publishes in this process, or waits for the one that does. */
export class LogService implements DrainHandler {
  private readonly lease: Lease;
  private readonly pipeline: LogPipeline;
  private readonly signer: CheckpointSigner;
  private waiters: (() => void)[] = [];
  private gathering: NodeJS.Timeout | undefined;

  constructor(
    @Inject(AUDIT_SETTINGS) private readonly settings: AuditSettings,
    @Inject(DATABASE) database: Database,
    @Inject(drainToken(LOG_DRAIN)) private readonly drain: Nudge,
  ) {
    this.lease = new Lease(settings.AUDIT_SYSTEM_DATABASE_URL);
    this.signer = new CheckpointSigner(settings.AUDIT_SIGNER_FOLDER, (log) => this.origin(log));
    this.pipeline = new LogPipeline({
      database,
      lease: this.lease,
      signer: this.signer,
      cosigner: new Cosigner(witnessesOf(settings)),
      checkpointMs: settings.AUDIT_CHECKPOINT_MS,
      onPublished: () => this.wake(),
    });
  }

  origin(log: string): string {
    return originOf(this.settings, log);
  }

  verifierOf(log: string): Promise<VerifierKey> {
    return this.signer.verifierOf(log);
  }

  async verifierKey(log: string): Promise<string> {
    return formatVerifierKey(await this.signer.verifierOf(log));
  }

  /** Verifier keys of the witnesses that cosign. */
  witnessKeys(): string[] {
    return this.settings.AUDIT_WITNESSES.map(({ key }) => formatVerifierKey(key));
  }

  work(): Promise<number> {
    return this.pipeline.work();
  }

  /** Something was staged. */
  nudge(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.drain.nudge();
    }, GATHER_MS);
  }

  /** Somebody waits for a checkpoint over what the log has now. */
  demand(tenant: string): void {
    this.pipeline.demand(tenant);
    this.drain.nudge();
  }

  /** Resolves at the next checkpoint published in this process, or after `ms`: another process may be the publisher. */
  nextCheckpoint(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.gathering);
    await this.lease.release();
    this.wake();
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }
}
