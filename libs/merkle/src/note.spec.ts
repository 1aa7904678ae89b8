import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify as nodeVerify,
  type KeyObject,
} from 'node:crypto';
import fc from 'fast-check';
import {
  checkpointText,
  cosign,
  cosignedMessage,
  formatAddCheckpoint,
  formatNote,
  formatSignature,
  formatProof,
  formatVerifierKey,
  Malformed,
  openCheckpoint,
  openNote,
  parseAddCheckpoint,
  parseCheckpoint,
  parseCheckpointText,
  parseNote,
  parseProof,
  parseSignatures,
  parseVerifierKey,
  parseWitnessSize,
  sha256,
  toBase64,
  treeHasher,
  utf8,
  verifierKey,
  verifyProof,
  type Ed25519Verify,
  type VerifierKey,
} from './index.js';

const hasher = treeHasher((bytes) => createHash('sha256').update(bytes).digest());
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const verify: Ed25519Verify = (key, message, signature) =>
  nodeVerify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' }),
    signature,
  );

interface Signer extends VerifierKey {
  secret: KeyObject;
}
function signerNamed(name: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  return { ...verifierKey(sha256, name, raw), secret: privateKey };
}
const signed = (text: string, ...signers: Signer[]): string =>
  formatNote({
    text,
    signatures: signers.map((each) => ({
      name: each.name,
      keyId: each.id,
      signature: sign(null, utf8(text), each.secret),
    })),
  });

const ours = signerNamed('log.example/acme');
const theirs = signerNamed('witness.example');

/** Published example of the reference implementation of signed notes. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETERS_NOTE =
  'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'.replace(
    '’',
    "'",
  );

describe('signed notes', () => {
  it('open with the key of the reference implementation’s example', async () => {
    const key = parseVerifierKey(sha256, PETER);
    expect(formatVerifierKey(key)).toBe(PETER);
    const opened = await openNote(PETERS_NOTE, [key], verify);
    expect(opened.signedBy).toEqual([{ key, at: null }]);
    expect(formatNote(opened)).toBe(PETERS_NOTE);
  });
  it('hold any text and any number of signatures, those of strangers passed over', async () => {
    const note = signed('a\n\nb\n', theirs, ours);
    expect((await openNote(note, [ours], verify)).signedBy.map((by) => by.key.name)).toEqual([ours.name]);
  });
  it('are refused when nobody known signed, or a known key’s signature is false', async () => {
    await expect(openNote(signed('a\n', theirs), [ours], verify)).rejects.toMatchObject({ code: 'unknown-key' });
    const changed = signed('a\n', ours, theirs).replace('a\n', 'b\n');
    await expect(openNote(changed, [ours, theirs], verify)).rejects.toMatchObject({ code: 'false-signature' });
  });
  it('do not take a key of the same name and another id for the known one', async () => {
    const namesake = signerNamed(ours.name);
    await expect(openNote(signed('a\n', namesake), [ours], verify)).rejects.toMatchObject({ code: 'unknown-key' });
  });

  const good = signed('text\n', ours);
  const line = good.split('\n')[2]!;
  it.each([
    ['no final newline', good.slice(0, -1)],
    ['no blank line', good.replace('\n\n', '\n')],
    ['no signature', 'text\n\n'],
    ['the same key twice', `${good}${line}\n`],
    ['a carriage return', good.replace('text', 'te\rxt')],
    ['a NUL', good.replace('text', 'te\0xt')],
    ['half a surrogate pair', good.replace('text', 'te\ud800xt')],
    ['a hyphen for the dash', good.replace('—', '-')],
    ['two spaces', good.replace(`— ${ours.name} `, `— ${ours.name}  `)],
    ['a plus sign in the name', good.replace(ours.name, 'log+example')],
    ['white space after the signature', good.replace(/\n$/, ' \n')],
    ['base64 without padding', good.replace(/=+\n$/, '\n')],
    ['base64 with unused bits set', `text\n\n— ${ours.name} AAAAAAF=\n`],
    ['a signature of key id alone', `text\n\n— ${ours.name} AAAAAA==\n`],
  ])('are refused with %s', (_, note) => {
    expect(() => parseNote(note)).toThrow(Malformed);
  });
  it('never make the reader fail otherwise, whatever is thrown at it', () => {
    const mutated = fc.tuple(fc.nat(good.length), fc.nat(8), fc.string({ unit: 'binary', maxLength: 6 }));
    fc.assert(
      fc.property(mutated, ([at, cut, put]) => {
        const text = good.slice(0, at) + put + good.slice(at + cut);
        try {
          expect(formatNote(parseNote(text))).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('verifier keys', () => {
  const text = formatVerifierKey(ours);
  it.each([
    ['another id', text.replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    [
      'an upper-case id',
      text.replace(/\+[0-9a-f]{8}\+/, (id) => `${id.toUpperCase()}`).replace(/\+[0-9A-F]{8}\+/, '+ABCDEF01+'),
    ],
    ['another name', text.replace('acme', 'acmf')],
    ['another type', `x+00000000+${toBase64(new Uint8Array(33).fill(2))}`],
    ['a short key', `x+00000000+${toBase64(Uint8Array.of(1, 2))}`],
    ['nothing', ''],
    ['a newline at the end', `${text}\n`],
  ])('are refused with %s', (_, key) => {
    expect(() => parseVerifierKey(sha256, key)).toThrow(Malformed);
  });
});

describe('checkpoints', () => {
  const root = hasher.leaf(utf8('root'));
  const pinned = { origin: ours.name, keys: [ours], verify };
  it('open with the origin and key pinned', async () => {
    const note = signed(checkpointText({ origin: ours.name, size: 20_852_163, root }), ours);
    expect(await openCheckpoint(note, pinned)).toEqual({
      origin: ours.name,
      size: 20_852_163,
      root: Uint8Array.from(root),
      cosigned: [],
    });
    expect(parseCheckpoint(note).size).toBe(20_852_163);
  });
  it('of another origin are refused although the key signed them', async () => {
    const note = signed(checkpointText({ origin: 'log.example/globex', size: 1, root }), ours);
    await expect(openCheckpoint(note, pinned)).rejects.toMatchObject({ code: 'unknown-origin' });
  });
  it('may carry extension lines', () => {
    expect(parseCheckpointText(`o\n1\n${toBase64(root)}\nextension\n`).origin).toBe('o');
  });
  it.each([
    ['a leading zero', `o\n01\n${toBase64(root)}\n`],
    ['a negative size', `o\n-1\n${toBase64(root)}\n`],
    ['a size over 2^53', `o\n9007199254740993\n${toBase64(root)}\n`],
    ['a short root', `o\n1\n${toBase64(root.subarray(1))}\n`],
    ['a root that is not canonical', `o\n1\n${toBase64(root).replace(/.=$/, 'B=')}\n`],
    ['an empty origin', `\n1\n${toBase64(root)}\n`],
    ['an empty extension line', `o\n1\n${toBase64(root)}\n\nx\n`],
    ['two lines', 'o\n1\n'],
  ])('are refused with %s', (_, text) => {
    expect(() => parseCheckpointText(text)).toThrow(Malformed);
  });
});

describe('proof files', () => {
  const entries = ['a', 'b', 'c'].map(utf8);
  const [a, b, c] = entries.map((entry) => hasher.leaf(entry)) as [Uint8Array, Uint8Array, Uint8Array];
  const checkpoint = signed(
    checkpointText({ origin: ours.name, size: 3, root: hasher.node(hasher.node(a, b), c) }),
    ours,
    theirs,
  );
  const pinned = { origin: ours.name, keys: [ours], verify };
  const file = formatProof({ extra: utf8('note'), index: 1, proof: [a, c], checkpoint });

  it('prove the entry they were made for, and no other', async () => {
    expect((await verifyProof(hasher, parseProof(file), entries[1]!, pinned))?.size).toBe(3);
    expect(await verifyProof(hasher, parseProof(file), entries[2]!, pinned)).toBeNull();
    expect(await verifyProof(hasher, parseProof(file.replace('index 1', 'index 0')), entries[1]!, pinned)).toBeNull();
  });
  it('come back as they were written, with and without extra data and hashes', () => {
    expect(formatProof(parseProof(file))).toBe(file);
    const least = formatProof({ extra: null, index: 0, proof: [], checkpoint });
    expect(formatProof(parseProof(least))).toBe(least);
  });
  it.each([
    ['another first line', file.replace('@v1', '@v2')],
    ['a leading zero', file.replace('index 1', 'index 01')],
    ['no index', file.replace('index 1\n', '')],
    ['extra data that is not canonical', file.replace(/extra .*/, 'extra AB==')],
    ['a short hash', file.replace(toBase64(a), toBase64(a.subarray(2)))],
    ['no checkpoint', file.slice(0, file.indexOf('\n\n'))],
    [
      'a proof longer than any tree is high',
      formatProof({ extra: null, index: 0, proof: Array.from({ length: 64 }, () => a), checkpoint }),
    ],
  ])('are refused with %s', (_, text) => {
    expect(() => parseProof(text)).toThrow(Malformed);
  });
  it('are refused when the checkpoint is cut', async () => {
    await expect(verifyProof(hasher, parseProof(file.slice(0, -3)), entries[1]!, pinned)).rejects.toThrow(Malformed);
  });
});

describe('cosignatures', () => {
  const witness = { ...signerNamed('witness.example'), type: 'cosignature/v1' as const };
  const key = verifierKey(sha256, witness.name, witness.publicKey, 'cosignature/v1');
  const text = checkpointText({ origin: ours.name, size: 3, root: new Uint8Array(32).fill(7) });
  const AT = 1_764_000_000;
  const line = cosign(key, text, AT, (message) => sign(null, message, witness.secret));
  const note = `${signed(text, ours)}${formatSignature(line)}`;
  const pinned = { origin: ours.name, keys: [ours], verify, witnesses: [key], quorum: 1 };

  it('carry the witness’s own time, over the message that C2SP fixes', async () => {
    expect(Buffer.from(cosignedMessage(text, AT)).toString()).toBe(`cosignature/v1\ntime ${AT}\n${text}`);
    expect(line.signature).toHaveLength(72);
    expect((await openCheckpoint(note, pinned)).cosigned).toEqual([{ witness: witness.name, at: AT }]);
    expect(parseSignatures(formatSignature(line))).toEqual([line]);
  });
  it('have a key of another id than a plain signature by the same key', () => {
    expect(formatVerifierKey(key)).toMatch(/\+B[A-P]/);
    expect(parseVerifierKey(sha256, formatVerifierKey(key))).toEqual(key);
    expect(key.id).not.toEqual(verifierKey(sha256, key.name, key.publicKey).id);
  });
  it('can be demanded', async () => {
    await expect(openCheckpoint(signed(text, ours), pinned)).rejects.toMatchObject({ code: 'not-witnessed' });
    expect((await openCheckpoint(note, { ...pinned, witnesses: [], quorum: 0 })).cosigned).toEqual([]);
  });
  it('do not stand for the log’s own signature', async () => {
    const alone = `${text}\n${formatSignature(line)}`;
    await expect(openCheckpoint(alone, pinned)).rejects.toMatchObject({ code: 'unknown-key' });
    await expect(openCheckpoint(alone, { ...pinned, keys: [key] })).rejects.toMatchObject({ code: 'unknown-key' });
  });
  it('are false when the time, the text or a bit is another', async () => {
    for (const at of [0, 7, 8, 71]) {
      const signature = Uint8Array.from(line.signature);
      signature[at]! ^= 1;
      const changed = `${signed(text, ours)}${formatSignature({ ...line, signature })}`;
      await expect(openCheckpoint(changed, pinned)).rejects.toMatchObject({ code: 'false-signature' });
    }
    const short = `${signed(text, ours)}${formatSignature({ ...line, signature: line.signature.slice(8) })}`;
    await expect(openCheckpoint(short, pinned)).rejects.toMatchObject({ code: 'false-signature' });
  });
});

describe('add-checkpoint', () => {
  const hash = new Uint8Array(32).fill(5);
  const request = { old: 4_294_967_296, proof: [hash, hash], checkpoint: 'origin\n5\nroot\n\n— a b\n' };
  it('reads back what it writes, with and without a proof', () => {
    expect(parseAddCheckpoint(formatAddCheckpoint(request))).toEqual(request);
    const first = { old: 0, proof: [], checkpoint: request.checkpoint };
    expect(parseAddCheckpoint(formatAddCheckpoint(first))).toEqual(first);
  });
  it.each([
    ['a leading zero', 'old 01\n\nx'],
    ['a sign', 'old -1\n\nx'],
    ['no size', 'old\n\nx'],
    ['a hash of 31 bytes', `old 1\n${toBase64(hash.slice(1))}\n\nx`],
    ['no empty line', 'old 1\n'],
    ['a carriage return', 'old 1\r\n\nx'],
    ['64 hashes', `old 1\n${`${toBase64(hash)}\n`.repeat(64)}\nx`],
  ])('is refused with %s', (_, text) => {
    expect(() => parseAddCheckpoint(text)).toThrow(Malformed);
  });
  it('reads the size that a witness answers, and nothing else', () => {
    expect(parseWitnessSize('17\n')).toBe(17);
    for (const text of ['17', '017\n', '17\n\n', '', '-1\n']) expect(() => parseWitnessSize(text)).toThrow(Malformed);
  });
  it('never breaks on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseAddCheckpoint(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
    );
  });
});
