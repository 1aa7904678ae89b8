import type { Session } from '../api/session.js';
import { workerUrl } from '../api/trusted.js';
import { hear, type FromWorker } from './feed.js';
import workerAddress from './feed.worker.ts?sharedworker&url';

let port: MessagePort | null = null;

/** Joins the one connection of this browser for this person; another person's tabs have another. */
export function startFeed({ tenant, subject }: Pick<Session, 'tenant' | 'subject'>): void {
  if (port) return;
  const worker = new SharedWorker(workerUrl(workerAddress), { type: 'module', name: `feed ${subject} ${tenant}` });
  port = worker.port;
  port.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear(data));
  port.start();
  window.addEventListener('pagehide', () => port?.postMessage('leave'));
  window.addEventListener('online', () => port?.postMessage('look'));
}
