import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { NotFound, Unavailable } from '@tidewaiter/kernel';

/** A file at the door: its bytes are on disk under a name that means nothing yet. */
export interface Incoming {
  path: string;
  sha256: string;
  /** bytes that came, counted; beyond the limit they were counted and thrown away */
  size: number;
  /** the first bytes */
  head: Buffer;
  /** what was written is all that came */
  whole: boolean;
}

/** What nobody went on with for so long, in milliseconds, is thrown away. */
export const STALE = 24 * 3_600_000;

/**
 * Files in a folder, addressed by the digest of their content, each tenant's apart: `<folder>/<tenant>/<aa>/<sha256>`.
 * A file appears under its address whole and synced, or not at all.
 */
export class FolderStorage {
  constructor(private readonly folder: string) {}

  /**
   * Writes a stream to the disk, counting and hashing in the same pass; a chunk at a time is in memory.
   *
   * @param limitOf the limit in bytes, asked once with the first bytes
   */
  async receive(
    stream: AsyncIterable<Buffer>,
    headSize: number,
    limitOf: (head: Buffer) => Promise<number>,
  ): Promise<Incoming> {
    const path = join(this.folder, '.incoming', randomUUID());
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'wx', 0o600);
    const hash = createHash('sha256');
    let head = Buffer.alloc(0);
    let limit: number | null = null;
    let size = 0;
    try {
      for await (const chunk of stream) {
        size += chunk.length;
        if (head.length < headSize) head = Buffer.concat([head, chunk]).subarray(0, headSize);
        if (limit === null && head.length >= headSize) limit = await limitOf(head);
        if (limit !== null && size > limit) {
          if (size > 2 * limit) break;
          continue;
        }
        hash.update(chunk);
        await handle.writeFile(chunk);
      }
      limit ??= await limitOf(head);
      await handle.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return { path, sha256: hash.digest('hex'), size, head, whole: size <= limit };
  }

  /** Gives an incoming file its address. */
  async keep(tenant: string, { path, sha256 }: Incoming): Promise<void> {
    await moved(path, this.addressOf(tenant, sha256));
  }

  /** Keeps what was refused for inspection, where nothing serves it. */
  async keepRefused(tenant: string, { path, sha256 }: Incoming): Promise<void> {
    await moved(path, join(this.folder, tenantFolder(tenant), 'refused', sha256));
  }

  async discard({ path }: Incoming): Promise<void> {
    await rm(path, { force: true });
  }

  /** @throws NotFound, Unavailable `documents.storage.digest-differs`: wrong bytes are never served */
  async read(tenant: string, sha256: string): Promise<Buffer> {
    const bytes = await readFile(this.addressOf(tenant, sha256)).catch(missing);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw differs(sha256);
    return bytes;
  }

  /** A stream of bytes that were checked against their digest just before. @throws as `read` */
  async stream(tenant: string, sha256: string): Promise<{ stream: Readable; size: number }> {
    const path = this.addressOf(tenant, sha256);
    const { size } = await stat(path).catch(missing);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    if (hash.digest('hex') !== sha256) throw differs(sha256);
    return { stream: createReadStream(path), size };
  }

  /** Throws away what a kill left half received more than a day ago. */
  async sweep(now: number): Promise<void> {
    const incoming = join(this.folder, '.incoming');
    for (const name of await readdir(incoming).catch((): string[] => [])) {
      const path = join(incoming, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
      if (now - mtimeMs > STALE) await rm(path, { force: true });
    }
  }

  private addressOf(tenant: string, sha256: string): string {
    return join(this.folder, tenantFolder(tenant), sha256.slice(0, 2), sha256);
  }
}

/** Name of a tenant's folder. @throws RangeError for what is none */
export function tenantFolder(tenant: string): string {
  if (!/^[a-z0-9-]{1,40}$/.test(tenant)) throw new RangeError('not the name of a tenant');
  return tenant;
}

/** The name is on disk when this returns: both file and folder are synced. */
async function moved(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rename(from, to);
  const folder = await open(dirname(to), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const missing = (error: unknown): never => {
  if ((error as { code?: string }).code === 'ENOENT')
    throw new NotFound('documents.file.unknown', 'the file is not in the store');
  throw error;
};

const differs = (sha256: string): Unavailable =>
  new Unavailable('documents.storage.digest-differs', 'the stored bytes are not those that came in', {
    advice: 'Restore the file from a backup: its digest is in the event.',
    facts: { sha256 },
  });
