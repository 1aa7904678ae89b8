import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServers, type Servers } from '@tidewaiter/local';
import { benchInbox } from './clearance-inbox.js';
import { Figures } from './figures.js';

/** The figures of customs clearance and its money, one after the other: `npm run bench -- clearance`. */
const PARTS: readonly ((servers: Servers, figures: Figures) => Promise<void>)[] = [benchInbox];

const home = mkdtempSync(join(tmpdir(), 'tidewaiter-bench-'));
const servers = await startServers({ home });
try {
  const figures = new Figures();
  for (const part of PARTS) await part(servers, figures);
  figures.end();
} finally {
  await servers.stop();
  rmSync(home, { recursive: true, force: true });
}
