import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  checkpointText,
  cosign,
  formatNote,
  formatProof,
  formatSignature,
  formatVerifierKey,
  makeInclusion,
  parseNote,
  rootOf,
  utf8,
  verifierKey,
} from '@tidewaiter/merkle';
import { ed25519Verify, makeSigningKey, nodeHasher as hasher, nodeSha256 } from '@tidewaiter/merkle/node';
import {
  CHECKPOINT,
  documentPath,
  EVIDENCE_FORMAT,
  eventPath,
  MANIFEST,
  proofPath,
  readTar,
  rulesPath,
  verifyEvidence,
  writeManifest,
  writeTar,
  type Manifest,
} from './index.js';

const SHIPMENT = '0192aaaa-0000-7000-8000-000000000001';
const ORIGIN = 'audit.example/log/acme';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const idOf = (n: number): string => `0192aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`;

const invoice = utf8('an invoice');
const book = utf8('{"set":"gb/jurisdiction"}');
const event = (n: number, stream: string, version: number, data: object, changes: object = {}): Uint8Array =>
  utf8(
    JSON.stringify({
      id: idOf(n),
      type: 'tidewaiter.documents.FileStored.v1',
      subject: SHIPMENT,
      tenantid: 'acme',
      stream,
      version,
      data,
      ...changes,
    }),
  );
const OWN = [1, 3, 4, 6, 7];
const seal = { streams: { 'file-1': 2, 'checklist-1': 1, 'assessment-1': 1 } };
const leaves: Uint8Array[] = [
  event(0, 'file-0', 1, {}, { subject: idOf(9) }),
  event(1, 'file-1', 1, { sha256: sha256(invoice) }),
  event(2, 'file-0', 2, {}, { subject: idOf(9) }),
  event(3, 'file-1', 2, {}),
  event(4, 'checklist-1', 1, {}),
  event(5, 'file-0', 3, {}, { subject: idOf(9) }),
  event(6, 'assessment-1', 1, { rules: [{ digest: `sha256:${sha256(book)}` }] }),
  event(7, 'dossier-1', 1, seal, { type: 'tidewaiter.audit.DossierSealed.v1' }),
];

const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Made {
  files: Map<string, Uint8Array>;
  manifest: Manifest;
  key: string;
  witness: string;
}

async function make(own = OWN, entries = leaves): Promise<Made> {
  const signing = await makeSigningKey(join(folder, 'log'));
  const witnessing = await makeSigningKey(join(folder, 'witness'));
  const log = verifierKey(nodeSha256, ORIGIN, signing.publicKey);
  const witness = verifierKey(nodeSha256, 'witness.example', witnessing.publicKey, 'cosignature/v1');
  const hashes = entries.map((entry) => hasher.leaf(entry));
  const text = checkpointText({ origin: ORIGIN, size: entries.length, root: rootOf(hasher, hashes) });
  const signed = formatNote({
    text,
    signatures: [{ name: log.name, keyId: log.id, signature: signing.sign(utf8(text)) }],
  });
  const line = cosign(witness, parseNote(signed).text, 1_764_000_000, (message) => witnessing.sign(message));
  const note = signed + formatSignature(line);
  const files = new Map<string, Uint8Array>();
  const report = utf8('a report');
  const manifest: Manifest = {
    format: EVIDENCE_FORMAT,
    shipment: SHIPMENT,
    tenant: 'acme',
    exportedAt: '2026-11-24T12:00:00.000000Z',
    exportedBy: 'user:ann',
    log: { key: formatVerifierKey(log), witnesses: [formatVerifierKey(witness)] },
    checkpoint: { size: entries.length, sha256: sha256(utf8(note)) },
    events: own.map((index) => {
      const { id, stream, version, type } = JSON.parse(
        Buffer.from(entries[index]!).toString(),
      ) as Manifest['events'][0];
      return { index, id, stream, version, type };
    }),
    documents: [{ sha256: sha256(invoice), size: invoice.length, mediaType: 'application/pdf', name: 'invoice.pdf' }],
    rules: [{ set: 'gb/jurisdiction', version: '2026.1', sha256: sha256(book) }],
    readable: [{ path: 'report.pdf', sha256: sha256(report) }],
  };
  files.set(MANIFEST, writeManifest(manifest));
  files.set(CHECKPOINT, utf8(note));
  for (const index of own) {
    files.set(eventPath(index), entries[index]!);
    const proof = await makeInclusion(hasher, index, entries.length, async (nodes) =>
      nodes.map((node) =>
        rootOf(hasher, hashes.slice(node.index * 2 ** node.level, (node.index + 1) * 2 ** node.level)),
      ),
    );
    files.set(proofPath(index), utf8(formatProof({ extra: null, index, proof, checkpoint: note })));
  }
  files.set(documentPath(sha256(invoice)), invoice);
  files.set(rulesPath(sha256(book)), book);
  files.set('report.pdf', report);
  return { files, manifest, key: formatVerifierKey(log), witness: formatVerifierKey(witness) };
}

const archive = (files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
  writeTar([...files].map(([path, bytes]) => ({ path, bytes })));
const verify = (bytes: Uint8Array, pinned = {}) => verifyEvidence({ bytes, hasher, verify: ed25519Verify, pinned });

/** The file with one thing changed. */
async function changed(change: (made: Made) => void, own?: number[], entries?: Uint8Array[]): Promise<Uint8Array> {
  const made = await make(own, entries);
  change(made);
  return archive(made.files);
}
const withManifest = (made: Made, changes: Partial<Manifest>): void =>
  void made.files.set(MANIFEST, writeManifest({ ...made.manifest, ...changes }));

describe('an evidence file', () => {
  it('holds, and says what was checked', async () => {
    const { files, key, witness } = await make();
    const verdict = await verify(archive(files), { log: key, witnesses: [witness] });
    expect(verdict).toMatchObject({ holds: true });
    expect(verdict.checked.map(({ what }) => what)).toEqual([
      'file',
      'checkpoint',
      'witnesses',
      'events',
      'streams',
      'seal',
      'documents',
      'rules',
      'readable',
    ]);
    expect(verdict.checked[2]!.says).toBe('cosigned by witness.example at 2025-11-24T16:00:00.000Z');
  });

  it('without its papers and rules still holds, and says how many are not in it', async () => {
    const bytes = await changed(({ files }) => {
      files.delete(documentPath(sha256(invoice)));
      files.delete(rulesPath(sha256(book)));
    });
    const verdict = await verify(bytes);
    expect(verdict.holds).toBe(true);
    expect(verdict.checked.map(({ says }) => says)).toContain(
      '1 named by logged digest, 0 of them in the file and the same',
    );
    expect(verdict.checked[1]!.says).toContain('compare it with one that you got another way');
  });

  const another = utf8(JSON.stringify({ id: 'x' }));
  it.each<[string, (made: Made) => void, string, RegExp]>([
    [
      'a document swapped',
      ({ files }) => files.set(documentPath(sha256(invoice)), another),
      'document-differs',
      /invoice\.pdf/,
    ],
    ['rules swapped', ({ files }) => files.set(rulesPath(sha256(book)), another), 'rules-differ', /gb\/jurisdiction/],
    ['the report swapped', ({ files }) => files.set('report.pdf', another), 'file-differs', /manifest/],
    ['an event that is none', ({ files }) => files.set(eventPath(3), another), 'event-malformed', /no event/],
    [
      'an event changed by a space',
      ({ files }) => files.set(eventPath(3), utf8(`${Buffer.from(leaves[3]!).toString()} `)),
      'proof-fails',
      /not what was logged/,
    ],
    [
      'two events swapped',
      ({ files }) => {
        files.set(eventPath(1), leaves[3]!);
        files.set(eventPath(3), leaves[1]!);
      },
      'event-differs',
      /manifest names another/,
    ],
    [
      'a proof of another leaf',
      ({ files }) => files.set(proofPath(3), files.get(proofPath(4))!),
      'proof-fails',
      /proves leaf 4/,
    ],
    [
      'a proof cut short',
      ({ files }) => files.set(proofPath(3), files.get(proofPath(3))!.slice(0, 40)),
      'proof-malformed',
      /empty line/,
    ],
    ['an event missing', ({ files }) => files.delete(eventPath(3)), 'file-missing', /not in the file/],
    [
      'an event left out of the manifest too',
      (made) => {
        made.files.delete(eventPath(1));
        made.files.delete(proofPath(1));
        withManifest(made, { events: made.manifest.events.filter(({ index }) => index !== 1) });
      },
      'stream-gap',
      /left out/,
    ],
    [
      'a whole stream left out',
      (made) => {
        made.files.delete(eventPath(4));
        made.files.delete(proofPath(4));
        withManifest(made, { events: made.manifest.events.filter(({ index }) => index !== 4) });
      },
      'seal-uncovered',
      /checklist-1/,
    ],
    [
      'a document that no event names',
      (made) => withManifest(made, { documents: [{ ...made.manifest.documents[0]!, sha256: sha256(another) }] }),
      'document-unnamed',
      /no event names/,
    ],
    ['a file that nobody names', ({ files }) => files.set('notes.txt', another), 'file-unexpected', /does not name/],
    ['a manifest that is no JSON', ({ files }) => files.set(MANIFEST, utf8('{')), 'manifest-malformed', /JSON/],
    ['a manifest with a member too many', (made) => files2(made), 'manifest-malformed', /nrecognized/],
    [
      'a checkpoint of another size',
      (made) => withManifest(made, { checkpoint: { ...made.manifest.checkpoint, size: 9 } }),
      'file-differs',
      /covers 8 leaves/,
    ],
    ['another tenant’s name', (made) => withManifest(made, { tenant: 'globex' }), 'event-differs', /of acme/],
  ])('is refused with %s', async (_, change, fault, says) => {
    const verdict = await verify(await changed(change));
    expect(verdict).toMatchObject({ holds: false, fault });
    expect(verdict.holds ? '' : verdict.says).toMatch(says);
  });
  const files2 = (made: Made): void =>
    void made.files.set(MANIFEST, utf8(JSON.stringify({ ...made.manifest, more: 1 })));

  it('holds the shipment’s own events of an account that many share, and the one that the seal names', async () => {
    const entries = [...leaves];
    entries[4] = event(4, 'guarantee-1', 7, {});
    const sealed = (version: number) =>
      event(7, 'dossier-1', 1, { streams: { 'guarantee-1': version } }, { type: 'tidewaiter.audit.DossierSealed.v1' });
    entries[7] = sealed(7);
    const verdict = await verify(await changed(() => undefined, OWN, entries));
    expect(verdict).toMatchObject({ holds: true });
    expect(verdict.checked.find(({ what }) => what === 'streams')!.says).toContain(
      'of guarantee-1 the events of this shipment',
    );
    entries[7] = sealed(9);
    expect(await verify(await changed(() => undefined, OWN, entries))).toMatchObject({ fault: 'seal-uncovered' });
  });

  it('is refused with an event of another shipment', async () => {
    expect(await verify(await changed(() => undefined, [0, ...OWN]))).toMatchObject({
      fault: 'event-differs',
      place: eventPath(0),
    });
  });

  it('is refused when another key signed, another origin is pinned, or the witness is missing', async () => {
    const { files, key, witness } = await make();
    const { key: other } = await make();
    const bytes = archive(files);
    expect(await verify(bytes, { log: other })).toMatchObject({ fault: 'checkpoint-not-signed' });
    const elsewhere = formatVerifierKey(verifierKey(nodeSha256, 'other.example/log/acme', new Uint8Array(32)));
    expect(await verify(bytes, { log: elsewhere })).toMatchObject({ fault: 'checkpoint-not-signed' });
    const nobody = formatVerifierKey(verifierKey(nodeSha256, 'nobody.example', new Uint8Array(32), 'cosignature/v1'));
    expect(await verify(bytes, { log: key, witnesses: [nobody] })).toMatchObject({
      fault: 'checkpoint-not-signed',
      says: /0 of the pinned witnesses/,
    });
    expect(await verify(bytes, { log: key, witnesses: [witness, nobody], quorum: 1 })).toMatchObject({ holds: true });
    expect(await verify(bytes, { log: 'no key' })).toMatchObject({ fault: 'key-malformed' });
  });

  it('cut anywhere, or with any bit turned, never holds and never breaks', async () => {
    const { files, key, witness } = await make();
    const whole = archive(files);
    const pinned = { log: key, witnesses: [witness] };
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        expect(await verify(whole.slice(0, length), pinned)).toMatchObject({ holds: false, fault: 'file-malformed' });
      }),
      { numRuns: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const turned = whole.slice();
        turned[at]! ^= 1 << bit;
        const verdict = await verify(turned, pinned);
        // What only the manifest says of itself is shown, not proved.
        if (verdict.holds) expect(new Set(readTar(turned).keys())).toEqual(new Set(readTar(whole).keys()));
        if (verdict.holds) expect(readTar(turned).get(MANIFEST)).not.toEqual(readTar(whole).get(MANIFEST));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the archive', () => {
  const path = fc
    .stringMatching(/^[a-z0-9]{1,12}(\/[a-z0-9.]{1,12})?$/)
    .filter((text) => !/(^|\/)\.{1,2}($|\/)/.test(text));
  it('gives back the files it was given, and the same bytes for the same files', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(path, fc.uint8Array({ maxLength: 1500 })), { selector: ([name]) => name }),
        (pairs) => {
          const bytes = writeTar(pairs.map(([name, content]) => ({ path: name, bytes: content })));
          expect(bytes.length % 512).toBe(0);
          expect([...readTar(bytes)].map(([name, content]) => [name, [...content]])).toEqual(
            pairs.map(([name, content]) => [name, [...content]]),
          );
        },
      ),
    );
  });
  it.each(['../etc', '/etc', 'a/../b', 'a//b', '', 'ä', 'a\\b', 'x'.repeat(101), './a'])(
    'has no file named %j',
    (name) => {
      expect(() => writeTar([{ path: name, bytes: new Uint8Array() }])).toThrow(RangeError);
    },
  );
  it('never breaks on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(() => readTar(bytes)).toThrow(/evidence file/);
      }),
    );
  });
});
