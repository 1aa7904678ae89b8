import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStorage } from './folder.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const limit = (bytes: number) => async () => bytes;
async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}

describe('a folder of files', () => {
  let folder: string;
  let storage: FolderStorage;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'documents-'));
    storage = new FolderStorage(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes a stream, counts and digests it, and finds it again by digest', async () => {
    const incoming = await storage.receive(chunks('hel', 'lo'), 4, limit(100));
    expect(incoming).toMatchObject({ sha256: sha256('hello'), size: 5, whole: true, head: Buffer.from('hell') });
    await storage.keep('acme', incoming);
    expect((await storage.read('acme', sha256('hello'))).toString()).toBe('hello');
    expect(await readdir(join(folder, 'acme', sha256('hello').slice(0, 2)))).toEqual([sha256('hello')]);
  });
  it('keeps tenants apart: equal content lies twice, and neither finds what is the other’s', async () => {
    await storage.keep('acme', await storage.receive(chunks('hello'), 4, limit(100)));
    await expect(storage.read('globex', sha256('hello'))).rejects.toMatchObject({ code: 'documents.file.unknown' });
    await storage.keep('globex', await storage.receive(chunks('hello'), 4, limit(100)));
    expect((await storage.read('globex', sha256('hello'))).toString()).toBe('hello');
  });
  it('counts what comes, not what was promised: at the limit whole, one more not', async () => {
    expect(await storage.receive(chunks('12345', '67890'), 4, limit(10))).toMatchObject({ whole: true, size: 10 });
    expect(await storage.receive(chunks('12345', '67890', '1'), 4, limit(10))).toMatchObject({
      whole: false,
      size: 11,
    });
  });
  it('stops listening to a stream that goes on and on', async () => {
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent += 10;
        yield Buffer.from('0123456789');
      }
    }
    expect(await storage.receive(endless(), 4, limit(100))).toMatchObject({ whole: false });
    expect(sent).toBeLessThan(300);
  });
  it('leaves nothing behind when the line is lost', async () => {
    async function* broken() {
      yield Buffer.from('half');
      throw new Error('socket hang up');
    }
    await expect(storage.receive(broken(), 4, limit(100))).rejects.toThrow('hang up');
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  });
  it('never serves bytes that are not those that came in', async () => {
    await storage.keep('acme', await storage.receive(chunks('hello'), 4, limit(100)));
    await writeFile(join(folder, 'acme', sha256('hello').slice(0, 2), sha256('hello')), 'hullo');
    await expect(storage.read('acme', sha256('hello'))).rejects.toMatchObject({
      code: 'documents.storage.digest-differs',
    });
    await expect(storage.stream('acme', sha256('hello'))).rejects.toMatchObject({
      code: 'documents.storage.digest-differs',
    });
  });
  it('keeps what was refused where nothing reads it', async () => {
    await storage.keepRefused('acme', await storage.receive(chunks('MZ'), 4, limit(100)));
    expect(await readdir(join(folder, 'acme', 'refused'))).toEqual([sha256('MZ')]);
    await expect(storage.read('acme', sha256('MZ'))).rejects.toMatchObject({ code: 'documents.file.unknown' });
  });
  it('sweeps what was left half received a day ago, and not what is coming in', async () => {
    const old = await storage.receive(chunks('old'), 4, limit(100));
    const fresh = await storage.receive(chunks('fresh'), 4, limit(100));
    const yesterday = Date.now() / 1000 - 90_000;
    await utimes(old.path, yesterday, yesterday);
    await storage.sweep(Date.now());
    expect(await readdir(join(folder, '.incoming'))).toEqual([fresh.path.split('/').pop()]);
  });
  it('refuses a tenant that is a path', async () => {
    await expect(storage.read('../acme', sha256('x'))).rejects.toThrow(RangeError);
  });
});
