import { Inject } from '@nestjs/common';
import type { AnswerOf, DutiesEvent, InputOf, issueInvoice, setFeeTariff, showFeeTariff } from '@tidewaiter/contracts';
import type { EventStore, Tx } from '@tidewaiter/event-store';
import { exact, legalDateAt, NotFound, Refused } from '@tidewaiter/kernel';
import { byOf, CLOCK, EVENT_STORE, type CallerIdentity, type Clock } from '@tidewaiter/platform';
import {
  creditNoteFor,
  drafted,
  feesOn,
  feeTariff,
  invoice,
  laidOut,
  sameLines,
  serviceOf,
  type Invoice,
} from '../domain/invoice.js';
import type { LoadedRuleBook } from '../domain/rule-book.js';
import { invoiceRows } from '../postgres/billing.js';
import { ledgerOf } from '../postgres/ledger.projection.js';
import { streamOf as assessmentStream } from './assessing.js';
import { uuidOf } from './digest.js';
import { RULE_BOOKS } from './rule-books.js';

type Assessed = Extract<DutiesEvent, { type: 'DutyAssessed' }>['data'];
type View = AnswerOf<typeof issueInvoice>['items'][number];

const numberOf = (series: string, sequence: number): string => `${series}-${String(sequence).padStart(6, '0')}`;

/** Invoices to customers for duty, tax and service; one series of numbers without a gap for each importer. */
export class Invoicing {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * What stands in the ledger, as an invoice; one that says something else is taken back first.
   *
   * @throws Refused `duties.invoice.nothing-assessed`, `duties.invoice.no-owner`, `duties.invoice.no-fees`, `duties.invoice.unchanged`,
   *         `duties.invoice.fee-currency`
   */
  async issue(caller: CallerIdentity, commandId: string, shipmentId: string, dueDays: number): Promise<View[]> {
    const { tenant } = caller;
    const invoiceId = uuidOf(`invoice/${tenant}/${commandId}`);
    const events = await this.store.read(tenant, assessmentStream(shipmentId));
    const assessed = events.flatMap(({ type, data }) => (type === 'DutyAssessed' ? [data as Assessed] : [])).at(-1);
    if (!assessed) {
      throw new Refused(
        'duties.invoice.nothing-assessed',
        'nothing of this shipment was assessed yet: there is nothing to invoice',
        {
          advice: 'Wait until its duties are assessed.',
        },
      );
    }
    const { of, currency, request } = assessed;
    if (!of) {
      throw new Refused('duties.invoice.no-owner', 'it is not on record who engaged the importer for this shipment', {
        advice: 'Assess the shipment again: its engagement is told with it.',
      });
    }
    const authority = String(request['destination']);
    const issuedOn = legalDateAt(
      this.clock(),
      this.books.find(({ book }) => book.destination === authority)?.book.zone ?? 'UTC',
    );
    return this.store.transaction(tenant, async (tx) => {
      let sequence = await invoiceRows.next(tx, of.importerId);
      const made = await invoiceRows.one(tx, invoiceId);
      if (made) return this.answered(tx, shipmentId, invoiceId);
      const fees = feesOn(await invoiceRows.fees(tx, of.engagementId), issuedOn);
      if (!fees) {
        throw new Refused('duties.invoice.no-fees', `no fee tariff stands for this engagement on ${issuedOn}`, {
          advice: `Set one with POST /v1/fee-tariffs/${of.engagementId}.`,
        });
      }
      const outlay = laidOut(await ledgerOf(tx, shipmentId), currency);
      const disbursed = outlay.reduce((sum, { amount }) => sum.plus(amount), exact('0')).toFixed(2);
      const lines = [...outlay, ...serviceOf(fees, disbursed, (request['lines'] as unknown[]).length, currency)];
      const before = await invoiceRows.ofShipment(tx, shipmentId);
      const standing = before.find(({ kind, invoiceId: id }) => kind === 'invoice' && !isTakenBack(before, id));
      const series = `INV-${of.importerId.replaceAll('-', '').slice(0, 8).toUpperCase()}`;
      const append = async (data: Invoice): Promise<void> => {
        const by = byOf(caller, shipmentId, `${commandId}/${data.invoiceId}`);
        await this.store.execute(invoice, `invoice-${data.invoiceId}`, { type: 'Issue', data }, by, { tx });
      };
      if (standing) {
        if (sameLines(standing.lines, lines)) {
          throw new Refused('duties.invoice.unchanged', `invoice ${standing.number} says all of this already`, {
            advice: 'A new invoice follows a change of duty, tax or fees.',
          });
        }
        const noteId = uuidOf(`credit-note/${tenant}/${commandId}`);
        const own = { invoiceId: noteId, sequence, number: numberOf(series, sequence), issuedOn };
        await append(creditNoteFor(standing, own, 'Duty, tax or fees of the shipment have changed.'));
        sequence += 1;
      }
      const { customer, importerId, importerName, engagementId } = of;
      const reference = await invoiceRows.referenceOf(tx, shipmentId);
      const number = numberOf(series, sequence);
      const parties = { engagementId, importerId, customer, seller: importerName ?? importerId, authority, reference };
      const head = { invoiceId, shipmentId, series, sequence, number, ...parties, issuedOn, currency };
      await append(drafted(head, lines, dueDays));
      return this.answered(tx, shipmentId, invoiceId);
    });
  }

  async ofShipment(tenant: string, shipmentId: string): Promise<View[]> {
    return this.store.transaction(tenant, async (tx) => viewsOf(await invoiceRows.ofShipment(tx, shipmentId)));
  }

  /** @throws NotFound `duties.invoice.unknown` */
  async one(tenant: string, invoiceId: string): Promise<{ invoice: Invoice; view: View }> {
    return this.store.transaction(tenant, async (tx) => {
      const found = await invoiceRows.one(tx, invoiceId);
      if (!found) throw new NotFound('duties.invoice.unknown', 'no such invoice');
      const views = viewsOf(await invoiceRows.ofShipment(tx, found.shipmentId));
      return { invoice: found, view: views.find((each) => each.invoiceId === invoiceId)! };
    });
  }

  async setFees(
    caller: CallerIdentity,
    commandId: string,
    { params, body }: InputOf<typeof setFeeTariff>,
  ): Promise<AnswerOf<typeof setFeeTariff>> {
    const { engagementId } = params;
    const data = { engagementId, ...body, by: caller.actor };
    const by = byOf(caller, engagementId, commandId);
    await this.store.execute(feeTariff, `fees-${engagementId}`, { type: 'SetFees', data }, by, { fingerprint: body });
    return { engagementId, ...body };
  }

  async fees(tenant: string, engagementId: string): Promise<AnswerOf<typeof showFeeTariff>> {
    const tariffs = await this.store.transaction(tenant, (tx) => invoiceRows.fees(tx, engagementId));
    return {
      items: tariffs.map(({ by: _by, ...tariff }) => tariff),
    };
  }

  /** The invoice and the credit note that went before it. */
  private async answered(tx: Tx, shipmentId: string, invoiceId: string): Promise<View[]> {
    const all = await invoiceRows.ofShipment(tx, shipmentId);
    const { sequence } = all.find((each) => each.invoiceId === invoiceId)!;
    const note = all.find((each) => each.kind === 'credit-note' && each.sequence === sequence - 1);
    const ids = [note?.invoiceId, invoiceId];
    return viewsOf(all).filter((view) => ids.includes(view.invoiceId));
  }
}

const isTakenBack = (all: readonly Invoice[], invoiceId: string): boolean =>
  all.some(({ corrects }) => corrects?.invoiceId === invoiceId);

const viewsOf = (all: readonly Invoice[]): View[] =>
  all.map(({ series: _series, sequence: _sequence, engagementId: _engagement, ...each }) => ({
    ...each,
    correctedBy: all.find(({ corrects }) => corrects?.invoiceId === each.invoiceId)?.number ?? null,
  }));
