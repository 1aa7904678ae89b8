import {
  fromBundle,
  pathOf,
  prove,
  proveBundle,
  spoilt,
  type PathNode,
  type Proven,
  type StepName,
  type ToProve,
} from '@tidewaiter/evidence/steps';
import { parseCheckpoint } from '@tidewaiter/merkle';
import { meansHere, type MeansName } from './means.js';

export interface Pinned {
  key?: string;
  witnesses?: readonly string[];
}
export type Question =
  | { kind: 'bundle'; archive: Uint8Array; pinned: Pinned; spoil?: StepName }
  | { kind: 'log'; what: ToProve; spoil?: StepName }
  | { kind: 'path'; index: number };
export type Verdict = Proven & {
  kind: 'verdict';
  means: MeansName;
  ms: number;
  shipment: string | null;
  leaves: { index: number; place: string; bytes: number }[];
};
export type Answer = Verdict | { kind: 'path'; leaf: string; nodes: PathNode[] } | { kind: 'failed'; says: string };

const { name, means } = meansHere();
let last: ToProve | null = null;

async function answer(question: Question): Promise<Answer> {
  if (question.kind === 'path') {
    const leaf = last?.leaves.find(({ index }) => index === question.index);
    if (!last || !leaf) return { kind: 'failed', says: `no leaf ${question.index} was proved here` };
    return { kind: 'path', ...(await pathOf(leaf, parseCheckpoint(last.checkpoint).size, means)) };
  }
  const begun = performance.now();
  const proven = question.kind === 'bundle' ? await bundle(question) : await log(question);
  last = proven.what;
  return {
    kind: 'verdict',
    means: name,
    ms: performance.now() - begun,
    holds: proven.holds,
    steps: proven.steps,
    events: proven.events,
    shipment: last?.shipment ?? null,
    leaves: last?.leaves.map(({ index, place, bytes }) => ({ index, place, bytes: bytes.length })) ?? [],
  };
}

async function bundle({
  archive,
  pinned,
  spoil,
}: Extract<Question, { kind: 'bundle' }>): Promise<Proven & { what: ToProve | null }> {
  if (spoil === undefined) return proveBundle(archive, pinned, means);
  const what = spoilt(fromBundle(archive, pinned), spoil);
  return { ...(await prove(what, means)), what };
}

async function log({ what, spoil }: Extract<Question, { kind: 'log' }>): Promise<Proven & { what: ToProve }> {
  const asked = spoil === undefined ? what : spoilt(what, spoil);
  return { ...(await prove(asked, means)), what: asked };
}

self.onmessage = ({ data }: MessageEvent<{ id: number; question: Question }>) => {
  void answer(data.question)
    .catch((error: unknown): Answer => ({
      kind: 'failed',
      says: error instanceof Error ? error.message : String(error),
    }))
    .then((said) => self.postMessage({ id: data.id, answer: said }));
};
