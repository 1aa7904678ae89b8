import { createHash } from 'node:crypto';
import { treeHasher } from '@tidewaiter/merkle';

/** RFC 6962 hashing over the platform's SHA-256. */
export const hasher = treeHasher((bytes) => createHash('sha256').update(bytes).digest());
