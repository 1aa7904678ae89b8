import { createHash, randomBytes } from 'node:crypto';
import { fromBase64, fromHex, sha256, toBase64, toHex, treeHasher, utf8 } from './index.js';

const node = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

describe('sha256 in plain JavaScript', () => {
  it('gives the FIPS 180-4 examples', () => {
    expect(toHex(sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(toHex(sha256(new Uint8Array(0)))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
  it('agrees with the platform at every length around a block', () => {
    for (let length = 0; length < 300; length += 1) {
      const bytes = randomBytes(length);
      expect(toHex(sha256(bytes))).toBe(toHex(node(bytes)));
    }
  });
});

describe('tree hashing', () => {
  it('separates leaves from nodes by their first byte', () => {
    const hasher = treeHasher();
    const [left, right] = [hasher.leaf(utf8('a')), hasher.leaf(utf8('b'))];
    expect(toHex(hasher.leaf(new Uint8Array([...left, ...right])))).not.toBe(toHex(hasher.node(left, right)));
  });
});

describe('base64', () => {
  it('is the platform’s, both ways', () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = randomBytes(length);
      expect(toBase64(bytes)).toBe(bytes.toString('base64'));
      expect(toHex(fromBase64(bytes.toString('base64'))!)).toBe(bytes.toString('hex'));
    }
  });
  it.each(['AB==', 'AAB=', 'A===', '====', 'AA', 'AA=A', 'A A=', 'AA==\n', 'AA-_', 'AAAA='])(
    'refuses %j, which is not canonical',
    (text) => {
      expect(fromBase64(text)).toBeNull();
    },
  );
  it('reads lower-case hex only', () => {
    expect(fromHex('0AFF')).toBeNull();
    expect(fromHex('0af')).toBeNull();
    expect(fromHex('0aff')).toEqual(Uint8Array.of(10, 255));
  });
});
