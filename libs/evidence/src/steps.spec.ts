import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointText,
  cosign,
  formatAddCheckpoint,
  formatNote,
  formatProof,
  formatSignature,
  formatVerifierKey,
  makeConsistency,
  makeInclusion,
  parseNote,
  rootOf,
  sha256 as plainSha256,
  toHex,
  utf8,
  verifierKey,
  type Hash,
  type NodeReader,
} from '@tidewaiter/merkle';
import { ed25519Verify, makeSigningKey, nodeHasher as hasher, nodeSha256 } from '@tidewaiter/merkle/node';
import {
  CHECKPOINT,
  EARLIER_CHECKPOINT,
  EARLIER_PROOF,
  EVIDENCE_FORMAT,
  eventPath,
  MANIFEST,
  proofPath,
} from './index.js';
import { writeTar } from './tar.js';
import {
  fromBundle,
  leafHash,
  pathOf,
  prove,
  proveBundle,
  spoilt,
  STEPS,
  type Means,
  type Proven,
  type StepName,
} from './steps.js';

const SHIPMENT = '0192aaaa-0000-7000-8000-000000000001';
const ORIGIN = 'audit.example/log/acme';
const hex = (bytes: Uint8Array): string => toHex(nodeSha256(bytes));
const MEANS: Record<string, Means> = {
  'the platform’s digest': {
    sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))),
    verify: ed25519Verify,
  },
  'the small one': { sha256: plainSha256, verify: ed25519Verify },
};

const event = (n: number, stream: string, version: number, changes: object = {}): Uint8Array =>
  utf8(JSON.stringify({ id: `e-${n}`, subject: SHIPMENT, tenantid: 'acme', stream, version, data: { n }, ...changes }));

const leaves = [
  event(0, 'file-0', 1, { subject: 'another' }),
  event(1, 'shipment-1', 1),
  event(2, 'guarantee-1', 7),
  event(3, 'shipment-1', 2),
  event(4, 'file-0', 2, { subject: 'another' }),
  event(5, 'declaration-1', 1),
  event(6, 'shipment-1', 3),
];
const OWN = [1, 2, 3, 5, 6];

const folder = mkdtempSync(join(tmpdir(), 'steps-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function bundle(entries = leaves, own = OWN, older = 3) {
  const signing = await makeSigningKey(join(folder, 'log'));
  const witnessing = await makeSigningKey(join(folder, 'witness'));
  const log = verifierKey(nodeSha256, ORIGIN, signing.publicKey);
  const witness = verifierKey(nodeSha256, 'witness.example', witnessing.publicKey, 'cosignature/v1');
  const hashes = entries.map((entry) => hasher.leaf(entry));
  const nodes: NodeReader = async (wanted) =>
    wanted.map(({ level, index }) => rootOf(hasher, hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)));
  const headOf = (size: number, root: Hash, origin = ORIGIN): string => {
    const text = checkpointText({ origin, size, root });
    const note = formatNote({
      text,
      signatures: [{ name: log.name, keyId: log.id, signature: signing.sign(utf8(text)) }],
    });
    return (
      note + formatSignature(cosign(witness, parseNote(note).text, 1_764_000_000, (bytes) => witnessing.sign(bytes)))
    );
  };
  const note = headOf(entries.length, rootOf(hasher, hashes));
  const earlier = headOf(older, rootOf(hasher, hashes.slice(0, older)));
  const grown = formatAddCheckpoint({
    old: older,
    proof: await makeConsistency(hasher, older, entries.length, nodes),
    checkpoint: note,
  });
  const files = new Map<string, Uint8Array>([
    [CHECKPOINT, utf8(note)],
    [EARLIER_CHECKPOINT, utf8(earlier)],
    [EARLIER_PROOF, utf8(grown)],
  ]);
  for (const index of own) {
    files.set(eventPath(index), entries[index]!);
    const proof = await makeInclusion(hasher, index, entries.length, nodes);
    files.set(proofPath(index), utf8(formatProof({ extra: null, index, proof, checkpoint: note })));
  }
  const manifest = {
    format: EVIDENCE_FORMAT,
    shipment: SHIPMENT,
    tenant: 'acme',
    exportedAt: '2026-11-24T12:00:00.000000Z',
    exportedBy: 'user:ann',
    log: { key: formatVerifierKey(log), witnesses: [formatVerifierKey(witness)] },
    checkpoint: { size: entries.length, sha256: hex(utf8(note)) },
    earlier: { size: older, checkpoint: hex(utf8(earlier)), proof: hex(utf8(grown)) },
    events: own.map((index) => ({ index, leaf: toHex(hashes[index]!) })),
    documents: [] as { sha256: string }[],
    rules: [] as { sha256: string }[],
    readable: [] as { path: string; sha256: string }[],
  };
  const packed = (): Uint8Array =>
    writeTar([
      { path: MANIFEST, bytes: utf8(JSON.stringify(manifest)) },
      ...[...files].map(([path, bytes]) => ({ path, bytes })),
    ]);
  return { files, manifest, packed, note, earlier, headOf, hashes, key: formatVerifierKey(log), nodes };
}

const outcomes = ({ steps }: Proven): string[] => steps.map(({ outcome }) => outcome);
const failingAt = (step: StepName): string[] =>
  STEPS.map((each, i) => (i < STEPS.indexOf(step) ? 'passed' : each === step ? 'failed' : 'not-reached'));
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe.each(Object.entries(MEANS))('six steps by %s', (_, means) => {
  it('pass over a file that holds', async () => {
    const proven = await proveBundle((await bundle()).packed(), {}, means);
    expect(proven).toMatchObject({ holds: true, events: 5 });
    expect(outcomes(proven)).toEqual(STEPS.map(() => 'passed'));
    expect(proven.steps[0]!.says).toBe('5 of 5 leaves hash as recorded');
    expect(proven.steps[5]!.inputs).toEqual([
      { name: 'shipment-1', value: '1 to 3' },
      { name: 'guarantee-1', value: 'to 7, shared' },
      { name: 'declaration-1', value: '1 to 1' },
    ]);
  });

  it('name the leaf of a flipped byte with both hashes', async () => {
    const { files, manifest, packed, hashes } = await bundle();
    files.set(eventPath(3), flipped(files.get(eventPath(3))!, 40));
    const proven = await proveBundle(packed(), {}, means);
    expect(outcomes(proven)).toEqual(failingAt('bytes'));
    const computed = toHex(hasher.leaf(files.get(eventPath(3))!));
    expect(proven.steps[0]!.fault).toEqual({ place: eventPath(3), index: 3, expected: toHex(hashes[3]!), computed });

    manifest.events[2]!.leaf = computed;
    expect(outcomes(await proveBundle(packed(), {}, means))).toEqual(failingAt('inclusion'));
  });

  it('fail each at its own place', async () => {
    const tampered: [StepName, (made: Awaited<ReturnType<typeof bundle>>) => void][] = [
      [
        'inclusion',
        ({ files }) =>
          files.set(
            proofPath(1),
            utf8(
              new TextDecoder()
                .decode(files.get(proofPath(1)))
                .replace(/index 1\n(.)/, (all, char: string) => all.replace(/.$/, char === 'A' ? 'B' : 'A')),
            ),
          ),
      ],
      [
        'inclusion',
        ({ files, headOf, hashes }) => files.set(CHECKPOINT, utf8(headOf(4, rootOf(hasher, hashes.slice(0, 4))))),
      ],
      ['checkpoint', ({ files, note }) => files.set(CHECKPOINT, utf8(note.slice(0, note.indexOf('\n\n') + 2)))],
      [
        'checkpoint',
        ({ files, note }) =>
          files.set(
            CHECKPOINT,
            utf8(
              note.replace(
                /(— audit.example[^\n]*)(.)(.{10})\n/,
                (_all, start: string, char: string, end: string) => `${start}${char === 'A' ? 'Q' : 'A'}${end}\n`,
              ),
            ),
          ),
      ],
      [
        'checkpoint',
        ({ manifest }) =>
          (manifest.log.key = formatVerifierKey(verifierKey(nodeSha256, ORIGIN, new Uint8Array(32).fill(7)))),
      ],
      ['witnesses', ({ files, note }) => files.set(CHECKPOINT, utf8(note.slice(0, note.indexOf('— witness'))))],
      ['consistency', ({ files, earlier }) => files.set(EARLIER_CHECKPOINT, utf8(earlier.replace(/\n3\n/, '\n2\n')))],
      [
        'streams',
        ({ files, manifest }) => {
          manifest.events.splice(2, 1);
          files.delete(eventPath(3));
          files.delete(proofPath(3));
        },
      ],
    ];
    for (const [step, change] of tampered) {
      const made = await bundle();
      change(made);
      expect([step, outcomes(await proveBundle(made.packed(), {}, means))]).toEqual([step, failingAt(step)]);
    }
  });

  it('refuse another origin, and a log that shrank since the head that the person kept', async () => {
    const made = await bundle();
    const what = fromBundle(made.packed());
    const root = rootOf(hasher, made.hashes);
    const other = {
      ...what,
      checkpoint: made.headOf(leaves.length, root, 'elsewhere/log/acme'),
      leaves: what.leaves.map(({ under: _, ...leaf }) => leaf),
    };
    expect(outcomes(await prove(other, means))).toEqual(failingAt('checkpoint'));

    const larger = { checkpoint: made.headOf(99, root), proof: [], from: 'since yours' };
    const shrunk = await prove({ ...what, earlier: larger }, means);
    expect(outcomes(shrunk)).toEqual(failingAt('consistency'));
    expect(shrunk.steps[4]!.says).toContain('fewer than the 99 seen before');
  });

  it('notice whatever is spoilt in memory', async () => {
    const what = fromBundle((await bundle()).packed());
    for (const step of STEPS)
      expect([step, outcomes(await prove(spoilt(what, step), means))]).toEqual([step, failingAt(step)]);
  });

  it('say what is not checked, where nothing is there to hold it against', async () => {
    const { witnesses: _, ...what } = fromBundle((await bundle()).packed());
    const proven = await prove({ ...what, witnesses: [], earlier: null }, means);
    expect(proven.holds).toBe(true);
    expect(outcomes(proven)).toEqual(['passed', 'passed', 'passed', 'not-checked', 'not-checked', 'passed']);
  });

  it('fail at once over what is no evidence file', async () => {
    const proven = await proveBundle(utf8('hello'), {}, means);
    expect(outcomes(proven)).toEqual(failingAt('bytes'));
    expect(proven.steps[0]!.fault!.place).toBe('byte 0');
  });

  it('show the way of a leaf node by node', async () => {
    const { packed, hashes } = await bundle();
    const leaf = fromBundle(packed()).leaves[2]!;
    const { nodes } = await pathOf(leaf, leaves.length, means);
    expect(toHex(await leafHash(leaf.bytes, means))).toBe(toHex(hashes[3]!));
    expect(nodes.map(({ side }) => side)).toEqual(['left', 'left', 'right']);
    expect(nodes.at(-1)!.hash).toBe(toHex(rootOf(hasher, hashes)));
  });
});

it('proves three hundred events well within a second', async () => {
  const many = Array.from({ length: 300 }, (_, n) => event(n, 'shipment-1', n + 1));
  const { packed } = await bundle(
    many,
    many.map((_, n) => n),
    200,
  );
  const bytes = packed();
  const begun = performance.now();
  expect(await proveBundle(bytes, {}, MEANS['the small one']!)).toMatchObject({ holds: true, events: 300 });
  expect(performance.now() - begun).toBeLessThan(1000);
});
