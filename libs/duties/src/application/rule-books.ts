import { readdirSync, readFileSync } from 'node:fs';
import { Refused } from '@tidewaiter/kernel';
import { approvalPolicySchema, type ApprovalPolicy } from '../domain/approval-policy.js';
import { interestRulesSchema, type InterestRules } from '../domain/interest.js';
import { readRuleBook, ruleBookDigest, withShared, type LoadedRuleBook } from '../domain/rule-book.js';
import { settlementTermsSchema, type SettlementTerms } from '../domain/settlement.js';
import { sha256 } from './digest.js';

export const RULE_BOOKS = Symbol('RULE_BOOKS');

const folder = new URL('../../data/', import.meta.url);
/** A country is a file of its own, named by its code: adding one is adding the file. */
const RULE_BOOK = /^[a-z]{2}\.json$/;

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

/**
 * The rule books that come with the program.
 *
 * @throws Invalid `duties.rules.unreadable` when a file does not hold a rule book: the service does not start on it
 */
export const loadRuleBooks = (): LoadedRuleBook[] =>
  readdirSync(folder)
    .filter((file) => RULE_BOOK.test(file))
    .sort()
    .map((file) => {
      const own = read(file) as Record<string, unknown> & { shares?: string[] };
      const shared = (own.shares ?? []).map(
        (name) => read(`shared/${name}.json`) as Parameters<typeof withShared>[1][0],
      );
      const book = readRuleBook(withShared(own, shared, sha256), file);
      return { book, digest: ruleBookDigest(book, sha256) };
    });

/** The limits of approval that come with the program. */
export const loadApprovalPolicy = (): ApprovalPolicy => approvalPolicySchema.parse(read('approval-policy.json'));

export const SETTLEMENT_TERMS = Symbol('SETTLEMENT_TERMS');

/** When charges on an account are collected. */
export const loadSettlementTerms = (): SettlementTerms => settlementTermsSchema.parse(read('settlement-terms.json'));

export const INTEREST_RULES = Symbol('INTEREST_RULES');

/** How interest on late debts is counted, by authority. */
export const loadInterestRules = (): InterestRules => interestRulesSchema.parse(read('interest-rates.json'));

/** @throws Refused `duties.destination.unknown` */
export function bookOf(books: readonly LoadedRuleBook[], destination: string): LoadedRuleBook {
  const found = books.find(({ book }) => book.destination === destination);
  if (found) return found;
  throw new Refused('duties.destination.unknown', `there are no rules for imports into ${destination}`, {
    advice: `Destinations: ${books.map(({ book }) => book.destination).join(', ')}.`,
    facts: { destination },
  });
}
