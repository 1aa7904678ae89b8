import { Invalid, money, toInstant, Unavailable } from '@tidewaiter/kernel';
import { request } from 'undici';
import { z } from 'zod';
import type { Bank, BankOrder, BankSaid, FindOutcome, OrderOutcome, Standing } from './bank.js';

export interface OpenBankingSettings {
  url: string;
  token: string;
  /** our debtor account */
  account: string;
  timeoutMs: number;
}

const PAYMENTS = '/open-banking/v3.1/pisp/domestic-payments';
const LONGEST_ANSWER = 64_000;

const paymentData = z.looseObject({
  DomesticPaymentId: z.string().min(1).max(128),
  Status: z.string(),
  StatusUpdateDateTime: z.string().optional(),
  Reason: z.string().max(500).optional(),
});
const paymentAnswer = z.looseObject({ Data: paymentData });
const pushed = z.looseObject({ Data: paymentData.extend({ IdempotencyKey: z.string().min(1).max(64) }) });
/** A booked transaction of the account, as OBReadTransaction6 has it. */
const credited = z.looseObject({
  Data: z.looseObject({
    TransactionId: z.string().min(1).max(210),
    CreditDebitIndicator: z.literal('Credit'),
    Status: z.literal('Booked'),
    BookingDateTime: z.string(),
    Amount: z.looseObject({
      Amount: z.string().regex(/^\d{1,13}(\.\d{1,5})?$/),
      Currency: z.string().regex(/^[A-Z]{3}$/),
    }),
    TransactionReference: z.string().min(1).max(210),
  }),
});
const errorAnswer = z.looseObject({
  Message: z.string().optional(),
  Errors: z.array(z.looseObject({ ErrorCode: z.string(), Message: z.string().optional() })).optional(),
});

const STATUS: Record<string, Standing['status']> = {
  AcceptedSettlementCompleted: 'settled',
  AcceptedCreditSettlementCompleted: 'settled',
  Rejected: 'rejected',
};

const instantOrNull = (text: string | undefined): string | null => {
  try {
    return text === undefined ? null : toInstant(text);
  } catch {
    return null;
  }
};

const standingOf = (data: z.infer<typeof paymentData>): Standing => ({
  bankReference: data.DomesticPaymentId,
  status: STATUS[data.Status] ?? 'in-process',
  reason: data.Reason ?? null,
  at: instantOrNull(data.StatusUpdateDateTime),
});

/** Scheme by the look of the account: sort code and account number are 14 digits, an IBAN begins with its country. */
const schemeOf = (account: string): string =>
  /^\d{14}$/.test(account)
    ? 'UK.OBIE.SortCodeAccountNumber'
    : /^[A-Z]{2}\d{2}[0-9A-Z]{10,30}$/.test(account)
      ? 'UK.OBIE.IBAN'
      : 'UK.OBIE.BBAN';

interface Answer {
  status: number;
  text: string;
}

/** UK Open Banking, domestic payment initiation 3.1. @see Open Banking Read-Write API, domestic payments and event notification */
export class OpenBanking implements Bank {
  constructor(private readonly settings: OpenBankingSettings) {}

  compose({ key, amount, payee, reference, endToEnd }: BankOrder): string {
    const creditor = { SchemeName: schemeOf(payee.account), Identification: payee.account, Name: payee.name };
    const debtor = { SchemeName: schemeOf(this.settings.account), Identification: this.settings.account };
    return JSON.stringify({
      Data: {
        Initiation: {
          InstructionIdentification: key.replaceAll('-', ''),
          EndToEndIdentification: endToEnd,
          InstructedAmount: { Amount: amount.amount, Currency: amount.currency },
          DebtorAccount: debtor,
          CreditorAccount: creditor,
          RemittanceInformation: { Reference: reference },
        },
      },
      Risk: {},
    });
  }

  async order(key: string, body: string): Promise<OrderOutcome> {
    const answer = await this.call(
      'POST',
      PAYMENTS,
      { 'x-idempotency-key': key, 'content-type': 'application/json' },
      body,
    );
    if (answer === null) return { kind: 'unknown', says: 'the bank did not answer the order in time' };
    if (answer.status === 200 || answer.status === 201) {
      const payment = readJson(paymentAnswer, answer.text);
      return payment
        ? { kind: 'taken', ...standingOf(payment.Data) }
        : { kind: 'unknown', says: 'the bank’s answer to the order cannot be read' };
    }
    this.closedDoor(answer);
    const fault = readJson(errorAnswer, answer.text);
    const codes = fault?.Errors?.map(({ ErrorCode }) => ErrorCode) ?? [];
    // Another order under our key was taken once: asking by the key tells what became of it.
    if (codes.some((code) => code.includes('IdempotencyKeyReuse')))
      return { kind: 'unknown', says: 'the bank has another order under this key' };
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 408) {
      return {
        kind: 'refused',
        reason: fault?.Errors?.[0]?.Message ?? fault?.Message ?? `the bank refused the order (${answer.status})`,
      };
    }
    return { kind: 'unknown', says: `the bank answered the order with ${answer.status}` };
  }

  async find(key: string): Promise<FindOutcome> {
    const answer = await this.call('GET', `${PAYMENTS}?idempotencyKey=${encodeURIComponent(key)}`, {});
    if (answer === null) return { kind: 'unknown', says: 'the bank did not answer the question in time' };
    this.closedDoor(answer);
    // Only the bank's own "not found" counts; a proxy's page under the same status does not.
    if (answer.status === 404 && readJson(errorAnswer, answer.text)?.Errors) return { kind: 'absent' };
    const payment = answer.status === 200 ? readJson(paymentAnswer, answer.text) : null;
    return payment
      ? { kind: 'found', ...standingOf(payment.Data) }
      : { kind: 'unknown', says: `the bank answered the question with ${answer.status}` };
  }

  read(body: Buffer): BankSaid {
    const text = body.toString('utf8');
    const event = readJson(pushed, text);
    if (event) return { kind: 'payment', key: event.Data.IdempotencyKey, ...standingOf(event.Data) };
    const credit = readJson(credited, text)?.Data;
    const at = instantOrNull(credit?.BookingDateTime);
    if (credit && at) {
      const { TransactionId: transactionId, TransactionReference: reference, Amount: of } = credit;
      return { kind: 'credit', transactionId, reference, amount: money(of.Amount, of.Currency), at };
    }
    throw new Invalid(
      'duties.bank.message-unreadable',
      'the bank’s message is neither a payment event nor a credit of our account',
      {
        places: [{ pointer: '/Data', reason: 'DomesticPaymentId, IdempotencyKey and Status expected' }],
      },
    );
  }

  /** Refused at the door: certainly nothing was taken, and it is not the order's fault. */
  private closedDoor({ status }: Answer): void {
    if (status === 401 || status === 403 || status === 429) {
      throw new Unavailable('duties.bank.closed', `the bank does not let us in (${status})`, {
        advice: 'Check BANK_TOKEN with the bank.',
      });
    }
  }

  /** One attempt; null when no whole answer came in time. */
  private async call(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answer | null> {
    try {
      const response = await request(`${this.settings.url}${path}`, {
        method,
        headers: { ...headers, authorization: `Bearer ${this.settings.token}`, accept: 'application/json' },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(this.settings.timeoutMs),
      });
      const text = await response.body.text();
      return { status: response.statusCode, text: text.slice(0, LONGEST_ANSWER) };
    } catch {
      return null;
    }
  }
}

function readJson<S extends z.ZodType>(schema: S, text: string): z.infer<S> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
