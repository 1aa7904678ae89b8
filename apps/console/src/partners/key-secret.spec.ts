import { createHash } from 'node:crypto';
import { newKeySecret } from './key-secret.js';

it('makes secrets as the door takes them, each another, with their digest', async () => {
  const made = await Promise.all(Array.from({ length: 50 }, newKeySecret));
  expect(new Set(made.map(({ secret }) => secret)).size).toBe(50);
  for (const { secret, digest } of made) {
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(digest).toBe(createHash('sha256').update(secret).digest('hex'));
  }
});
