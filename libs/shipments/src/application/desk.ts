import { Inject } from '@nestjs/common';
import type {
  amendShipment,
  endEngagement,
  grantMandate,
  InputOf,
  openEngagement,
  openShipment,
  registerGuarantee,
  registerImporter,
  SplitAnswer,
  SplitOrder,
  splitShipment,
  thawMandate,
} from '@tidewaiter/contracts';
import { shipmentWorkflowId } from '@tidewaiter/contracts';
import type { EventStore } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';
import { Conflict, NotFound, Refused, Unavailable, WrongState } from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, type CallerIdentity, idFor, WORKFLOWS } from '@tidewaiter/platform';
import { agreedRateOf } from '../domain/contract-rate.js';
import { engagement, groundAgainstEngagement } from '../domain/engagement.js';
import { guarantee } from '../domain/guarantee.js';
import { importer } from '../domain/importer.js';
import { groundAgainstImporter, groundAgainstNominee } from '../domain/proof.js';
import { partsFrom, shipment } from '../domain/shipment.js';
import { dayIn } from '../domain/standing.js';
import { claim, guaranteeKey } from '../postgres/claims.js';
import { knownEngagement, knownImporter, knownShipment } from './known.js';
import { REFERENCE_DATA, type ReferenceData } from './reference-data.js';

type Body<R> = InputOf<R>['body'];

/** The way to the workflow of the shipment that is to be divided; the platform gives it. */
export interface SplitPort {
  split(workflowId: string, order: SplitOrder, updateId: string): Promise<SplitAnswer>;
}

/** The front desk: what people and partner systems may ask for over HTTP. Ids follow from the command id, so a repeat meets itself. */
export class Desk {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: () => Instant,
    @Inject(REFERENCE_DATA) private readonly reference: ReferenceData,
    @Inject(WORKFLOWS) private readonly workflows: SplitPort,
  ) {}

  /** @returns the importer's id. @throws Refused `shipments.importer.code-taken` and what the decider refuses */
  async registerImporter(
    body: Body<typeof registerImporter>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<string> {
    const { tenant } = caller;
    const importerId = idFor('importer', tenant, commandId);
    const rules = this.reference.standing;
    const on = this.clock().slice(0, 10);
    await this.store.transaction(tenant, async (tx) => {
      const command = { type: 'RegisterImporter' as const, importerId, ...body, rules, on };
      const by = byOf(caller, importerId, commandId);
      if (!(await claim(tx, 'importer-code', body.code, importerId))) {
        throw new WrongState('shipments.importer.code-taken', `code ${body.code} belongs to another importer`, {
          advice: 'Choose another code.',
          places: [{ pointer: '/code', reason: 'taken' }],
        });
      }
      await this.store.execute(importer, `importer-${importerId}`, command, by, { tx, fingerprint: body });
    });
    return importerId;
  }

  /** @returns the guarantee's id. @throws Refused `shipments.importer.unknown`, `shipments.guarantee.exists` */
  async registerGuarantee(
    body: Body<typeof registerGuarantee>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<string> {
    const { tenant } = caller;
    const guaranteeId = idFor('guarantee', tenant, commandId);
    await knownImporter(this.store, tenant, body.importerId);
    await this.store.transaction(tenant, async (tx) => {
      if (!(await claim(tx, 'guarantee', guaranteeKey(body.importerId, body.destination), guaranteeId))) {
        throw new WrongState(
          'shipments.guarantee.exists',
          `a guarantee stands behind this importer in ${body.destination} already`,
          {
            advice: 'Look at the list of guarantees.',
          },
        );
      }
      const command = { type: 'RegisterGuarantee' as const, guaranteeId, ...body };
      const by = byOf(caller, guaranteeId, commandId);
      await this.store.execute(guarantee, `guarantee-${guaranteeId}`, command, by, { tx, fingerprint: body });
    });
    return guaranteeId;
  }

  /** @returns the engagement's id. @throws Refused `shipments.importer.unknown`, `shipments.importer.not-here`, `shipments.importer.nominee`, `shipments.engagement.dates` */
  async openEngagement(body: Body<typeof openEngagement>, caller: CallerIdentity, commandId: string): Promise<string> {
    const { tenant } = caller;
    const engagementId = idFor('engagement', tenant, commandId);
    const { state: entity } = await knownImporter(this.store, tenant, body.importerId);
    const rules = this.reference.standing;
    for (const destination of body.destinations) {
      const on = dayIn(rules, destination, this.clock());
      const ground =
        groundAgainstImporter(entity, destination, rules, on) ?? groundAgainstNominee(body, destination, rules, on);
      if (ground) throw new Refused(ground.code, ground.says, { advice: ground.advice });
    }
    const { customer, ...terms } = body;
    const named = { name: customer.name, ...(customer.contact === undefined ? {} : { contact: customer.contact }) };
    await this.store.execute(
      engagement,
      `engagement-${engagementId}`,
      { type: 'OpenEngagement', engagementId, ...terms, customer: named },
      byOf(caller, engagementId, commandId),
      { fingerprint: body },
    );
    return engagementId;
  }

  async grantMandate(
    engagementId: string,
    body: Body<typeof grantMandate>,
    caller: CallerIdentity,
    commandId: string,
    expectedVersion: number,
  ): Promise<void> {
    await knownEngagement(this.store, caller.tenant, engagementId);
    const mandateId = idFor('mandate', caller.tenant, commandId);
    await this.store.execute(
      engagement,
      `engagement-${engagementId}`,
      { type: 'GrantMandate', mandateId, ...body },
      byOf(caller, engagementId, commandId),
      { expectedVersion, fingerprint: body },
    );
  }

  async endEngagement(
    engagementId: string,
    { reason }: Body<typeof endEngagement>,
    caller: CallerIdentity,
    commandId: string,
    expectedVersion: number,
  ): Promise<void> {
    await knownEngagement(this.store, caller.tenant, engagementId);
    const by = byOf(caller, engagementId, commandId);
    const command = { type: 'EndEngagement' as const, reason };
    await this.store.execute(engagement, `engagement-${engagementId}`, command, by, {
      expectedVersion,
      fingerprint: { reason },
    });
  }

  async thawMandate(
    engagementId: string,
    body: Body<typeof thawMandate>,
    caller: CallerIdentity,
    commandId: string,
    expectedVersion: number,
  ): Promise<void> {
    await knownEngagement(this.store, caller.tenant, engagementId);
    const command = { type: 'ThawMandate' as const, ...body, by: caller.actor, asked: true };
    const by = byOf(caller, engagementId, commandId);
    await this.store.execute(engagement, `engagement-${engagementId}`, command, by, {
      expectedVersion,
      fingerprint: body,
    });
  }

  /**
   * Opens a shipment: the engagement stands today, a one-off one was not used before, the reference is new for the tenant.
   *
   * @throws Refused `shipments.engagement.not-in-force`, `shipments.engagement.used`, `shipments.reference.taken` and what the decider refuses
   */
  async openShipment(
    body: Body<typeof openShipment>,
    caller: CallerIdentity,
    commandId: string,
  ): Promise<{ shipmentId: string; reference: string; version: number }> {
    const { tenant } = caller;
    const shipmentId = idFor('shipment', tenant, commandId);
    const { state: terms } = await knownEngagement(this.store, tenant, body.engagementId);
    const { state: entity } = await knownImporter(this.store, tenant, terms.importerId);
    const { importerId, name, identifiers } = entity;
    const destination = destinationUnder(terms.destinations, body.destination);
    const { contractRate, ...said } = body;
    const today = dayIn(this.reference.standing, destination, this.clock());
    const particulars = {
      ...said,
      ...(contractRate
        ? { contractRate: agreedRateOf(this.reference.contractRates, destination, contractRate, today) }
        : {}),
      shipmentId,
      destination,
      importer: { importerId, name, identifiers },
      openedBy: caller.actor,
    };
    return this.store.transaction(tenant, async (tx) => {
      if (!(await claim(tx, 'reference', body.reference, shipmentId))) {
        throw new WrongState('shipments.reference.taken', `reference ${body.reference} belongs to another shipment`, {
          advice: 'Give the shipment a reference of its own; if it is the same shipment, look for it by its reference.',
          places: [{ pointer: '/reference', reason: 'taken' }],
        });
      }
      if (terms.kind === 'per-shipment' && !(await claim(tx, 'engagement', body.engagementId, shipmentId))) {
        throw new WrongState(
          'shipments.engagement.used',
          'this engagement was for one shipment, which is open already',
          {
            advice: 'Open a new engagement, or an ongoing one.',
          },
        );
      }
      const ground = groundAgainstEngagement(terms, today);
      const done = await this.store.execute(
        shipment,
        `shipment-${shipmentId}`,
        { type: 'OpenShipment', ground, ...particulars },
        byOf(caller, shipmentId, commandId),
        { tx, fingerprint: body },
      );
      return { shipmentId, reference: body.reference, version: done.version };
    });
  }

  async amendShipment(
    shipmentId: string,
    changes: Body<typeof amendShipment>,
    caller: CallerIdentity,
    commandId: string,
    expectedVersion: number,
  ): Promise<{ shipmentId: string; version: number }> {
    await knownShipment(this.store, caller.tenant, shipmentId);
    const done = await this.store.execute(
      shipment,
      `shipment-${shipmentId}`,
      { type: 'AmendShipment', ...changes },
      byOf(caller, shipmentId, commandId),
      { expectedVersion, fingerprint: changes },
    );
    return { shipmentId, version: done.version };
  }

  /**
   * Divides a shipment among parts. Its own story decides whether it still can be: only it knows that nothing was sent.
   *
   * @throws Conflict `event-store.version.stale`; Unavailable `workflow.not-begun`; Refused `shipments.split.too-late`,
   *         `shipments.reference.taken`; and what `partsFrom` throws
   */
  async splitShipment(
    shipmentId: string,
    body: Body<typeof splitShipment>,
    caller: CallerIdentity,
    commandId: string,
    expectedVersion: number,
  ): Promise<{ shipmentId: string; parts: { shipmentId: string; reference: string }[] }> {
    const { tenant, actor: by } = caller;
    const { state, version } = await knownShipment(this.store, tenant, shipmentId);
    const parts = body.parts.map((part, n) => ({
      ...part,
      shipmentId: idFor('shipment', tenant, `${commandId}/${n + 1}`),
      reference: part.reference ?? `${state.reference}-${n + 1}`,
    }));
    const done = state.parts;
    if (done?.[0]?.shipmentId === parts[0]!.shipmentId) return { shipmentId, parts: [...done] };
    if (version !== expectedVersion) {
      throw new Conflict('event-store.version.stale', `the shipment is at version ${version}, not ${expectedVersion}`, {
        advice: 'Read the shipment again and send its ETag.',
      });
    }
    // Said before the story is asked, with the place in the request.
    partsFrom(state, parts, by);
    const order = { by, commandId, reason: body.reason, parts };
    const answer = await this.workflows
      .split(shipmentWorkflowId(shipmentId), order, commandId)
      .catch((error: unknown) => {
        if (!(error instanceof NotFound)) throw error;
        throw new Unavailable('workflow.not-begun', 'The story of this shipment has not begun yet.', {
          advice: 'Repeat the request in a moment under the same Idempotency-Key.',
        });
      });
    if (answer.kind === 'refused') throw new Refused(answer.code, answer.says);
    return { shipmentId, parts: answer.parts };
  }
}

/** Where a shipment goes: named, or the engagement's only destination. @throws Refused `shipments.engagement.not-here` */
function destinationUnder(agreed: readonly string[], asked: string | undefined): string {
  const destination = asked ?? (agreed.length === 1 ? agreed[0] : undefined);
  if (destination !== undefined && agreed.includes(destination)) return destination;
  throw new Refused(
    'shipments.engagement.not-here',
    `The engagement covers ${agreed.join(', ')}${asked === undefined ? '' : `, not ${asked}`}.`,
    {
      advice: 'Name one of these destinations, or open an engagement that covers another.',
      places: [{ pointer: '/destination', reason: 'not covered' }],
    },
  );
}
