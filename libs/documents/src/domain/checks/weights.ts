import type { Finding } from '@tidewaiter/contracts';
import { exact, type Exact } from '@tidewaiter/kernel';
import { papersOf } from '../facts.js';
import { compared, nothing, together, type Check, type CheckResult } from './check.js';

const PACKING_FIX = ['Weigh again, and upload the corrected paper as a new version.'];

interface Weighed {
  subject: string;
  document: string;
  pointer: string;
  net: string | null | undefined;
  gross: string | null | undefined;
}

function netAboveGross({ subject, document, pointer, net, gross }: Weighed): CheckResult {
  if (net === null || net === undefined || gross === null || gross === undefined) return nothing;
  if (exact(net).lte(gross)) return nothing;
  return {
    cannotTell: [],
    findings: [
      {
        kind: 'weights.net-exceeds-gross',
        outcome: 'blocks-filing',
        subject,
        compared: [compared(document, `${pointer}/net`, net), compared(document, `${pointer}/gross`, gross)],
        difference: exact(net).minus(gross).toFixed(),
        tolerance: '0',
        says: `${subject}: ${net} kg net cannot be in ${gross} kg gross.`,
        fix: PACKING_FIX,
      },
    ],
  };
}

/** On any package row, any line, or in the totals. */
export const netExceedsGross: Check = ({ papers, situation, confirmed }) => {
  const lists = papersOf(papers, 'packing-list').flatMap(({ documentId, facts: { values } }): Weighed[] => [
    { subject: 'packing list, total', document: documentId, pointer: '/totals', ...values.totals },
    ...values.packages.map((row, index) => ({
      subject: `packing list, packages ${row.from} to ${row.to}${row.contents ? ` (${row.contents.item})` : ''}`,
      document: documentId,
      pointer: `/packages/${index}`,
      net: row.net,
      gross: row.gross,
    })),
  ]);
  const invoices = papersOf(papers, 'invoice').flatMap(({ documentId, facts: { values } }) =>
    values.lines.map((line, index): Weighed => ({
      subject: `invoice ${values.number}, line ${line.number}`,
      document: documentId,
      pointer: `/lines/${index}`,
      net: line.netMass,
      gross: line.grossMass,
    })),
  );
  const goods = (confirmed ?? situation.lines).map((line): Weighed => ({
    subject: `shipment, line ${line.number}`,
    document: 'shipment',
    pointer: `/lines/${line.number}`,
    net: line.netMass,
    gross: line.grossMass,
  }));
  return together([...lists, ...invoices, ...goods].map(netAboveGross));
};

function differs(listed: Exact, carried: Exact): { outcome: Finding['outcome']; tolerance: Exact } | null {
  const difference = listed.minus(carried).abs();
  const share = carried.times('0.02');
  const tolerance = share.gt('5') ? share : exact('5');
  if (difference.lte(tolerance)) return null;
  return { outcome: difference.gt(carried.times('0.1')) ? 'blocks-filing' : 'warning', tolerance };
}

/**
 * Gross of all packing lists against gross of the transport document: up to 2 % of the latter or 5 kg, whichever is more, is
 * weighing; beyond that a warning, beyond 10 % it blocks.
 */
export const weightsDiffer: Check = ({ papers }) => {
  const lists = papersOf(papers, 'packing-list');
  const carried = papersOf(papers, 'transport');
  if (lists.length === 0 || carried.length === 0) return nothing;
  if (lists.some((list) => list.facts.values.totals.gross === null))
    return { findings: [], cannotTell: ['weights.differ: gross weight of the packing list'] };
  const listed = lists.reduce((sum, list) => sum.plus(list.facts.values.totals.gross ?? '0'), exact('0'));
  const gross = carried.reduce((sum, paper) => sum.plus(paper.facts.values.gross), exact('0'));
  const verdict = differs(listed, gross);
  if (!verdict) return nothing;
  const finding: Finding = {
    kind: 'weights.differ',
    outcome: verdict.outcome,
    subject: 'gross weight',
    compared: [
      ...lists.map((list) => compared(list.documentId, '/totals/gross', list.facts.values.totals.gross ?? '')),
      ...carried.map((paper) => compared(paper.documentId, '/gross', paper.facts.values.gross)),
    ],
    difference: listed.minus(gross).abs().toFixed(),
    tolerance: verdict.tolerance.toFixed(),
    says: `The packing list weighs ${listed.toFixed()} kg, the transport document ${gross.toFixed()} kg.`,
    fix: PACKING_FIX,
  };
  return { findings: [finding], cannotTell: [] };
};

/** Number of packages: packing lists against transport documents. */
export const packagesDiffer: Check = ({ papers }) => {
  const lists = papersOf(papers, 'packing-list');
  const carried = papersOf(papers, 'transport');
  if (lists.length === 0 || carried.length === 0) return nothing;
  const listed = lists.reduce((sum, list) => sum + list.facts.values.totals.packages, 0);
  const count = carried.reduce((sum, paper) => sum + paper.facts.values.packages.count, 0);
  if (listed === count) return nothing;
  return {
    cannotTell: [],
    findings: [
      {
        kind: 'packages.differ',
        outcome: 'blocks-filing',
        subject: 'packages',
        compared: [
          ...lists.map((list) =>
            compared(list.documentId, '/totals/packages', String(list.facts.values.totals.packages)),
          ),
          ...carried.map((paper) =>
            compared(paper.documentId, '/packages/count', String(paper.facts.values.packages.count)),
          ),
        ],
        difference: String(Math.abs(listed - count)),
        tolerance: '0',
        says: `The packing list has ${listed} packages, the transport document ${count}.`,
        fix: ['Count again, and upload the corrected paper as a new version.'],
      },
    ],
  };
};
