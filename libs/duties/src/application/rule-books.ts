import { readFileSync } from 'node:fs';
import { Refused } from '@tidewaiter/kernel';
import { approvalPolicySchema, type ApprovalPolicy } from '../domain/approval-policy.js';
import { readRuleBook, ruleBookDigest, type LoadedRuleBook } from '../domain/rule-book.js';
import { sha256 } from './digest.js';

export const RULE_BOOKS = Symbol('RULE_BOOKS');

const folder = new URL('../../data/', import.meta.url);
const FILES = ['gb.json', 'us.json', 'de.json'];

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

/**
 * The rule books that come with the program.
 *
 * @throws Invalid `duties.rules.unreadable` when a file does not hold a rule book: the service does not start on it
 */
export const loadRuleBooks = (): LoadedRuleBook[] =>
  FILES.map((file) => {
    const book = readRuleBook(read(file), file);
    return { book, digest: ruleBookDigest(book, sha256) };
  });

/** The limits of approval that come with the program. */
export const loadApprovalPolicy = (): ApprovalPolicy => approvalPolicySchema.parse(read('approval-policy.json'));

/** @throws Refused `duties.destination.unknown` */
export function bookOf(books: readonly LoadedRuleBook[], destination: string): LoadedRuleBook {
  const found = books.find(({ book }) => book.destination === destination);
  if (found) return found;
  throw new Refused('duties.destination.unknown', `there are no rules for imports into ${destination}`, {
    advice: `Destinations: ${books.map(({ book }) => book.destination).join(', ')}.`,
    facts: { destination },
  });
}
