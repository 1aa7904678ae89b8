import { ProblemError } from '@tidewaiter/client';
import {
  appendUpload,
  beginUpload,
  completeUpload,
  listDocuments,
  showChecklist,
  showFindings,
  showUpload,
  UPLOAD_PIECE_BYTES,
  type AnswerOf,
  type InputOf,
  type Problem,
} from '@tidewaiter/contracts';
import { toHex } from '@tidewaiter/merkle';
import { useSyncExternalStore } from 'react';
import { api } from '../api/client.js';
import { readAgain } from '../api/queries.js';

export type DocumentType = InputOf<typeof beginUpload>['body']['type'];

export interface Upload {
  key: string;
  shipmentId: string;
  name: string;
  size: number;
  type: DocumentType;
  sent: number;
  /** `cut`: the line went; it goes on by itself behind the last byte that arrived */
  state: 'hashing' | 'sending' | 'reading' | 'cut' | 'done' | 'refused' | 'stopped';
  /** worked out in this browser, before a byte was sent */
  sha256: string | null;
  answer: AnswerOf<typeof completeUpload> | null;
  problem: Problem | null;
}

interface Running extends Upload {
  file: File;
  supersedes: string | undefined;
  line: AbortController;
}

const running = new Map<string, Running>();
const watchers = new Set<() => void>();
let shown: readonly Upload[] = [];

function change(key: string, to: Partial<Running>): void {
  const upload = running.get(key);
  if (!upload) return;
  running.set(key, { ...upload, ...to });
  shown = [...running.values()];
  for (const watch of watchers) watch();
}

/** Uploads live beside the pages: leaving the tab of a page leaves them running. */
export function startUpload(shipmentId: string, file: File, type: DocumentType, supersedes?: string): void {
  const key = crypto.randomUUID();
  running.set(key, {
    key,
    shipmentId,
    name: file.name,
    size: file.size,
    type,
    sent: 0,
    state: 'hashing',
    sha256: null,
    answer: null,
    problem: null,
    file,
    supersedes,
    line: new AbortController(),
  });
  change(key, {});
  void digestOf(file).then((sha256) => {
    change(key, { sha256 });
    goOn(key);
  });
}

async function digestOf(file: File): Promise<string | null> {
  // Away from https there is no digest of the platform; the server's stands alone then, and the page says so.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  return subtle ? toHex(new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()))) : null;
}

/** Sends what is not there yet, piece by piece; a cut loses no more than the piece that was on its way. */
async function send(key: string): Promise<void> {
  const upload = running.get(key);
  if (!upload || upload.state === 'stopped') return;
  const { shipmentId, file, type, supersedes, line } = upload;
  change(key, { state: 'sending' });
  try {
    const body = { type, name: file.name, mediaType: file.type || 'application/octet-stream', size: file.size };
    const { uploadId } = await api.call(
      beginUpload,
      { params: { shipmentId }, body: { ...body, ...(supersedes === undefined ? {} : { supersedes }) } },
      { idempotencyKey: key },
    );
    let offset = await heldOf(uploadId, file.size);
    while (offset < file.size) {
      change(key, { sent: offset });
      offset = await sendPiece(uploadId, offset, file.slice(offset, offset + UPLOAD_PIECE_BYTES), line.signal);
    }
    change(key, { sent: file.size, state: 'reading' });
    const answer = await api.call(completeUpload, { params: { uploadId } }, { idempotencyKey: `${key}/document` });
    change(key, { state: 'done', answer });
    void readAgain(listDocuments, showChecklist, showFindings);
  } catch (error) {
    if (line.signal.aborted) return;
    if (error instanceof ProblemError && error.status < 500) change(key, { state: 'refused', problem: error.problem });
    else change(key, { state: 'cut' });
  }
}

/** How much is here. What is not there any more became a document: its answer was lost, and is kept under the key. */
const heldOf = (uploadId: string, size: number): Promise<number> =>
  api.call(showUpload, { params: { uploadId } }).then(
    ({ offset }) => offset,
    (error: unknown) => {
      if (error instanceof ProblemError && error.status === 404) return size;
      throw error;
    },
  );

/** @returns how much is here now. @throws ProblemError, TypeError when the line went */
async function sendPiece(uploadId: string, offset: number, piece: Blob, signal: AbortSignal): Promise<number> {
  const answer = await fetch(`${appendUpload.path.replace('{uploadId}', uploadId)}?offset=${offset}`, {
    method: appendUpload.method,
    headers: { 'Content-Type': appendUpload.consumes, Accept: 'application/json, application/problem+json' },
    body: piece,
    signal,
  });
  const said = (await answer.json()) as AnswerOf<typeof appendUpload> | Problem;
  if ('offset' in said && answer.ok) return (said as AnswerOf<typeof appendUpload>).offset;
  throw new ProblemError(said as Problem);
}

/** Goes on with what was cut, behind the last byte that arrived. */
export const goOn = (key: string): void => void send(key);

export function stopUpload(key: string): void {
  running.get(key)?.line.abort();
  running.delete(key);
  shown = [...running.values()];
  for (const watch of watchers) watch();
}

window.addEventListener('online', () => {
  for (const { key, state } of running.values()) if (state === 'cut') goOn(key);
});

const subscribe = (watch: () => void): (() => void) => {
  watchers.add(watch);
  return () => void watchers.delete(watch);
};
export const useUploads = (shipmentId: string): readonly Upload[] =>
  useSyncExternalStore(subscribe, () => shown).filter((upload) => upload.shipmentId === shipmentId);
