import { createHash } from 'node:crypto';
import { newSecret } from './new-secret.js';

it('makes secrets as the door takes them, each another, with their digest', () => {
  const made = Array.from({ length: 50 }, newSecret);
  expect(new Set(made.map(({ secret }) => secret)).size).toBe(50);
  for (const { secret, digest } of made) {
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(digest).toBe(createHash('sha256').update(secret).digest('hex'));
  }
});
