import { exact, type Exact } from '@tidewaiter/kernel';

/** What was put on, or taken off, a deferment account. Amounts are decimals in the account's currency. */
export interface Movement {
  at: string;
  kind: 'charge' | 'top-up';
  amount: string;
  mrn: string | null;
  lrn: string | null;
  version: number | null;
  /** tax types with what each of them adds to a charge */
  taxes: Record<string, string>;
}

export interface Account {
  dan: string;
  /** who may put debts on it: the party that used it first, or those it was opened for */
  holders: string[];
  currency: string;
  limit: string;
  isSuspended: boolean;
  movements: Movement[];
}

export interface Opening {
  dan: string;
  holders: string[];
  currency: string;
  limit: string;
  isSuspended: boolean;
}

/** What a new account may owe when nobody has set a limit. */
export const USUAL_LIMIT = '1000000.00';
/** Debts of a month are collected on this day of the next. @see HMRC notice 101, section 4 */
const COLLECTED_ON = 15;

const NOTHING = exact('0');
const sum = (values: readonly string[]): Exact => values.reduce((total, each) => total.plus(each), NOTHING);

/** First instant at which the charges of a month are paid off. @param period `YYYY-MM` */
export const collectionOf = (period: string): Date => {
  const [year, month] = period.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month, COLLECTED_ON));
};

export interface Statement {
  dan: string;
  period: string;
  currency: string;
  collectedOn: string;
  /** by declaration and version, in the order in which they were charged */
  lines: {
    mrn: string;
    lrn: string;
    version: number;
    chargedAt: string;
    taxes: Record<string, string>;
    amount: string;
  }[];
  total: string;
}

/** Deferment accounts, folded from the ledger: what may be owed, what is owed, and the monthly statements. */
export class Accounts {
  private readonly accounts = new Map<string, Account>();

  get(dan: string): Account | undefined {
    return this.accounts.get(dan);
  }

  all(): Account[] {
    return [...this.accounts.values()];
  }

  /** Opens an account, or sets what was said of it before. */
  open(opening: Opening): void {
    const known = this.accounts.get(opening.dan);
    this.accounts.set(opening.dan, { ...opening, movements: known?.movements ?? [] });
  }

  move(dan: string, movement: Movement): void {
    this.accounts.get(dan)?.movements.push(movement);
  }

  /** Seven digits; who uses an account that nobody has opened becomes its holder. */
  isUsable(dan: string, parties: readonly string[]): boolean {
    if (!/^\d{7}$/.test(dan)) return false;
    const account = this.accounts.get(dan);
    return !account || (!account.isSuspended && account.holders.some((holder) => parties.includes(holder)));
  }

  /** What may still be put on the account at a moment. */
  available(dan: string, now: Date): Exact {
    const account = this.accounts.get(dan);
    if (!account) return NOTHING;
    const owed = account.movements
      .filter(({ kind, at }) => kind === 'charge' && collectionOf(at.slice(0, 7)) > now)
      .map(({ amount }) => amount);
    const topUps = account.movements.filter(({ kind }) => kind === 'top-up').map(({ amount }) => amount);
    return exact(account.limit).plus(sum(topUps)).minus(sum(owed));
  }

  /** @param period `YYYY-MM` */
  statement(dan: string, period: string): Statement | null {
    const account = this.accounts.get(dan);
    if (!account) return null;
    const lines = account.movements.flatMap(({ kind, at, mrn, lrn, version, taxes, amount }) =>
      kind === 'charge' && at.startsWith(period) && mrn !== null
        ? [{ mrn, lrn: lrn ?? '', version: version ?? 1, chargedAt: at, taxes, amount }]
        : [],
    );
    return {
      dan,
      period,
      currency: account.currency,
      collectedOn: collectionOf(period).toISOString().slice(0, 10),
      lines,
      total: sum(lines.map(({ amount }) => amount)).toFixed(2),
    };
  }

  /** Months in which something was charged, newest first. */
  periods(dan: string): string[] {
    const months = (this.accounts.get(dan)?.movements ?? [])
      .filter(({ kind }) => kind === 'charge')
      .map(({ at }) => at.slice(0, 7));
    return [...new Set(months)].sort().reverse();
  }

  clear(): void {
    this.accounts.clear();
  }
}
