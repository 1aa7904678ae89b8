import type { DocumentSet, GoodsLine, Situation } from '@tidewaiter/contracts';
import { documents } from '../activities.js';
import type { Story } from '../story.js';

const COMPLETED = 'documents.DocumentSetCompleted';
const BLOCKED = 'documents.DocumentSetBlocked';

interface ToConfirm {
  documentId: string;
  version: number;
  factsDigest: string;
  lines: GoodsLine[];
}

/** The checklist is derived; papers come in as facts, lines read from them are confirmed by a person where they must be. */
export async function collectDocuments(story: Story, situation: Situation, editors: Set<string>): Promise<DocumentSet> {
  story.enter('documentation', 'shipper: documents');
  const derived = await story.do('derive-checklist', (step) => documents.deriveChecklist(step, situation));
  if (derived.state === 'complete' && derived.set) return derived.set;
  for (;;) {
    const fact = await story.expect([COMPLETED, BLOCKED]);
    if (fact.name === COMPLETED) return fact.data['set'] as DocumentSet;
    await unblock(story, fact.data as { confirm: ToConfirm[]; findings: { says: string }[] }, editors);
  }
}

async function unblock(
  story: Story,
  blocked: { confirm: ToConfirm[]; findings: { says: string }[] },
  editors: Set<string>,
): Promise<void> {
  const overtaken = () => story.has([COMPLETED, BLOCKED]);
  if (overtaken()) return;
  const read = blocked.confirm[0];
  if (blocked.findings.length > 0 || !read) {
    await story.ask(
      {
        kind: 'resolve-findings',
        role: 'operator',
        says: `${blocked.findings.map((finding) => finding.says).join(' ')} Upload a corrected version of the paper that is wrong.`,
        about: { findings: blocked.findings },
        due: null,
      },
      () => ({
        kind: 'refused',
        code: 'documents.findings.open',
        says: 'A finding is mended by a corrected paper: upload it with `supersedes`.',
      }),
      overtaken,
    );
    return;
  }
  await story.ask(
    {
      kind: 'confirm-lines',
      role: 'operator',
      says: `Confirm ${read.lines.length} line${read.lines.length === 1 ? '' : 's'} read from the invoice.`,
      about: { documentId: read.documentId, version: read.version, factsDigest: read.factsDigest, lines: read.lines },
      due: null,
    },
    async (decision) => {
      const lines = (decision.decision['lines'] as GoodsLine[] | undefined) ?? read.lines;
      const answer = await story.doFor(decision, 'confirm-lines', (step) =>
        documents.confirmLines(step, {
          documentId: read.documentId,
          version: read.version,
          factsDigest: read.factsDigest,
          lines,
        }),
      );
      if (answer.kind === 'refused') return answer;
      editors.add(decision.by);
      return { kind: 'done', closes: true, says: 'The lines are confirmed.', result: true };
    },
    overtaken,
  );
}
