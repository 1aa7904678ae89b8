import { Inject } from '@nestjs/common';
import {
  goodsLine,
  issuesOf,
  type DocumentsActivities,
  type GoodsLine,
  type Refusal,
  type Situation,
  type Step,
} from '@tidewaiter/contracts';
import type { By, EventStore } from '@tidewaiter/event-store';
import { canonicalJson, legalDateAt, NotFound, Refused } from '@tidewaiter/kernel';
import { byOfStep, CLOCK, EVENT_STORE, type Clock } from '@tidewaiter/platform';
import { z } from 'zod';
import {
  checklist,
  counting,
  deriveRequirements,
  document,
  proposeLines,
  type Checklist,
  type RequirementRow,
} from '../domain/index.js';
import {
  documentById,
  keepSituation,
  papersOfShipment,
  readsOf,
  situationOf,
  versionsOf,
} from '../postgres/documents.repository.js';
import { carryPapers } from './carrying.js';
import { digestOf } from './digests.js';
import { checklistStream, Judging } from './judging.js';
import type { FolderStorage } from '../storage/folder.js';
import { REQUIREMENT_ROWS, STORAGE } from './tokens.js';
import { inTurn } from './turns.js';

/** Where the authority's clock stands: rows are in force by its date. */
const ZONES: Record<string, string> = { GB: 'Europe/London', US: 'America/New_York', DE: 'Europe/Berlin' };

/** Until the answer to an upload counts as missing; below an activity’s own time. */
const HAND_OVER_MS = 20_000;

type Derived = Awaited<ReturnType<DocumentsActivities['deriveChecklist']>>;
type Confirmation = Parameters<DocumentsActivities['confirmLines']>[1];

const missingOf = (state: Checklist): Derived['missing'] =>
  state.status === 'none'
    ? []
    : state.requirements
        .filter((requirement) => requirement.blocks === 'filing' && requirement.state === 'missing')
        .map(({ slot, types, reasons }) => ({
          slot,
          types,
          because: reasons.map((reason) => reason.because).join('; '),
        }));

export class DocumentsActivitiesService implements DocumentsActivities {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(Judging) private readonly judging: Judging,
    @Inject(REQUIREMENT_ROWS) private readonly rows: readonly RequirementRow[],
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(STORAGE) private readonly storage: Pick<FolderStorage, 'read'>,
  ) {}

  async deriveChecklist(step: Step, situation: Situation): Promise<Derived> {
    const { shipmentId, destination } = situation;
    const by = byOfStep(step);
    const lawDate = legalDateAt(this.clock(), ZONES[destination] ?? 'UTC');
    const requirements = deriveRequirements(situation, this.rows, lawDate);
    return inTurn(this.store, step.tenant, shipmentId, async (tx) => {
      await keepSituation(tx, shipmentId, canonicalJson(situation));
      const carried = await carryPapers(this.store, tx, situation, by);
      const command = { type: 'DeriveChecklist', shipmentId, rows: digestOf(this.rows), requirements } as const;
      const derived = await this.store.execute(checklist, checklistStream(shipmentId), command, by, { tx });
      const judged = await this.judging.judge(tx, shipmentId, judgedBy(by));
      const { state } = await this.store.load(checklist, step.tenant, checklistStream(shipmentId), tx);
      const set = state.status === 'complete' ? state.set : null;
      return {
        state: set ? 'complete' : 'waiting',
        set,
        missing: missingOf(state),
        wrote: { ...carried, ...derived.wrote, ...judged?.wrote },
      };
    });
  }

  /** One-time addresses take an upload as a form: their fields first, then the file. */
  async handOver(
    step: Step,
    { documentId, version, slot }: Parameters<DocumentsActivities['handOver']>[1],
  ): ReturnType<DocumentsActivities['handOver']> {
    const reads = readsOf(this.store, step.tenant);
    const known = await documentById(reads, documentId);
    const kept = (await versionsOf(reads, [documentId])).find((each) => each.version === version);
    if (!known || !kept || known.shipment_id !== step.subject) {
      const says = `The shipment has no document ${documentId} in version ${version}.`;
      return { kind: 'refused', code: 'documents.document.unknown', says };
    }
    const bytes = await this.storage.read(step.tenant, kept.sha256);
    const form = new FormData();
    for (const [name, value] of Object.entries(slot.fields)) form.set(name, value);
    form.set('file', new Blob([new Uint8Array(bytes)], { type: kept.media_type }), kept.name);
    const answer = await fetch(slot.url, { method: 'POST', body: form, signal: AbortSignal.timeout(HAND_OVER_MS) });
    await answer.body?.cancel();
    if (!answer.ok) {
      const says = `The authority's address did not take the file: it answered ${answer.status}.`;
      return { kind: 'refused', code: 'documents.hand-over.refused', says };
    }
    return { kind: 'handed-over', sha256: kept.sha256 };
  }

  async confirmLines(step: Step, confirmation: Confirmation): ReturnType<DocumentsActivities['confirmLines']> {
    // What a person typed has come through the task as it was: it is checked here, where it is believed.
    const checked = z.array(goodsLine).min(1).max(999).safeParse(confirmation.lines);
    if (!checked.success) {
      const says = issuesOf(checked.error).map((issue) => `/lines${issue.pointer}: ${issue.reason}`);
      return { kind: 'refused', code: 'documents.lines.invalid', says: says.slice(0, 10).join('; ') };
    }
    try {
      return await this.confirm(step, confirmation, checked.data);
    } catch (error) {
      if (error instanceof Refused || error instanceof NotFound) return refusal(error);
      throw error;
    }
  }

  private confirm(
    step: Step,
    { documentId, version, factsDigest }: Confirmation,
    lines: GoodsLine[],
  ): Promise<{ kind: 'confirmed'; wrote: Record<string, number> }> {
    const by = byOfStep(step);
    return inTurn(this.store, step.tenant, step.subject, async (tx) => {
      const known = await documentById(tx, documentId);
      const situation = await situationOf(tx, step.subject);
      if (known?.shipment_id !== step.subject || !situation)
        throw new NotFound('documents.document.unknown', 'the shipment has no such document');
      const { papers } = await papersOfShipment(tx, step.subject);
      const read =
        proposeLines(counting(papers), situation.lines).find((proposal) => proposal.paper.documentId === documentId)
          ?.lines ?? [];
      const command = { type: 'ConfirmLines', version, factsDigest, by: step.actor, lines, read } as const;
      const confirmed = await this.store.execute(document, `document-${documentId}`, command, by, {
        tx,
        fingerprint: { documentId, version, factsDigest },
      });
      const judged = await this.judging.judge(tx, step.subject, judgedBy(by));
      return { kind: 'confirmed', wrote: { ...confirmed.wrote, ...judged?.wrote } };
    });
  }
}

const judgedBy = (by: By): By => ({ ...by, commandId: `${by.commandId}/judge` });

const refusal = ({ code, message, details }: Refused | NotFound): Refusal => ({
  kind: 'refused',
  code,
  says: details.advice ? `${message}. ${details.advice}` : message,
});
