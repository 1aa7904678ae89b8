import type { Decider, DomainEvent } from '@tidewaiter/kernel';
import { checklist } from './checklist.js';
import { document } from './document.js';
import { file } from './file.js';
import { access } from './access.js';

export * from './facts.js';
export { runChecks, type CheckInput, type CheckResult, type KnownInvoice } from './checks/index.js';
export { checklist, isAcceptable, type Checklist, type ChecklistCommand, type ChecklistEvent } from './checklist.js';
export { document, type Document, type DocumentCommand, type DocumentEvent, type Version } from './document.js';
export { access, type Access } from './access.js';
export { file, type File, type FileCommand, type FileEvent } from './file.js';
export { judge, type Filling, type JudgeInput, type Judgement, type ToConfirm, type Verdict } from './judge.js';
export { carriedFacts } from './carrying.js';
export { drawnOf, permitKey } from './permits.js';
export { counting } from './counting.js';
export { correctedPlaces, proposeLines } from './lines.js';
export { partyKey } from './parties.js';
export { deriveRequirements, type RequirementRow } from './requirements.js';

type Replay = Pick<Decider<unknown, never, DomainEvent>, 'initial' | 'evolve'>;

/** How the state of each stream of this context is folded, by the category of its name: replay and auditors use the same. */
export const streams: Record<'file' | 'document' | 'checklist' | 'access', Replay> = {
  file: file,
  document: document,
  checklist: checklist,
  access,
};
