import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { meansHere } from './means.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
const message = new TextEncoder().encode('audit.example/log/acme\n7\nroot\n');
const signature = new Uint8Array(sign(null, message, privateKey));

describe.each(['webcrypto', 'javascript'] as const)('by %s', (name) => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
  beforeAll(() => {
    if (name === 'javascript') Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
  });
  afterAll(() => Object.defineProperty(globalThis, 'crypto', own));

  it('hashes as everybody does, and knows a signature from a false one', async () => {
    const { name: found, means } = meansHere();
    expect(found).toBe(name);
    const hash = await means.sha256(message);
    expect(Buffer.from(hash).toString('hex')).toBe(createHash('sha256').update(message).digest('hex'));
    expect(await means.verify(raw, message, signature)).toBe(true);
    expect(
      await means.verify(
        raw,
        message,
        signature.map((byte, i) => (i === 9 ? byte ^ 1 : byte)),
      ),
    ).toBe(false);
    expect(await means.verify(raw, message.slice(1), signature)).toBe(false);
    expect(await means.verify(new Uint8Array(32).fill(255), message, signature)).toBe(false);
  });
});
