import { brokenReply, hasBearer, json, jsonOf, type Reply, type Request, type Route } from '../plumbing/http.js';
import type { Bank, Ordered } from './bank.js';
import { paymentData, paymentRequest, type Payment } from './payments.js';

const PAYMENTS = '/open-banking/v3.1/pisp/domestic-payments';
const TRANSACTIONS = '/open-banking/v3.1/aisp/accounts/:account/transactions';
const LONGEST_KEY = 40;

/** `OBErrorResponse1`. */
const obError = (status: number, errorCode: string, message: string, path?: string): Reply =>
  json(status, {
    Code: String(status),
    Message: message,
    Errors: [{ ErrorCode: errorCode, Message: message, ...(path ? { Path: path } : {}) }],
  });

const paymentReply = (status: number, payment: Payment): Reply =>
  json(status, { Data: paymentData(payment), Links: { Self: `${PAYMENTS}/${payment.id}` }, Meta: {} });

function orderedReply(ordered: Ordered): Reply {
  switch (ordered.kind) {
    case 'conflict':
      return obError(
        400,
        'UK.OBIE.Rules.IdempotencyKeyReuse',
        'The idempotency key belongs to another order',
        'x-idempotency-key',
      );
    case 'broken':
      return brokenReply(ordered, (status) => obError(status, 'UK.OBIE.UnexpectedError', 'Internal error'));
    case 'taken':
    case 'repeated':
      return { ...paymentReply(201, ordered.payment), afterwards: ordered.afterwards, slow: ordered.slow };
  }
}

/** The bank's own HTTP, UK Open Banking payment initiation. */
export function bankRoutes(bank: Bank): Route[] {
  const guarded =
    (handle: (request: Request) => Reply): Route['handle'] =>
    (request) =>
      hasBearer(request, bank.settings.token)
        ? handle(request)
        : obError(401, 'UK.OBIE.Header.Invalid', 'The bearer token is missing or wrong');

  const order = (request: Request): Reply => {
    const key = request.headers['x-idempotency-key'];
    if (typeof key !== 'string' || key.length === 0 || key.length > LONGEST_KEY) {
      return obError(
        400,
        'UK.OBIE.Header.Missing',
        `x-idempotency-key of at most ${LONGEST_KEY} characters is wanted`,
        'x-idempotency-key',
      );
    }
    const parsed = paymentRequest.safeParse(jsonOf(request));
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      return obError(400, 'UK.OBIE.Field.Invalid', issue.message, issue.path.join('.'));
    }
    return orderedReply(bank.order(key, parsed.data.Data.Initiation, request.body));
  };

  const show = (request: Request): Reply => {
    const found = bank.find({ id: request.params['id']! });
    return found ? paymentReply(200, found) : obError(404, 'UK.OBIE.Resource.NotFound', 'No such payment');
  };

  const find = (request: Request): Reply => {
    const key = request.query.get('idempotencyKey');
    if (!key) return obError(400, 'UK.OBIE.Field.Missing', 'idempotencyKey is wanted', 'idempotencyKey');
    const found = bank.find({ key });
    return found
      ? paymentReply(200, found)
      : obError(404, 'UK.OBIE.Resource.NotFound', 'No order ever came under this key');
  };

  const transactions = (request: Request): Reply => {
    const bound = (name: string): string | null => request.query.get(name);
    const bounds = [bound('fromBookingDateTime'), bound('toBookingDateTime')] as const;
    if (bounds.some((text) => text !== null && Number.isNaN(Date.parse(text)))) {
      return obError(400, 'UK.OBIE.Field.InvalidDate', 'an instant as 2026-11-28T00:00:00Z is wanted');
    }
    const account = request.params['account']!;
    return json(200, { Data: { Transaction: bank.transactions(account, ...bounds) }, Meta: {} });
  };

  return [
    { method: 'GET', path: '/health', handle: () => json(200, { status: 'ok' }) },
    { method: 'POST', path: PAYMENTS, handle: guarded(order) },
    { method: 'GET', path: `${PAYMENTS}/:id`, handle: guarded(show) },
    { method: 'GET', path: PAYMENTS, handle: guarded(find) },
    { method: 'GET', path: TRANSACTIONS, handle: guarded(transactions) },
  ];
}
