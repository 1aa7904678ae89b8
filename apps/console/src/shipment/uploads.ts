import {
  listDocuments,
  showChecklist,
  showFindings,
  uploadDocument,
  type AnswerOf,
  type Problem,
} from '@tidewaiter/contracts';
import { toHex } from '@tidewaiter/merkle';
import { useSyncExternalStore } from 'react';
import { readAgain } from '../api/queries.js';

export interface Upload {
  key: string;
  shipmentId: string;
  name: string;
  size: number;
  type: string;
  sent: number;
  /** `cut`: the line went; it goes on by itself under the same key, so that nothing arrives twice */
  state: 'hashing' | 'sending' | 'reading' | 'cut' | 'done' | 'refused' | 'stopped';
  /** worked out in this browser, before a byte was sent */
  sha256: string | null;
  answer: AnswerOf<typeof uploadDocument> | null;
  problem: Problem | null;
}

interface Running extends Upload {
  file: File;
  supersedes: string | undefined;
  request: XMLHttpRequest | null;
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
export function startUpload(shipmentId: string, file: File, type: string, supersedes?: string): void {
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
    request: null,
  });
  change(key, {});
  void digestOf(file).then((sha256) => {
    change(key, { sha256 });
    send(key);
  });
}

async function digestOf(file: File): Promise<string | null> {
  // Away from https there is no digest of the platform; the server's stands alone then, and the page says so.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  return subtle ? toHex(new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()))) : null;
}

function send(key: string): void {
  const upload = running.get(key);
  if (!upload || upload.state === 'stopped') return;
  const form = new FormData();
  form.set('type', upload.type);
  if (upload.supersedes !== undefined) form.set('supersedes', upload.supersedes);
  form.set('file', upload.file, upload.name);
  // `fetch` tells nothing of how much has been sent.
  const request = new XMLHttpRequest();
  request.open('POST', uploadDocument.path.replace('{shipmentId}', upload.shipmentId));
  request.setRequestHeader('Idempotency-Key', key);
  request.setRequestHeader('Accept', 'application/json, application/problem+json');
  request.upload.onprogress = ({ loaded, total }) =>
    change(key, {
      sent: Math.min(upload.size, Math.round((loaded / total) * upload.size)),
      state: loaded === total ? 'reading' : 'sending',
    });
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) {
      change(key, { state: 'done', sent: upload.size, answer: JSON.parse(request.responseText) as Upload['answer'] });
      void readAgain(listDocuments, showChecklist, showFindings);
    } else if (request.status >= 500) change(key, { state: 'cut' });
    else change(key, { state: 'refused', problem: problemOf(request) });
  };
  request.onerror = () => change(key, { state: 'cut', sent: 0 });
  change(key, { state: 'sending', request });
  request.send(form);
}

function problemOf({ responseText, status }: XMLHttpRequest): Problem {
  try {
    return JSON.parse(responseText) as Problem;
  } catch {
    return {
      type: 'about:blank',
      title: 'Refused',
      status,
      code: `http.status.${status}`,
      detail: responseText.slice(0, 300),
    };
  }
}

/** Goes on with what was cut, under the key that it began with. */
export const goOn = (key: string): void => send(key);

export function stopUpload(key: string): void {
  running.get(key)?.request?.abort();
  running.delete(key);
  shown = [...running.values()];
  for (const watch of watchers) watch();
}

window.addEventListener('online', () => {
  for (const { key, state } of running.values()) if (state === 'cut') send(key);
});

const subscribe = (watch: () => void): (() => void) => {
  watchers.add(watch);
  return () => void watchers.delete(watch);
};
export const useUploads = (shipmentId: string): readonly Upload[] =>
  useSyncExternalStore(subscribe, () => shown).filter((upload) => upload.shipmentId === shipmentId);
