import type { Instant } from '@tidewaiter/kernel';
import type { Leaf } from './leaf.js';

/** Who prepared and who approved one thing, and what is wrong with that. */
export interface Duty {
  shipmentId: string;
  what: string;
  prepared: string[];
  approved: string[];
  needed: number;
  /** empty when the duties were kept apart */
  exceptions: string[];
  /** who tried to approve and might not, with the ground: kept apart, but worth knowing */
  refused: { by: string; says: string }[];
  /** what each approval was given for, and what left for the bank; null for acts that are not bound by a digest */
  digests: { approved: string[]; executed: string | null } | null;
}

interface PaymentFacts {
  paymentId: string;
  shipmentId: string;
  editors: string[];
  requestedBy: string;
  approvalsNeeded: number;
  reference: string;
  digest: string;
  amount: { amount: string; currency: string };
  by: string;
  says: string;
}

interface DifferenceFacts {
  /** digest */
  finding: string;
  kind: string;
  proposedBy: string | null;
}

/**
 * Separation of duties over payments, differences between papers, disposals and holds, out of their events alone. The domain refuses what is wrong; this looks
 * whether it did.
 * @param leaves of `payment-`, `checklist-`, `dossier-` and `matter-` streams, each in its own order
 */
export function dutiesOf(leaves: readonly Leaf[]): Duty[] {
  const duties = new Map<string, Duty>();
  const holds = new Map<string, string>();
  const asked = new Map<string, Pick<PaymentFacts, 'digest' | 'amount'>>();
  const dutyOf = (key: string, shipmentId: string, what: string, needed: number): Duty => {
    const known = duties.get(key) ?? {
      shipmentId,
      what,
      prepared: [],
      approved: [],
      needed,
      exceptions: [],
      refused: [],
      digests: null,
    };
    duties.set(key, known);
    return known;
  };
  for (const { name, data, stream } of leaves) {
    const facts = data as PaymentFacts & DifferenceFacts;
    switch (name) {
      case 'PaymentRequested': {
        const duty = dutyOf(stream, facts.shipmentId, `payment ${facts.reference}`, facts.approvalsNeeded);
        duty.prepared = [...new Set([...facts.editors, facts.requestedBy])];
        // Asked for anew, nobody has approved it yet.
        duty.approved = [];
        duty.digests = { approved: [], executed: null };
        asked.set(stream, facts);
        break;
      }
      case 'PaymentApproved': {
        const duty = dutyOf(stream, facts.shipmentId, 'payment', 1);
        approve(duty, facts.by);
        duty.digests?.approved.push(facts.digest);
        break;
      }
      case 'PaymentApprovalRefused':
        dutyOf(stream, facts.shipmentId, 'payment', 1).refused.push({ by: facts.by, says: facts.says });
        break;
      case 'PaymentVoided':
        // What was approved is void; who approves the next payment starts anew.
        dutyOf(stream, facts.shipmentId, 'payment', 1).approved = [];
        break;
      case 'PaymentSent': {
        const duty = dutyOf(stream, facts.shipmentId, 'payment', 1);
        const given = new Set(duty.approved).size;
        if (given < duty.needed) duty.exceptions.push(`sent with ${given} of ${duty.needed} approvals`);
        execute(duty, asked.get(stream), facts.amount);
        break;
      }
      case 'DisposalApproved':
        approve(dutyOf(`${stream} disposal`, facts.shipmentId, 'disposal', 2), facts.by);
        break;
      case 'DisposalApprovalRefused':
        dutyOf(`${stream} disposal`, facts.shipmentId, 'disposal', 2).refused.push({ by: facts.by, says: facts.says });
        break;
      case 'PersonalDataErased': {
        const duty = dutyOf(`${stream} disposal`, facts.shipmentId, 'disposal', 2);
        if (new Set(duty.approved).size < duty.needed) duty.exceptions.push('erased without two approvals');
        break;
      }
      case 'DifferenceProposed':
        dutyOf(`${stream} ${facts.finding}`, facts.shipmentId, `difference ${facts.kind}`, 1).prepared = [facts.by];
        break;
      case 'DifferenceAccepted':
        // A warning takes one person: nothing is to be kept apart.
        if (facts.proposedBy !== null)
          approve(dutyOf(`${stream} ${facts.finding}`, facts.shipmentId, `difference ${facts.kind}`, 1), facts.by);
        break;
      case 'DifferenceRefused':
        dutyOf(`${stream} ${facts.finding}`, facts.shipmentId, `difference ${facts.kind}`, 1).refused.push({
          by: facts.by,
          says: facts.says,
        });
        break;
      case 'LegalHoldPlaced':
      case 'MatterHoldPlaced':
        holds.set(stream, facts.by);
        break;
      case 'LegalHoldLifted':
      case 'MatterHoldLifted': {
        const duty = dutyOf(`${stream} hold`, facts.shipmentId ?? '', 'hold', 1);
        duty.prepared = [holds.get(stream) ?? 'nobody'];
        approve(duty, facts.by);
        break;
      }
      case 'LegalHoldLiftRefused':
      case 'MatterHoldLiftRefused': {
        const duty = dutyOf(`${stream} hold`, facts.shipmentId ?? '', 'hold', 1);
        duty.prepared = [holds.get(stream) ?? 'nobody'];
        duty.refused.push({ by: facts.by, says: facts.says });
        break;
      }
      default:
    }
  }
  return [...duties.values()].sort((a, b) => b.exceptions.length - a.exceptions.length);
}

function approve(duty: Duty, by: string): void {
  if (duty.prepared.includes(by)) duty.exceptions.push(`${by} approved what ${by} prepared`);
  if (duty.approved.includes(by)) duty.exceptions.push(`${by} approved twice`);
  if (by.startsWith('system:')) duty.exceptions.push(`${by} is no person`);
  duty.approved.push(by);
}

/** What went to the bank is what was asked for when it went, and what every approval named. What was asked for before the span is not judged. */
function execute(
  duty: Duty,
  asked: Pick<PaymentFacts, 'digest' | 'amount'> | undefined,
  sent: PaymentFacts['amount'],
): void {
  if (!asked || !duty.digests) return;
  const { digest, amount } = asked;
  duty.digests.executed = digest;
  if (sent.amount !== amount.amount || sent.currency !== amount.currency)
    duty.exceptions.push(`sent ${sent.amount} ${sent.currency}, asked for ${amount.amount} ${amount.currency}`);
  if (duty.digests.approved.some((each) => each !== digest))
    duty.exceptions.push('sent is not what was approved: the digests differ');
}

/** One reading of what is confidential, as it was recorded. */
export interface Access {
  at: Instant;
  by: string;
  what: 'document' | 'evidence' | 'evidence-job' | 'reader-key';
  subject: string;
  says: string;
  reason: string | null;
}

/** Who read which document, took which evidence away, or was given a key, newest first. */
export function accessesOf(leaves: readonly Leaf[]): Access[] {
  return leaves
    .flatMap(({ name, data, time, actor }): Access[] => {
      const facts = data as Record<string, string | null> & { version?: number };
      const at = { at: time, by: actor };
      if (name === 'DocumentDownloaded') {
        const says = `version ${facts.version} of document ${facts['documentId']}, SHA-256 ${facts['sha256']}`;
        return [{ ...at, what: 'document', subject: facts['shipmentId']!, says, reason: facts['reason'] ?? null }];
      }
      if (name === 'EvidenceExported') {
        const says = `evidence file, SHA-256 ${facts['sha256']}`;
        return [{ ...at, what: 'evidence', subject: facts['shipmentId']!, says, reason: facts['reason']! }];
      }
      if (name === 'EvidenceDownloaded') {
        const says = `evidence file of a job fetched, SHA-256 ${facts['sha256']}`;
        return [{ ...at, what: 'evidence', subject: facts['shipmentId']!, says, reason: facts['reason']! }];
      }
      if (name === 'EvidenceJobStarted') {
        const { shipments } = data as { shipments: readonly string[] };
        const says = `evidence of ${shipments.length} ${shipments.length === 1 ? 'shipment' : 'shipments'} asked for`;
        return [{ ...at, what: 'evidence-job', subject: facts['jobId']!, says, reason: facts['reason']! }];
      }
      if (name === 'ReaderKeyIssued') {
        const says = `key for ${facts['name']} until ${facts['until']}`;
        return [{ ...at, what: 'reader-key', subject: facts['readerId']!, says, reason: null }];
      }
      return [];
    })
    .sort((a, b) => b.at.localeCompare(a.at));
}
