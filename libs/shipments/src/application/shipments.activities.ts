import { Inject } from '@nestjs/common';
import type { Money, ShipmentsActivities, SplitOrder, Step, TaskSpec, Wrote } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import type { Instant } from '@tidewaiter/kernel';
import { endOfDay, plusDays, TidewaiterError, WrongState, zero } from '@tidewaiter/kernel';
import { byOfStep, CLOCK, EVENT_STORE, idFor } from '@tidewaiter/platform';
import { groundOfEmbargo } from '../domain/embargo.js';
import { engagement, nextReviewDay, NOTICE_DAYS, type EngagementCommand } from '../domain/engagement.js';
import { guarantee, headroomOf } from '../domain/guarantee.js';
import { proveStanding } from '../domain/proof.js';
import { screen, type ScreenedName } from '../domain/screening.js';
import { partsFrom, shipment, situationOf, type Shipment } from '../domain/shipment.js';
import { dayIn, identifierFor, zoneOf } from '../domain/standing.js';
import { task } from '../domain/task.js';
import { claim, guaranteeKey, holderOf, securityKey } from '../postgres/claims.js';
import { clearedHits, subjectKind } from '../postgres/lookups.js';
import { guaranteeNow, onAccount } from './guarantee-account.js';
import { knownEngagement, knownImporter, knownShipment, type Known } from './known.js';
import { REFERENCE_DATA, type ReferenceData } from './reference-data.js';

const SAYS_AT_MOST = 500;

/** What the stories ask of this room. An answer is read from the state after its command, so that a repeat answers alike. */
export class ShipmentsActivitiesService implements ShipmentsActivities {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: () => Instant,
    @Inject(REFERENCE_DATA) private readonly reference: ReferenceData,
  ) {}

  async engageShipment(step: Step): ReturnType<ShipmentsActivities['engageShipment']> {
    const { tenant, subject: shipmentId } = step;
    const { standing: rules, list, names } = this.reference;
    const { state } = await knownShipment(this.store, tenant, shipmentId);
    const { state: terms } = await knownEngagement(this.store, tenant, state.engagementId);
    const { state: entity } = await knownImporter(this.store, tenant, terms.importerId);
    const lawDate = dayIn(rules, state.destination, this.clock());
    const cleared = await clearedHits(this.store, tenant, shipmentId);
    const done = await this.store.execute(
      shipment,
      `shipment-${shipmentId}`,
      {
        type: 'ProveStanding',
        standing: proveStanding(terms, entity, state.destination, rules, lawDate),
        screening: screen(list, screenedNames(state, terms.customer.name), names, cleared),
        lawDate,
      },
      byOfStep(step),
    );
    const after = done.state as Known<Shipment>;
    if (after.because) return { kind: 'blocked', ...after.because, wrote: done.wrote };
    const situation = { ...situationOf(after), customer: terms.customer.name };
    return { kind: 'engaged', situation, openedBy: after.openedBy, wrote: done.wrote };
  }

  /** Everything is asked anew: what held at the engagement may have ended the night before. */
  async standAtFiling(step: Step): ReturnType<ShipmentsActivities['standAtFiling']> {
    const { tenant, subject: shipmentId } = step;
    const { standing: rules, list, names, embargoes } = this.reference;
    const { state } = await knownShipment(this.store, tenant, shipmentId);
    const { state: terms } = await knownEngagement(this.store, tenant, state.engagementId);
    const { state: entity } = await knownImporter(this.store, tenant, terms.importerId);
    const { destination, origin, lines } = state;
    const lawDate = dayIn(rules, destination, this.clock());
    const blocked = (code: string, says: string, role = 'operator') => ({ kind: 'blocked' as const, code, says, role });
    const standing = proveStanding(terms, entity, destination, rules, lawDate);
    if (standing.kind === 'refused') return blocked(standing.code, standing.says);
    const ban = groundOfEmbargo(embargoes.rows, destination, origin, lines, lawDate);
    if (ban) return blocked(ban.code, `${ban.says} ${ban.advice}`, 'compliance');
    const cleared = await clearedHits(this.store, tenant, shipmentId);
    const { hits } = screen(list, screenedNames(state, terms.customer.name), names, cleared);
    if (hits.length > 0) {
      const found = hits.map((hit) => `${hit.role} is close to entry ${hit.entry} (${hit.score})`).join('; ');
      return blocked('shipments.screening.hit', `The screening list of today answers: ${found}.`, 'compliance');
    }
    const guarantee = await this.reservation(tenant, state);
    if (!guarantee) {
      return blocked(
        'shipments.guarantee.not-reserved',
        `Nothing is reserved for this shipment under a guarantee of ${state.importer.name} in ${destination}.`,
      );
    }
    const identifier = identifierFor(entity.identifiers, destination, rules, lawDate);
    return {
      kind: 'stands',
      proof: {
        lawDate,
        mandateId: standing.mandateId,
        mandateUntil: standing.mandateUntil,
        importerId: terms.importerId,
        identifier: identifier?.value ?? '',
        law: identifier?.law ?? '',
        screening: { list: list.ref.name, digest: list.ref.digest },
        guarantee,
        embargoes: embargoes.digest,
      },
    };
  }

  private reservation(tenant: string, { importer, destination, shipmentId }: Known<Shipment>) {
    return this.store.transaction(tenant, async (tx) => {
      const guaranteeId = await standsFor(tx, { importer, destination, shipmentId });
      if (guaranteeId === undefined) return null;
      const { state } = await guaranteeNow(tx, guaranteeId);
      const reserved = state.reservations[shipmentId];
      if (reserved === undefined) return null;
      return { guaranteeId, reserved: { amount: reserved, currency: state.limit.currency } };
    });
  }

  async reserveGuarantee(step: Step, amount: Money): ReturnType<ShipmentsActivities['reserveGuarantee']> {
    const { tenant, subject: shipmentId } = step;
    const { state } = await knownShipment(this.store, tenant, shipmentId);
    const { destination, importer } = state;
    const short = (says: string, headroom: Money) => ({ kind: 'short' as const, says, headroom, wrote: {} });
    try {
      return await this.store.transaction(tenant, async (tx) => {
        const guaranteeId = await standsFor(tx, state);
        if (guaranteeId === undefined) {
          return short(
            `No guarantee stands behind importer ${importer.name} in ${destination}.`,
            zero(amount.currency),
          );
        }
        const reserve = { type: 'ReserveHeadroom' as const, shipmentId, amount };
        const { state: held, wrote } = await onAccount(this.store, tx, guaranteeId, reserve, byOfStep(step));
        return { kind: 'reserved' as const, guaranteeId, reference: held.reference, wrote };
      });
    } catch (error) {
      if (!(error instanceof TidewaiterError) || error.kind !== 'refused') throw error;
      return short(
        `${error.message}. ${error.details.advice ?? ''}`.trim(),
        await this.headroom(tenant, state, amount.currency),
      );
    }
  }

  async provideSecurity(
    step: Step,
    { reference, amount }: { reference: string; amount: Money },
  ): ReturnType<ShipmentsActivities['provideSecurity']> {
    const { tenant, subject: shipmentId } = step;
    const { state } = await knownShipment(this.store, tenant, shipmentId);
    const { destination, importer } = state;
    const guaranteeId = idFor('guarantee', tenant, step.commandId);
    return this.store.transaction(tenant, async (tx) => {
      if (!(await claim(tx, 'guarantee', securityKey(shipmentId), guaranteeId))) {
        const says = 'This shipment has a security of its own already: raise its limit, then retry.';
        return { kind: 'refused' as const, code: 'shipments.guarantee.exists', says };
      }
      const before = await holderOf(tx, 'guarantee', guaranteeKey(importer.importerId, destination));
      const free = { type: 'ReleaseHeadroom' as const, shipmentId };
      const freed = before === undefined ? {} : (await onAccount(this.store, tx, before, free, byOfStep(step))).wrote;
      const named = { guaranteeId, importerId: importer.importerId, destination, reference, limit: amount };
      const by = { ...byOfStep(step), subject: guaranteeId };
      const stream = `guarantee-${guaranteeId}`;
      const command = { type: 'RegisterGuarantee' as const, ...named };
      const done = await this.store.execute(guarantee, stream, command, by, { tx });
      return { kind: 'provided' as const, destination, wrote: { ...freed, ...done.wrote } };
    });
  }

  async raiseTask(step: Step, spec: TaskSpec): Promise<{ taskId: string; wrote: Wrote }> {
    const { tenant, subject, commandId } = step;
    const taskId = idFor('task', tenant, commandId);
    const kind = await subjectKind(this.store, tenant, subject);
    const done = await this.store.execute(
      task,
      `task-${taskId}`,
      {
        type: 'RaiseTask',
        taskId,
        shipmentId: kind === 'shipment' ? subject : null,
        engagementId: kind === 'engagement' ? subject : null,
        ...spec,
        says: spec.says.length > SAYS_AT_MOST ? `${spec.says.slice(0, SAYS_AT_MOST - 1)}…` : spec.says,
      },
      byOfStep(step),
    );
    return { taskId, wrote: done.wrote };
  }

  async settleTask(
    ...[step, taskId, settled]: Parameters<ShipmentsActivities['settleTask']>
  ): Promise<{ wrote: Wrote }> {
    const command =
      settled.kind === 'decided'
        ? { type: 'DecideTask' as const, by: step.actor, decision: settled.decision, closes: settled.closes }
        : { type: 'WithdrawTask' as const, reason: settled.reason };
    const done = await this.store.execute(task, `task-${taskId}`, command, byOfStep(step));
    return { wrote: done.wrote };
  }

  async closeShipment(
    ...[step, outcome, reason]: Parameters<ShipmentsActivities['closeShipment']>
  ): Promise<{ wrote: Wrote }> {
    const { tenant, subject: shipmentId } = step;
    const { state } = await knownShipment(this.store, tenant, shipmentId);
    return this.store.transaction(tenant, async (tx) => {
      const wrote = await this.giveBack(tx, state, step);
      const command = { type: 'CloseShipment' as const, outcome, reason };
      const done = await this.store.execute(shipment, `shipment-${shipmentId}`, command, byOfStep(step), { tx });
      return { wrote: { ...wrote, ...done.wrote } };
    });
  }

  async splitShipment(step: Step, order: SplitOrder): ReturnType<ShipmentsActivities['splitShipment']> {
    const { tenant, subject: shipmentId } = step;
    const { state } = await knownShipment(this.store, tenant, shipmentId);
    const { reason, by: person, parts: asked } = order;
    const command = { type: 'SplitShipment' as const, parts: asked, reason, by: person };
    return this.store.transaction(tenant, async (tx) => {
      const whole = await this.store.execute(shipment, `shipment-${shipmentId}`, command, byOfStep(step), { tx });
      // A repeat meets the parts of the first time: they are opened with the event that names them.
      if (state.parts === undefined) {
        for (const part of partsFrom(state, asked, person)) await this.openPart(tx, step, part);
      }
      const wrote = await this.giveBack(tx, state, step);
      return { parts: [...(whole.state as Known<Shipment>).parts!], wrote: { ...wrote, ...whole.wrote } };
    });
  }

  /** @throws WrongState `shipments.reference.taken` */
  private async openPart(tx: Tx, step: Step, part: ReturnType<typeof partsFrom>[number]): Promise<void> {
    const { shipmentId, reference } = part;
    if (!(await claim(tx, 'reference', reference, shipmentId))) {
      throw new WrongState('shipments.reference.taken', `reference ${reference} belongs to another shipment`, {
        advice: 'Give every part a reference of its own.',
      });
    }
    // The engagement took the whole: whether it stands today is proved when the part's own story begins.
    const command = { type: 'OpenShipment' as const, ground: null, ...part };
    const by = { ...byOfStep(step), subject: shipmentId, correlationId: shipmentId };
    await this.store.execute(shipment, `shipment-${shipmentId}`, command, by, { tx });
  }

  private async giveBack(tx: Tx, state: Known<Shipment>, step: Step): Promise<Wrote> {
    const guaranteeId = await standsFor(tx, state);
    if (guaranteeId === undefined) return {};
    const release = { type: 'ReleaseHeadroom' as const, shipmentId: state.shipmentId };
    return (await onAccount(this.store, tx, guaranteeId, release, byOfStep(step))).wrote;
  }

  freezeMandate(step: Step, says: string): Promise<{ wrote: Wrote }> {
    return this.onEngagement(step, ({ shipmentId }) => ({ type: 'FreezeMandate', shipmentId, says }));
  }

  thawMandate(step: Step, reason: string): Promise<{ wrote: Wrote }> {
    const { actor: by } = step;
    return this.onEngagement(step, ({ shipmentId }) => ({ type: 'ThawMandate', shipmentId, reason, by, asked: false }));
  }

  private async onEngagement(
    step: Step,
    command: (of: Known<Shipment>) => EngagementCommand,
  ): Promise<{ wrote: Wrote }> {
    const { state } = await knownShipment(this.store, step.tenant, step.subject);
    const stream = `engagement-${state.engagementId}`;
    const { wrote } = await this.store.execute(engagement, stream, command(state), byOfStep(step));
    return { wrote };
  }

  async reviewEngagement(step: Step): ReturnType<ShipmentsActivities['reviewEngagement']> {
    const { tenant, subject: engagementId } = step;
    const rules = this.reference.standing;
    const { state } = await knownEngagement(this.store, tenant, engagementId);
    // The days of an engagement are counted where its first destination is.
    const home = state.destinations[0]!;
    const zone = zoneOf(rules, home);
    const on = dayIn(rules, home, this.clock());
    const done = await this.store.execute(
      engagement,
      `engagement-${engagementId}`,
      { type: 'ReviewEngagement', on, noticeDays: NOTICE_DAYS },
      byOfStep(step),
    );
    if (done.state.status === 'none') throw new WrongState('shipments.engagement.unknown', 'no such engagement');
    if (done.state.status === 'ended') return { kind: 'ended' };
    const nextReviewAt = endOfDay(plusDays(nextReviewDay(done.state, on), -1), zone);
    const [event] = done.events;
    return { kind: 'goes-on', nextReviewAt, task: event ? renewal(event, zone) : null };
  }

  private async headroom(tenant: string, state: Known<Shipment>, currency: string): Promise<Money> {
    return this.store.transaction(tenant, async (tx) => {
      const guaranteeId = await standsFor(tx, state);
      if (guaranteeId === undefined) return zero(currency);
      return headroomOf((await guaranteeNow(tx, guaranteeId)).state, state.shipmentId);
    });
  }
}

/** The guarantee under which a shipment's debts are held: its own security, else the importer's. */
const standsFor = async (
  tx: Tx,
  { shipmentId, importer, destination }: Pick<Known<Shipment>, 'shipmentId' | 'importer' | 'destination'>,
): Promise<string | undefined> =>
  (await holderOf(tx, 'guarantee', securityKey(shipmentId))) ??
  holderOf(tx, 'guarantee', guaranteeKey(importer.importerId, destination));

/** Everybody named in the shipment, and the customer behind it. */
const screenedNames = ({ parties }: Known<Shipment>, customer: string): ScreenedName[] => [
  ...parties.map(({ role, name }) => ({ role, name })),
  { role: 'customer', name: customer },
];

/** A person is asked to renew what runs out, or has run out. */
function renewal(event: { type: string; data: unknown }, zone: string): TaskSpec | null {
  if (event.type === 'MandateExpiring') {
    const { mandateId, validTo } = event.data as { mandateId: string; validTo: string };
    return {
      kind: 'renew-mandate',
      role: 'operator',
      says: `The power of attorney ends on ${validTo}: ask the customer for a new one and record it.`,
      about: { mandateId, validTo },
      due: endOfDay(validTo, zone),
    };
  }
  if (event.type !== 'EngagementSuspended') return null;
  const { code, says } = event.data as { code: string; says: string };
  return {
    kind: 'renew-mandate',
    role: 'operator',
    says: `${says} No new shipment can go on under this engagement until a new one is recorded.`,
    about: { code },
    due: null,
  };
}
