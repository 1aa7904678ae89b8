import { fromBase64, fromHex, joinBytes, Malformed, sameBytes, toBase64, toHex, utf8 } from './bytes.js';
import type { HashFunction } from './hash.js';

/** Signature type of plain Ed25519 (C2SP signed-note). */
const ED25519 = 0x01;
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

/** Who may have signed: a key pinned by its name, id and bytes. */
export interface VerifierKey {
  name: string;
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

export interface Note {
  /** what is signed, with its final newline */
  text: string;
  signatures: NoteSignature[];
}

/** A note whose form is right but that no trusted key signed, or whose signature is false. */
export class NotSigned extends Error {
  constructor(
    readonly code: 'unknown-key' | 'false-signature' | 'unknown-origin',
    message: string,
  ) {
    super(message);
    this.name = 'NotSigned';
  }
}

export const isKeyName = (name: string): boolean => name !== '' && !/[\p{White_Space}\p{Cc}\p{Surrogate}+]/u.test(name);

/** First 4 bytes of SHA-256(name, newline, type, public key). */
export const keyIdOf = (sha256: HashFunction, name: string, publicKey: Uint8Array): Uint8Array =>
  sha256(joinBytes(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey)).slice(0, 4);

export function verifierKey(sha256: HashFunction, name: string, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new Malformed('verifier key', 'name', 'not empty, without white space and plus signs');
  if (publicKey.length !== ED25519_KEY_BYTES) throw new Malformed('verifier key', 'key', 'an Ed25519 key has 32 bytes');
  return { name, id: keyIdOf(sha256, name, publicKey), publicKey };
}

/** `<name>+<hex id>+<base64 of type and key>`: what is given to an outside party. */
export const formatVerifierKey = (key: VerifierKey): string =>
  `${key.name}+${toHex(key.id)}+${toBase64(joinBytes(Uint8Array.of(ED25519), key.publicKey))}`;

/** @throws Malformed also when the id is not that of the name and key */
export function parseVerifierKey(sha256: HashFunction, text: string): VerifierKey {
  const [name, hex, base64, ...rest] = splitKey(text);
  const id = hex === undefined ? null : fromHex(hex);
  const encoded = base64 === undefined ? null : fromBase64(base64);
  if (name === undefined || rest.length > 0 || id?.length !== 4 || !encoded) {
    throw new Malformed('verifier key', text.slice(0, 80), 'expected <name>+<8 hex digits>+<base64>');
  }
  if (encoded[0] !== ED25519)
    throw new Malformed('verifier key', 'type', `only Ed25519 (1) is known, not ${encoded[0]}`);
  const key = verifierKey(sha256, name, encoded.slice(1));
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
  const lines = signatures.map(({ name, keyId, signature }) => `— ${name} ${toBase64(joinBytes(keyId, signature))}\n`);
  return `${text}\n${lines.join('')}`;
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
): Promise<Note & { signedBy: VerifierKey[] }> {
  const parsed = parseNote(note);
  const message = utf8(parsed.text);
  const signedBy: VerifierKey[] = [];
  for (const { name, keyId, signature } of parsed.signatures) {
    const key = known.find((each) => each.name === name && sameBytes(each.id, keyId));
    if (!key) continue;
    if (signature.length !== ED25519_SIGNATURE_BYTES || !(await verify(key.publicKey, message, signature))) {
      throw new NotSigned('false-signature', `the signature of ${name} is false`);
    }
    signedBy.push(key);
  }
  if (signedBy.length === 0) throw new NotSigned('unknown-key', 'no known key signed the note');
  return { ...parsed, signedBy };
}
