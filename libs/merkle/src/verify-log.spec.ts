import { createHash, createPublicKey, generateKeyPairSync, sign, verify as nodeVerify } from 'node:crypto';
import {
  checkpointText,
  eventStreams,
  formatNote,
  joinBytes,
  rootOf,
  sha256,
  tilePath,
  tileRoot,
  treeHasher,
  utf8,
  verifierKey,
  verifyLog,
  writeBundle,
  type Hash,
  type LogToVerify,
} from './index.js';

const hasher = treeHasher((bytes) => createHash('sha256').update(bytes).digest());
const ORIGIN = 'log.example/acme';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = verifierKey(sha256, ORIGIN, publicKey.export({ format: 'der', type: 'spki' }).subarray(12));

const event = (i: number): string =>
  JSON.stringify({
    id: `0190a000-0000-7000-8000-${String(i).padStart(12, '0')}`,
    tenantid: 'acme',
    stream: `file-${i % 7}`,
    version: Math.floor(i / 7) + 1,
  });

/** A log as it is served; `entries` may be swapped for others after the tiles were made. */
function logOf(
  entries: Uint8Array[],
  tampered: (files: Map<string, Uint8Array>) => void = () => undefined,
): LogToVerify {
  const files = new Map<string, Uint8Array>();
  const leaves = entries.map((entry) => hasher.leaf(entry));
  for (let i = 0; i < entries.length; i += 256) {
    const part = entries.slice(i, i + 256);
    files.set(tilePath({ level: 'entries', index: i / 256, width: part.length }), writeBundle(part));
  }
  for (let level = 0, hashes: Hash[] = leaves; hashes.length > 0; level += 1) {
    const above: Hash[] = [];
    for (let i = 0; i < hashes.length; i += 256) {
      const part = hashes.slice(i, i + 256);
      files.set(tilePath({ level, index: i / 256, width: part.length }), joinBytes(...part));
      if (part.length === 256) above.push(tileRoot(hasher, part));
    }
    hashes = above;
  }
  const text = checkpointText({ origin: ORIGIN, size: entries.length, root: rootOf(hasher, leaves) });
  tampered(files);
  return {
    hasher,
    checkpoint: formatNote({
      text,
      signatures: [{ name: ORIGIN, keyId: key.id, signature: sign(null, utf8(text), privateKey) }],
    }),
    pinned: {
      origin: ORIGIN,
      keys: [key],
      verify: (raw, message, signature) =>
        nodeVerify(
          null,
          message,
          createPublicKey({
            key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]),
            format: 'der',
            type: 'spki',
          }),
          signature,
        ),
    },
    fetch: async (path) => files.get(path) ?? null,
    entryCheck: eventStreams('acme').check,
  };
}

const entries = Array.from({ length: 1000 }, (_, i) => utf8(event(i)));
const bundleWith = (from: number, width: number, change: (part: Uint8Array[]) => void) => {
  const part = entries.slice(from, from + width);
  change(part);
  return writeBundle(part);
};

describe('verification of a whole log', () => {
  it.each([0, 1, 255, 256, 257, 1000])('passes a log of %i entries', async (size) => {
    const verdict = await verifyLog(logOf(entries.slice(0, size)));
    expect(verdict).toMatchObject({ ok: true, origin: ORIGIN, size });
  });
  it('passes a log of more than 65,536 entries, with tiles on three levels', async () => {
    const many = Array.from({ length: 66_000 }, (_, i) => utf8(event(i)));
    expect(await verifyLog(logOf(many))).toMatchObject({ ok: true, size: 66_000 });
  });
  it('tells its progress', async () => {
    const told: number[] = [];
    await verifyLog({ ...logOf(entries), progress: (done) => told.push(done) });
    expect(told).toEqual([256, 512, 768, 1000]);
  });
  it('finds a changed entry by its index', async () => {
    const log = logOf(entries, (files) =>
      files.set(
        'tile/entries/001',
        bundleWith(256, 256, (part) => (part[44] = utf8(event(300).replace('acme', 'acm3')))),
      ),
    );
    expect(await verifyLog(log)).toMatchObject({ ok: false, fault: 'entry-differs', index: 300 });
  });
  it('finds two entries swapped by the first of them', async () => {
    const log = logOf(entries, (files) =>
      files.set(
        'tile/entries/003.p/232',
        bundleWith(768, 232, (part) => ([part[2], part[9]] = [part[9]!, part[2]!])),
      ),
    );
    expect(await verifyLog(log)).toMatchObject({ ok: false, fault: 'entry-differs', index: 770 });
  });
  it('finds a tail cut off, and checks the entries before the cut', async () => {
    const cut = (at: number) => (files: Map<string, Uint8Array>) =>
      files.set('tile/entries/003.p/232', writeBundle(entries.slice(768, at)));
    expect(await verifyLog(logOf(entries, cut(990)))).toMatchObject({
      ok: false,
      fault: 'entry-missing',
      index: 990,
      through: 999,
    });
    const gone = logOf(entries, (files) => files.delete('tile/entries/003.p/232'));
    expect(await verifyLog(gone)).toMatchObject({ ok: false, fault: 'entry-missing', index: 768 });
  });
  it('finds an entry put in', async () => {
    const log = logOf(entries, (files) =>
      files.set(
        'tile/entries/000',
        bundleWith(0, 256, (part) => part.splice(5, 1, part[5]!, part[5]!).pop()),
      ),
    );
    expect(await verifyLog(log)).toMatchObject({ ok: false, fault: 'entry-differs' });
  });
  it.each(['tile/0/002', 'tile/1/000.p/3'])('finds one bit flipped in %s', async (path) => {
    const log = logOf(entries, (files) =>
      files.set(
        path,
        Uint8Array.from(files.get(path)!, (byte, i) => (i === 40 ? byte ^ 4 : byte)),
      ),
    );
    expect(await verifyLog(log)).toMatchObject({ ok: false, index: path === 'tile/0/002' ? 513 : 256 });
  });
  it('finds a tile of the wrong width', async () => {
    const log = logOf(entries, (files) => files.set('tile/0/003.p/232', new Uint8Array(231 * 32)));
    expect(await verifyLog(log)).toMatchObject({ ok: false, fault: 'tile-differs', index: 768 });
  });
  it('finds an entry changed together with all its tiles, by the root and by heads seen before', async () => {
    const forged = entries.with(300, utf8(event(300).replace('"acme"', '"acme" ')));
    const log = { ...logOf(forged), checkpoint: logOf(entries).checkpoint };
    expect(await verifyLog(log)).toMatchObject({ ok: false, fault: 'root-differs' });
    const seen = [200, 400, 600].map((size) => ({
      size,
      root: rootOf(
        hasher,
        entries.slice(0, size).map((entry) => hasher.leaf(entry)),
      ),
    }));
    expect(await verifyLog({ ...log, entryCheck: eventStreams('acme').check, seen })).toMatchObject({
      ok: false,
      fault: 'history-differs',
      index: 200,
      through: 399,
    });
  });
  it('finds a log rolled back behind a head seen before', async () => {
    const seen = [
      {
        size: 1000,
        root: rootOf(
          hasher,
          entries.map((entry) => hasher.leaf(entry)),
        ),
      },
    ];
    expect(await verifyLog({ ...logOf(entries.slice(0, 900)), seen })).toMatchObject({
      ok: false,
      fault: 'history-differs',
    });
  });
  it('refuses a checkpoint of another key, another origin, or none at all', async () => {
    const log = logOf(entries.slice(0, 3));
    const stranger = verifierKey(sha256, ORIGIN, new Uint8Array(32).fill(9));
    expect(await verifyLog({ ...log, pinned: { ...log.pinned, keys: [stranger] } })).toMatchObject({
      fault: 'checkpoint-not-signed',
    });
    expect(await verifyLog({ ...log, pinned: { ...log.pinned, origin: 'other' } })).toMatchObject({
      fault: 'checkpoint-not-signed',
    });
    expect(await verifyLog({ ...log, checkpoint: 'hello' })).toMatchObject({ fault: 'checkpoint-malformed' });
  });
});

describe('entries that are well logged but wrong', () => {
  const refused = async (change: (all: Uint8Array[]) => Uint8Array[]) =>
    verifyLog(logOf(change([...entries.slice(0, 40)])));
  it('names the place of a gap in a stream', async () => {
    expect(await refused((all) => all.toSpliced(20, 1))).toMatchObject({
      fault: 'entry-refused',
      index: 26,
      says: expect.stringContaining('version 3 expected'),
    });
  });
  it('names the place of an event logged twice', async () => {
    expect(await refused((all) => [...all, all[39]!])).toMatchObject({ fault: 'entry-refused', index: 40 });
  });
  it('names an event id used for two events', async () => {
    const twin = event(40).replace(/"id":"[^"]+"/, `"id":"0190a000-0000-7000-8000-000000000003"`);
    expect(await refused((all) => [...all, utf8(twin)])).toMatchObject({
      index: 40,
      says: expect.stringContaining('repeats event'),
    });
  });
  it('names an event of another tenant and an entry that is no event', async () => {
    expect(await refused((all) => [...all, utf8(event(40).replace('acme', 'globex'))])).toMatchObject({
      index: 40,
      says: expect.stringContaining('globex'),
    });
    expect(await refused((all) => [...all, utf8('not json')])).toMatchObject({
      index: 40,
      says: 'entry 40 is no event',
    });
    expect(await refused((all) => [...all, Uint8Array.of(0xff)])).toMatchObject({ index: 40 });
    const unnamed = utf8(event(40).replace(/"id":"[^"]+"/, '"id":"forty"'));
    expect(await refused((all) => [...all, unnamed])).toMatchObject({ index: 40, says: 'entry 40 is no event' });
  });
});
