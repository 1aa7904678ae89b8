import { fromBase64, fromHex, joinBytes, Malformed, sameBytes, toBase64, toHex, utf8 } from './bytes.js';
import type { HashFunction } from './hash.js';

/** How a key signs: a log the note itself (C2SP signed-note), a witness the note with its own time (C2SP tlog-cosignature). */
export type SignatureType = 'ed25519' | 'cosignature/v1';
const TYPE_BYTES: Readonly<Record<SignatureType, number>> = { ed25519: 0x01, 'cosignature/v1': 0x04 };
const TIME_BYTES = 8;
const ED25519_KEY_BYTES = 32;
const ED25519_SIGNATURE_BYTES = 64;
/** The format asks for at least 16; a note with more than these is not read. */
const MOST_SIGNATURES = 64;
const LONGEST_NOTE = 1_000_000;
const FORMAT = 'signed note';

/** RFC 8032 verification, handed in by the caller: WebCrypto, `node:crypto`, or another. */
export type Ed25519Verify = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

/** Who may have signed: a key pinned by its name, type, id and bytes. */
export interface VerifierKey {
  name: string;
  type: SignatureType;
  /** 4 bytes */
  id: Uint8Array;
  /** 32 bytes */
  publicKey: Uint8Array;
}

export interface NoteSignature {
  name: string;
  /** 4 bytes */
  keyId: Uint8Array;
  signature: Uint8Array;
}

/** A known key that signed; `at` is the second (Unix time) that a witness says it did, null for a plain signature. */
export interface SignedBy {
  key: VerifierKey;
  at: number | null;
}

export interface Note {
  /** what is signed, with its final newline */
  text: string;
  signatures: NoteSignature[];
}

/** A note whose form is right but that no trusted key signed, or whose signature is false. */
export class NotSigned extends Error {
  constructor(
    readonly code: 'unknown-key' | 'false-signature' | 'unknown-origin' | 'not-witnessed',
    message: string,
  ) {
    super(message);
    this.name = 'NotSigned';
  }
}

export const isKeyName = (name: string): boolean => name !== '' && !/[\p{White_Space}\p{Cc}\p{Surrogate}+]/u.test(name);

/** First 4 bytes of SHA-256(name, newline, type, public key). */
export const keyIdOf = (
  sha256: HashFunction,
  name: string,
  publicKey: Uint8Array,
  type: SignatureType = 'ed25519',
): Uint8Array => sha256(joinBytes(utf8(`${name}\n`), Uint8Array.of(TYPE_BYTES[type]), publicKey)).slice(0, 4);

export function verifierKey(
  sha256: HashFunction,
  name: string,
  publicKey: Uint8Array,
  type: SignatureType = 'ed25519',
): VerifierKey {
  if (!isKeyName(name)) throw new Malformed('verifier key', 'name', 'not empty, without white space and plus signs');
  if (publicKey.length !== ED25519_KEY_BYTES) throw new Malformed('verifier key', 'key', 'an Ed25519 key has 32 bytes');
  return { name, type, id: keyIdOf(sha256, name, publicKey, type), publicKey };
}

/** `<name>+<hex id>+<base64 of type and key>`: what is given to an outside party. */
export const formatVerifierKey = (key: VerifierKey): string =>
  `${key.name}+${toHex(key.id)}+${toBase64(joinBytes(Uint8Array.of(TYPE_BYTES[key.type]), key.publicKey))}`;

/** @throws Malformed also when the id is not that of the name, type and key */
export function parseVerifierKey(sha256: HashFunction, text: string): VerifierKey {
  const [name, hex, base64, ...rest] = splitKey(text);
  const id = hex === undefined ? null : fromHex(hex);
  const encoded = base64 === undefined ? null : fromBase64(base64);
  if (name === undefined || rest.length > 0 || id?.length !== 4 || !encoded) {
    throw new Malformed('verifier key', text.slice(0, 80), 'expected <name>+<8 hex digits>+<base64>');
  }
  const type = (Object.keys(TYPE_BYTES) as SignatureType[]).find((each) => TYPE_BYTES[each] === encoded[0]);
  if (type === undefined)
    throw new Malformed('verifier key', 'type', `Ed25519 (1) and cosignature/v1 (4) are known, not ${encoded[0]}`);
  const key = verifierKey(sha256, name, encoded.slice(1), type);
  if (!sameBytes(key.id, id)) throw new Malformed('verifier key', 'id', `${hex} is not the id of this name and key`);
  return key;
}

/** The base64 part may hold plus signs of its own: only the first two separate. */
function splitKey(text: string): (string | undefined)[] {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  return first < 0 || second < 0 ? [] : [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

function checkText(text: string): void {
  if (text.length > LONGEST_NOTE) throw new Malformed(FORMAT, 'size', `more than ${LONGEST_NOTE} characters`);
  if (!text.endsWith('\n')) throw new Malformed(FORMAT, 'end', 'no final newline');
  if (/[^\P{Cc}\n\u0080-\u009f\u007f]|\p{Surrogate}/u.test(text))
    throw new Malformed(FORMAT, 'text', 'control characters or broken UTF-8');
}

function parseSignature(line: string, at: string): NoteSignature {
  const match = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
  const bytes = match && fromBase64(match[2]!);
  if (!match || !isKeyName(match[1]!) || !bytes)
    throw new Malformed(FORMAT, at, 'expected "— <name> <canonical base64>"');
  if (bytes.length < 5) throw new Malformed(FORMAT, at, 'a signature has a key id of 4 bytes and at least one more');
  return { name: match[1]!, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** Reads the form only; nothing is trusted yet. @throws Malformed */
export function parseNote(note: string): Note {
  checkText(note);
  const split = note.lastIndexOf('\n\n');
  if (split < 1) throw new Malformed(FORMAT, 'signatures', 'no blank line before them');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new Malformed(FORMAT, 'signatures', `more than ${MOST_SIGNATURES}`);
  const signatures = lines.map((line, i) => parseSignature(line, `signature ${i + 1}`));
  const keys = signatures.map(({ name, keyId }) => `${name}+${toHex(keyId)}`);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw new Malformed(FORMAT, 'signatures', `two of one key, ${twice}`);
  return { text: note.slice(0, split + 1), signatures };
}

export function formatNote({ text, signatures }: Note): string {
  checkText(text);
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** One signature line, as a witness answers it: `— <name> <base64>` and a newline. */
export const formatSignature = ({ name, keyId, signature }: NoteSignature): string =>
  `— ${name} ${toBase64(joinBytes(keyId, signature))}\n`;

/** Reads signature lines that stand alone. @throws Malformed */
export function parseSignatures(text: string): NoteSignature[] {
  if (!text.endsWith('\n')) throw new Malformed(FORMAT, 'end', 'no final newline');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new Malformed(FORMAT, 'signatures', `more than ${MOST_SIGNATURES}`);
  return lines.map((line, i) => parseSignature(line, `signature ${i + 1}`));
}

/** What a witness signs of a note: C2SP tlog-cosignature. @param at Unix time in seconds */
export const cosignedMessage = (text: string, at: number): Uint8Array => utf8(`cosignature/v1\ntime ${at}\n${text}`);

/** The witness's line over a note. @param sign Ed25519 (RFC 8032) */
export function cosign(
  key: VerifierKey,
  text: string,
  at: number,
  sign: (message: Uint8Array) => Uint8Array,
): NoteSignature {
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(at));
  return { name: key.name, keyId: key.id, signature: joinBytes(time, sign(cosignedMessage(text, at))) };
}

/** The time in a signature that is to be a cosignature; null when its form is wrong. */
function timeOf(signature: Uint8Array): number | null {
  if (signature.length !== TIME_BYTES + ED25519_SIGNATURE_BYTES) return null;
  const at = Number(new DataView(signature.buffer, signature.byteOffset, TIME_BYTES).getBigUint64(0));
  return Number.isSafeInteger(at) ? at : null;
}

async function signedBy(
  key: VerifierKey,
  text: string,
  signature: Uint8Array,
  verify: Ed25519Verify,
): Promise<SignedBy | null> {
  if (key.type === 'ed25519') {
    const holds = signature.length === ED25519_SIGNATURE_BYTES && (await verify(key.publicKey, utf8(text), signature));
    return holds ? { key, at: null } : null;
  }
  const at = timeOf(signature);
  const holds = at !== null && (await verify(key.publicKey, cosignedMessage(text, at), signature.slice(TIME_BYTES)));
  return holds ? { key, at } : null;
}

/**
 * Reads a note and checks every signature by a known key; those of unknown keys are passed over, as the format asks.
 *
 * @returns the note and the keys that signed it, at least one
 * @throws  Malformed; NotSigned `false-signature` when any known key's signature fails, `unknown-key` when none is known
 */
export async function openNote(
  note: string,
  known: readonly VerifierKey[],
  verify: Ed25519Verify,
): Promise<Note & { signedBy: SignedBy[] }> {
  const parsed = parseNote(note);
  const opened: SignedBy[] = [];
  for (const { name, keyId, signature } of parsed.signatures) {
    const key = known.find((each) => each.name === name && sameBytes(each.id, keyId));
    if (!key) continue;
    const by = await signedBy(key, parsed.text, signature, verify);
    if (!by) throw new NotSigned('false-signature', `the signature of ${name} is false`);
    opened.push(by);
  }
  if (opened.length === 0) throw new NotSigned('unknown-key', 'no known key signed the note');
  return { ...parsed, signedBy: opened };
}
