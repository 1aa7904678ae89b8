import { createHash } from 'node:crypto';
import { Inject, type BeforeApplicationShutdown } from '@nestjs/common';
import { millisOf, newId } from '@tidewaiter/kernel';
import { CLOCK, drainToken, LOG, type Clock, type DrainHandler, type Log, type Nudge } from '@tidewaiter/platform';
import { signedHeaders } from './signature.js';
import { Deliveries, type Claimed, type Try } from './deliveries.js';
import { Egress, type Outcome } from './egress.js';
import { Endpoints } from './endpoints.js';

export const WEBHOOKS = 'partners.webhooks';

/** Tries that are under way at once in this process. */
const AT_ONCE = 64;
const TIDY_EVERY_MS = 3_600_000;

/** Carries events to endpoints: claims due lanes, sends their heads side by side, and writes down what came of it. */
export class Courier implements DrainHandler, BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<void>>();
  private tidied = 0;

  constructor(
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(Endpoints) private readonly endpoints: Endpoints,
    @Inject(Egress) private readonly egress: Egress,
    @Inject(drainToken(WEBHOOKS)) private readonly drain: Nudge,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Begins what is due and does not wait for it: a slow receiver holds up nobody else's lanes. */
  async work(): Promise<number> {
    await this.tidy();
    const free = AT_ONCE - this.underWay.size;
    if (free === 0) return 0;
    const claimed = await this.deliveries.claim(free);
    for (const lane of claimed) this.begin(lane);
    return claimed.length;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /**
   * A test, now and outside of every lane.
   *
   * @param signedBy `newest`: by the newest secret alone
   * @throws NotFound `partners.endpoint.unknown`
   */
  async test(tenant: string, endpointId: string, signedBy: 'all' | 'newest'): Promise<Outcome> {
    const url = await this.endpoints.urlOf(tenant, endpointId);
    const body = Buffer.from(
      JSON.stringify({
        specversion: '1.0',
        id: newId(),
        source: '/tidewaiter/partners',
        type: 'tidewaiter.partners.Test.v1',
        subject: endpointId,
        time: this.clock(),
        datacontenttype: 'application/json',
        tenantid: tenant,
        data: { endpointId },
      }),
    );
    const secrets = await this.endpoints.openSecrets(tenant, endpointId);
    return this.send(url, newId(), body, signedBy === 'newest' ? secrets.slice(-1) : secrets);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.idle();
  }

  private begin(claimed: Claimed): void {
    const run = this.deliver(claimed)
      // The lease runs out and another tries again, under the same webhook-id.
      .catch((error: unknown) =>
        this.log.warn('a delivery was not finished', { endpointId: claimed.endpointId, error }),
      )
      .finally(() => {
        this.underWay.delete(run);
        this.drain.nudge();
      });
    this.underWay.add(run);
  }

  private async deliver(claimed: Claimed): Promise<void> {
    const due = await this.deliveries.head(claimed);
    if (!due) return;
    const secrets = await this.endpoints.openSecrets(claimed.tenant, claimed.endpointId);
    const done = await this.send(due.url, due.deliveryId, due.body, secrets);
    await this.deliveries.finish(claimed, due.deliveryId, done, Math.random());
  }

  private async send(url: string, id: string, body: Buffer, secrets: readonly string[]): Promise<Try> {
    const at = this.clock();
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'Tidewaiter-Webhooks/1',
      ...signedHeaders(id, Math.floor(millisOf(at) / 1000), body, secrets),
    };
    const outcome = await this.egress.post(url, headers, body);
    return { ...outcome, at, headers, bodySha256: createHash('sha256').update(body).digest('hex') };
  }

  private async tidy(): Promise<void> {
    const now = millisOf(this.clock());
    if (now - this.tidied < TIDY_EVERY_MS) return;
    this.tidied = now;
    await this.deliveries.forgetOld();
  }
}
