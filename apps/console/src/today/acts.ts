import type { AnswerOf, listToday } from '@tidewaiter/contracts';
import { formatMoney, type MoneyValue } from '../ui/money.js';
import { i18n } from '../words/words.js';

export type WorkItem = AnswerOf<typeof listToday>['items'][number];
type Task = WorkItem['task'];

export interface Act {
  label: string;
  /** what is sent as the decision */
  decision: Record<string, unknown>;
}

const AGAIN: Partial<Record<string, string>> = {
  'resolve-engagement': i18n.t('Screen and check again'),
  'resolve-findings': i18n.t('Check the papers again'),
  'review-assessment': i18n.t('Assess again'),
  'provide-documents': i18n.t('The papers are there, go on'),
  'raise-guarantee': i18n.t('Reserve again'),
  'ask-authority': i18n.t('Ask the authority again'),
  'rebook-delivery': i18n.t('Book again'),
  'retry-step': i18n.t('Try again'),
  'renew-mandate': i18n.t('Check the mandate again'),
};

const isMoney = (value: unknown): value is MoneyValue =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as MoneyValue).amount === 'string' &&
  typeof (value as MoneyValue).currency === 'string';

const nameOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && typeof (value as { name?: unknown }).name === 'string'
    ? (value as { name: string }).name
    : i18n.t('the payee');

/** The one act that a task of this kind usually takes, under the name its button has; null where a person has to fill something in. */
export function actOf({ kind, about }: Task): Act | null {
  if (kind === 'approve-payment') {
    const amount = isMoney(about['amount']) ? formatMoney(about['amount'], 'en-GB') : i18n.t('the payment');
    return {
      label: i18n.t('Approve {amount} to {nameOf}', { amount, nameOf: nameOf(about['payee']) }),
      decision: { approve: true, digest: about['digest'] },
    };
  }
  if (kind === 'resolve-difference') {
    const figure = isMoney(about['authority'])
      ? i18n.t(' of {amount}', { amount: formatMoney(about['authority'], 'en-GB') })
      : '';
    return { label: i18n.t('Accept the authority’s figure{figure}', { figure }), decision: { accept: true } };
  }
  if (kind === 'confirm-lines' && Array.isArray(about['lines']) && about['lines'].length > 0) {
    const { length } = about['lines'];
    return {
      label: i18n.t('Confirm {length} {length, plural, one {line} other {lines}}', { length }),
      decision: { lines: about['lines'] },
    };
  }
  const again = AGAIN[kind];
  return again === undefined ? null : { label: again, decision: { retry: true } };
}

export interface ReasonedAct extends Act {
  /** it cannot be taken back */
  danger: boolean;
}

const GIVE_UP: ReasonedAct = { label: i18n.t('Abandon'), decision: { abandon: true }, danger: true };
/** Kinds that end by what happens elsewhere, or by their usual act alone. */
const NOTHING_BESIDE = ['approve-payment', 'confirm-lines', 'mend-records'];

/** What else a person may decide of a task of this kind; the reason that is typed goes with the decision. */
export function reasonedActsOf({ kind }: Task): { summary: string; acts: ReasonedAct[] } | null {
  if (NOTHING_BESIDE.includes(kind)) return null;
  if (kind === 'settle-statement-difference') {
    const acts = [
      { label: i18n.t('Accept as stated'), decision: { accept: true }, danger: false },
      { label: i18n.t('Dispute'), decision: { dispute: true }, danger: false },
    ];
    return { summary: i18n.t('Decide'), acts };
  }
  return { summary: i18n.t('Give it up instead'), acts: [GIVE_UP] };
}

/** Fields of the declaration that the authority refused, where the task names them. */
export function problemFieldsOf({ kind, about }: Task): { path: string; says: string; value: string }[] {
  if (kind !== 'correct-declaration' || !Array.isArray(about['problems'])) return [];
  return (about['problems'] as Record<string, unknown>[]).flatMap(({ path, field, says, reason, code, value }) => {
    const at = [path, field].find((each): each is string => typeof each === 'string' && each !== '');
    const text = [says, reason, code].find((each): each is string => typeof each === 'string');
    return at === undefined
      ? []
      : [{ path: at, says: text ?? i18n.t('refused'), value: typeof value === 'string' ? value : '' }];
  });
}

/** Goods lines that a task shows for confirmation. */
export function linesOf({ about }: Task): Record<string, unknown>[] {
  return Array.isArray(about['lines']) ? (about['lines'] as Record<string, unknown>[]) : [];
}
