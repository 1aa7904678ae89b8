import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { STALE, tenantFolder } from './folder.js';

/** What was announced of a file whose bytes come in pieces. */
export interface Announced {
  shipmentId: string;
  type: string;
  name: string;
  mediaType: string;
  size: number;
  supersedes: string | null;
}

/**
 * Files that come in pieces, each tenant's apart: `<folder>/.pieces/<tenant>/<uploadId>`, and beside it `.json` with what was
 * announced. How much is here is the length of the file: a kill loses no more than the piece that was being written.
 */
export class Pieces {
  constructor(private readonly folder: string) {}

  /** Announced twice is once. */
  async begin(tenant: string, uploadId: string, announced: Announced): Promise<void> {
    await mkdir(this.folderOf(tenant), { recursive: true, mode: 0o700 });
    await writeFile(this.at(tenant, uploadId, '.json'), JSON.stringify(announced), { mode: 0o600 });
    await (await open(this.at(tenant, uploadId), 'a', 0o600)).close();
  }

  async known(tenant: string, uploadId: string): Promise<{ announced: Announced; offset: number } | null> {
    try {
      const { size } = await stat(this.at(tenant, uploadId));
      const announced = JSON.parse(await readFile(this.at(tenant, uploadId, '.json'), 'utf8')) as Announced;
      return { announced, offset: size };
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Writes at a place of its own: the same piece twice at once leaves the same bytes. */
  async write(tenant: string, uploadId: string, offset: number, bytes: Uint8Array): Promise<void> {
    const handle = await open(this.at(tenant, uploadId), 'r+');
    try {
      await handle.write(bytes, 0, bytes.length, offset);
    } finally {
      await handle.close();
    }
  }

  read(tenant: string, uploadId: string): Readable {
    return createReadStream(this.at(tenant, uploadId));
  }

  async discard(tenant: string, uploadId: string): Promise<void> {
    for (const end of ['', '.json']) await rm(this.at(tenant, uploadId, end), { force: true });
  }

  /** Throws away what nobody went on with for a day, whoever the tenant is. */
  async sweep(now: number): Promise<void> {
    const tenants = await readdir(join(this.folder, '.pieces')).catch((): string[] => []);
    for (const tenant of tenants) await this.tidy(tenant, now);
  }

  /**
   * The same for one tenant.
   *
   * @returns uploads that are left: under way, or not taken yet
   */
  async tidy(tenant: string, now: number): Promise<number> {
    const names = await readdir(this.folderOf(tenant)).catch((): string[] => []);
    let left = 0;
    for (const name of names.filter((each) => !each.endsWith('.json'))) {
      const { mtimeMs } = await stat(this.at(tenant, name)).catch(() => ({ mtimeMs: now }));
      if (now - mtimeMs > STALE) await this.discard(tenant, name);
      else left += 1;
    }
    return left;
  }

  private folderOf(tenant: string): string {
    return join(this.folder, '.pieces', tenantFolder(tenant));
  }

  private at(tenant: string, uploadId: string, end = ''): string {
    return join(this.folderOf(tenant), `${uploadId}${end}`);
  }
}
