import type { Charges, DocumentSet, Finding, GoodsLine, Requirement, Situation } from '@tidewaiter/contracts';
import { exact, money } from '@tidewaiter/kernel';
import { runChecks, type CheckResult, type KnownInvoice } from './checks/index.js';
import { counting } from './counting.js';
import { papersOf, type DigestOf, type Extra, type Paper } from './facts.js';
import { permitKey, permitUse } from './permits.js';
import { invoicedLines, linesAgree, matchLines, proposeLines, provenance, type Matched } from './lines.js';

/** The version of a document that fills a slot. */
export interface Filling {
  documentId: string;
  version: number;
}

export interface ToConfirm {
  documentId: string;
  version: number;
  factsDigest: string;
  lines: GoodsLine[];
}

export type Verdict =
  | { kind: 'waiting' }
  | { kind: 'blocked'; confirm: ToConfirm[]; findings: Finding[] }
  | { kind: 'complete'; set: DocumentSet };

export interface Judgement {
  /** every slot, with the paper that fills it */
  filled: Record<string, Filling | null>;
  checks: CheckResult & { factsDigest: string };
  verdict: Verdict;
}

export interface JudgeInput {
  situation: Situation;
  requirements: readonly Requirement[];
  /** accepted papers, each in its current version, in the order they came in */
  papers: readonly Paper[];
  /** lines that a person confirmed, by document; only confirmations of the current version and its facts */
  confirmed: Readonly<Record<string, readonly GoodsLine[]>>;
  history: readonly KnownInvoice[];
  /** what other shipments take of the permits among the papers, by their key; nothing where one is absent */
  drawnElsewhere?: Readonly<Record<string, string>>;
  /** digests of findings that people let stand as they are */
  accepted: readonly string[];
  digestOf: DigestOf;
}

/** The newest paper of a wanted type fills a slot; a slot without types waits for a person. */
function fill(requirement: Requirement, papers: readonly Paper[]): Filling | null {
  const fitting = papers.filter((paper) => requirement.types.includes(paper.type));
  const newest = fitting[fitting.length - 1];
  return newest ? { documentId: newest.documentId, version: newest.version } : null;
}

/** Lines that a person confirmed, when every invoice was; numbered anew over several invoices. */
function confirmedLines({ papers, confirmed }: JudgeInput): GoodsLine[] | null {
  const invoices = papersOf(papers, 'invoice');
  const answers = invoices.map((invoice) => confirmed[invoice.documentId]);
  if (invoices.length === 0 || answers.some((answer) => answer === undefined)) return null;
  const lines = answers.flatMap((answer) => answer ?? []);
  return invoices.length === 1 ? lines : lines.map((line, index) => ({ ...line, number: index + 1 }));
}

/** Registered lines, each with the place in the invoice that says the same. */
const traced = ({ pairs }: Matched): GoodsLine[] =>
  pairs.map(({ invoiced, goods }) => ({ ...goods, from: provenance(invoiced) })).sort((a, b) => a.number - b.number);

function chargesOf({ situation, papers }: JudgeInput): Charges {
  const extras = papersOf(papers, 'invoice').flatMap(({ facts: { values } }) =>
    values.charges.map((extra) => ({ ...extra, currency: values.currency })),
  );
  const stated = (kind: Extra['kind']) => {
    const own = extras.filter((extra) => extra.kind === kind && typeof extra.amount === 'string');
    const first = own[0];
    if (!first) return undefined;
    const sum = own.reduce((total, extra) => total.plus(extra.amount as string), exact('0'));
    return { amount: sum.toFixed(), currency: first.currency };
  };
  // What the invoice charges is what is paid; the registered amounts stand where it is silent.
  const freight = stated('freight') ?? situation.charges.freight;
  const insurance = stated('insurance') ?? situation.charges.insurance;
  return { ...(freight ? { freight } : {}), ...(insurance ? { insurance } : {}) };
}

const KINDS_ANSWERED_BY_CONFIRMING = new Set(['lines.not-matched']);

const referenceOf = ({ facts, name }: Paper): string => {
  switch (facts.kind) {
    case 'invoice':
    case 'transport':
    case 'permit':
      return facts.values.number;
    case 'paper':
      return (facts.values.title ?? name).slice(0, 70);
    case 'packing-list':
      return name.slice(0, 70);
  }
};

/** Gross mass and packages of the whole shipment: the transport document says what travels, the packing list what is in it. */
function consignmentOf({ papers }: JudgeInput): Pick<DocumentSet, 'grossMass' | 'packages'> | null {
  const carried = papersOf(papers, 'transport');
  const lists = papersOf(papers, 'packing-list');
  const gross =
    carried.length > 0
      ? carried.map((paper) => paper.facts.values.gross)
      : lists.map((list) => list.facts.values.totals.gross);
  if (gross.length === 0 || gross.includes(null)) return null;
  const counted =
    carried.length > 0
      ? carried.map((paper) => paper.facts.values.packages)
      : lists.map(({ facts: { values } }) => ({ count: values.totals.packages, kind: values.totals.kind }));
  const marks = [
    ...lists.flatMap((list) => list.facts.values.packages.map((row) => row.marks)),
    ...carried.map((paper) => paper.facts.values.packages.marks),
  ];
  return {
    grossMass: gross.reduce((sum, each) => sum.plus(each ?? '0'), exact('0')).toFixed(),
    packages: {
      count: counted.reduce((sum, each) => sum + each.count, 0),
      kind: [...new Set(counted.map((each) => each.kind))].length === 1 ? counted[0]!.kind : 'PK',
      marks:
        [...new Set(marks.filter((mark): mark is string => mark !== undefined))].join(', ').slice(0, 140) || 'NO MARKS',
    },
  };
}

function setOf(input: JudgeInput, lines: GoodsLine[], findings: readonly Finding[]): DocumentSet | null {
  const { papers, digestOf, drawnElsewhere = {} } = input;
  const invoices = papersOf(papers, 'invoice').map((paper) => paper.facts.values);
  const consignment = consignmentOf(input);
  const first = invoices[0];
  if (!first || !consignment || lines.length === 0) return null;
  const charges = chargesOf(input);
  const paid = invoices.reduce((sum, { totals }) => {
    const stated = totals.net ?? totals.lines;
    return sum.plus(typeof stated === 'string' ? stated : '0');
  }, exact('0'));
  const versions = papers.map(({ documentId, version, type, sha256, factsDigest }) => ({
    documentId,
    version,
    type,
    sha256,
    factsDigest,
  }));
  const permits = new Map(
    papersOf(papers, 'permit').map(({ documentId, facts: { values } }) => [
      documentId,
      permitUse(values, lines, drawnElsewhere[permitKey(values)] ?? '0'),
    ]),
  );
  const permitOf = (documentId: string) => {
    const permit = permits.get(documentId);
    return permit ? { permit } : {};
  };
  return {
    digest: digestOf({
      ...{ versions, lines, charges, findings },
      ...(permits.size > 0 ? { permits: [...permits.values()] } : {}),
    }),
    lines,
    charges,
    invoice: { number: invoices.map((invoice) => invoice.number).join(', '), total: money(paid, first.currency) },
    ...consignment,
    documents: papers.map((paper) => ({
      documentId: paper.documentId,
      version: paper.version,
      type: paper.type,
      reference: referenceOf(paper),
      sha256: paper.sha256,
      ...permitOf(paper.documentId),
    })),
  };
}

function confirmationsNeeded({ situation, papers, confirmed }: JudgeInput): ToConfirm[] {
  return proposeLines(papers, situation.lines)
    .filter(({ paper, incomplete }) => incomplete.length === 0 && confirmed[paper.documentId] === undefined)
    .map(({ paper, lines }) => ({
      documentId: paper.documentId,
      version: paper.version,
      factsDigest: paper.factsDigest,
      lines,
    }));
}

const incompleteSet = (): Finding => ({
  kind: 'set.incomplete',
  outcome: 'blocks-filing',
  subject: 'document set',
  compared: [],
  says: 'No paper says how many packages travel and what they weigh.',
  fix: ['Upload a packing list with gross weights, or the transport document.'],
});

function verdictOf(
  input: JudgeInput,
  filled: Judgement['filled'],
  findings: readonly Finding[],
  confirmed: GoodsLine[] | null,
): Verdict {
  const open = input.requirements.some(
    (requirement) => requirement.blocks === 'filing' && filled[requirement.slot] === null,
  );
  if (open) return { kind: 'waiting' };
  const blocking = findings.filter(
    (finding) => finding.outcome === 'blocks-filing' && !input.accepted.includes(input.digestOf(finding)),
  );
  const matched = matchLines(invoicedLines(input.papers), input.situation.lines);
  const agreed = confirmed ?? (linesAgree(matched) ? traced(matched) : null);
  if (!agreed) {
    const rest = blocking.filter((finding) => !KINDS_ANSWERED_BY_CONFIRMING.has(finding.kind));
    return { kind: 'blocked', confirm: confirmationsNeeded(input), findings: rest };
  }
  if (blocking.length > 0) return { kind: 'blocked', confirm: [], findings: blocking };
  const set = setOf(input, agreed, findings);
  return set ? { kind: 'complete', set } : { kind: 'blocked', confirm: [], findings: [incompleteSet()] };
}

/**
 * Looks at everything that is in and says where the shipment's papers stand: which slot is filled by what, what contradicts
 * what, and whether a declaration may stand on them. Pure: the same papers give the same judgement, byte for byte.
 */
export function judge(given: JudgeInput): Judgement {
  const input = { ...given, papers: counting(given.papers) };
  const filled = Object.fromEntries(
    input.requirements.map((requirement) => [requirement.slot, fill(requirement, input.papers)]),
  );
  const confirmed = confirmedLines(input);
  const { situation, papers, history, digestOf } = input;
  const checks = runChecks({ situation, papers, history, confirmed });
  const factsDigest = digestOf({
    situation: digestOf(situation),
    papers: papers.map(({ documentId, version, factsDigest: digest }) => ({ documentId, version, digest })),
    confirmed: input.confirmed,
  });
  return { filled, checks: { ...checks, factsDigest }, verdict: verdictOf(input, filled, checks.findings, confirmed) };
}
