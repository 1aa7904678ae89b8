import { createHash } from 'node:crypto';
import { canonicalJson } from '@tidewaiter/kernel';
import type { DeclarationContent } from '../domain/content.js';

/** What an approval binds to: the neutral content, without the references that are drawn for it. */
export const contentDigest = (content: DeclarationContent): string =>
  `sha256:${createHash('sha256').update(canonicalJson(content)).digest('hex')}`;
