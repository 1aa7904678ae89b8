import { request } from 'undici';
import { z } from 'zod';
import type { Authority } from './authority/authority.js';
import type { Filing, RequestFiling } from './authority/filings.js';
import type { Bank } from './bank/bank.js';
import type { Carrier } from './carrier/carrier.js';
import type { World } from './plumbing/face.js';
import { empty, hasBearer, json, jsonOf, type Reply, type Request, type Route } from './plumbing/http.js';
import { duration } from './scripts/durations.js';
import { CHANNEL_NAMES } from './scripts/faults.js';
import { faultsSchema, normalise, scriptSchema } from './scripts/scripts.js';

export interface Faces {
  authority: Authority | null;
  bank: Bank | null;
  carrier: Carrier | null;
}

interface AdminSettings {
  token: string;
  /** address that `/authority/send` posts to when the request names none */
  notificationsUrl: string | null;
}

const handSent = z.strictObject({
  body: z.string().max(5_000_000),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  headers: z.record(z.string(), z.string()).default({}),
  url: z.url().optional(),
});

const advanceRequest = z.strictObject({ by: duration });
const arrivalRequest = z.union([z.strictObject({ lrn: z.string() }), z.strictObject({ mrn: z.string() })]);
const decimal = z.string().regex(/^\d+(\.\d{1,2})?$/, 'an amount as "500.00"');
const topUpRequest = z.strictObject({ amount: decimal });
const accountRequest = z.strictObject({
  holders: z.array(z.string().max(17)).min(1),
  limit: decimal,
  currency: z.string().length(3).default('GBP'),
  suspended: z.boolean().default(false),
});

const problem = (status: number, says: string, places: { pointer: string; reason: string }[] = []): Reply =>
  json(status, { error: says, places });

const notificationView = (authority: Authority, id: string): Record<string, unknown> => {
  const notification = authority.filings.notifications.get(id);
  return {
    id,
    functionCode: notification?.functionCode,
    delivered: notification?.isPulled,
    pushed: notification?.push !== null,
    gone: notification?.isGone === true,
  };
};

const filingView = (filing: Filing, authority: Authority): Record<string, unknown> => ({
  channel: filing.channel,
  lrn: filing.lrn,
  mrn: filing.mrn,
  ducr: filing.ducr,
  reference: filing.reference,
  conversationId: filing.conversationId,
  receivedAt: filing.receivedAt,
  acceptedAt: filing.acceptedAt,
  standing: filing.standing,
  version: filing.version,
  bytesDigest: filing.bytesDigest,
  contentDigest: filing.contentDigest,
  due: filing.due,
  isPaid: filing.isPaid,
  short: filing.short,
  charged: filing.charged,
  tax: filing.calculation,
  enquiries: filing.enquiries,
  openRequest: filing.openRequest,
  toCome: filing.plot.slice(filing.position),
  notifications: filing.notifications.map((id) => notificationView(authority, id)),
});

const requestView = (request: RequestFiling, authority: Authority): Record<string, unknown> => ({
  conversationId: request.conversationId,
  receivedAt: request.receivedAt,
  kind: request.request.kind,
  lrn: request.lrn,
  changes: request.request.changes,
  standing: request.standing,
  bytesDigest: request.bytesDigest,
  notifications: request.notifications.map((id) => notificationView(authority, id)),
});

/** Everything about one declaration: what was read of it as it stands, all versions, messages with their bytes, money. */
const dossierOf = (filing: Filing, authority: Authority): Record<string, unknown> => ({
  ...filingView(filing, authority),
  bytes: filing.bytes,
  declared: filing.current,
  versions: filing.versions,
  requests: authority.filings.requestsOf(filing).map((request) => requestView(request, authority)),
  messages: [filing, ...authority.filings.requestsOf(filing)].flatMap((course) =>
    course.notifications.map((id) => ({
      ...notificationView(authority, id),
      body: authority.filings.notifications.get(id)?.body,
    })),
  ),
  money: {
    tax: filing.calculation,
    due: filing.due,
    isPaid: filing.isPaid,
    paid: authority.filings.paidFor(filing).toFixed(2),
    credits: filing.dues.flatMap((reference) => authority.filings.credits.get(reference) ?? []),
    charged: filing.charged,
    account: filing.current.dan,
    statement: filing.statement,
  },
});

function counted(filings: readonly Filing[], key: (filing: Filing) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const filing of filings) counts.set(key(filing), (counts.get(key(filing)) ?? 0) + 1);
  return counts;
}

/** Accepted filings per LRN and per content; more than one of either is a double. Never sent: decided, and nobody will see it. */
function authoritySummary(authority: Authority): Record<string, unknown> {
  const filings = [...authority.filings.byConversation.values()];
  const accepted = filings.filter(({ acceptedAt }) => acceptedAt !== null);
  const byLrn = counted(accepted, ({ lrn }) => lrn);
  const byContent = counted(accepted, ({ contentDigest }) => contentDigest);
  const doubles = (counts: Map<string, number>): { key: string; count: number }[] =>
    [...counts].filter(([, count]) => count > 1).map(([key, count]) => ({ key, count }));
  const notifications = [...authority.filings.notifications.values()];
  const of = (standing: Filing['standing']): number => filings.filter((each) => each.standing === standing).length;
  return {
    received: filings.length,
    requests: authority.filings.requests.size,
    turnedAway: authority.entries().filter(({ type }) => type === 'turned-away').length,
    accepted: accepted.length,
    rejected: of('rejected'),
    cleared: of('cleared'),
    invalidated: of('invalidated'),
    byChannel: Object.fromEntries(
      CHANNEL_NAMES.map((channel) => [channel, filings.filter((each) => each.channel === channel).length]),
    ),
    acceptedPerLrn: Object.fromEntries(byLrn),
    acceptedPerContent: Object.fromEntries(byContent),
    doubles: { lrn: doubles(byLrn), content: doubles(byContent) },
    neverSent: notifications
      .filter(({ isPulled, push, isGone }) => isGone === true || (!isPulled && push === null))
      .map(({ id, functionCode, conversationId, isGone }) => ({
        id,
        functionCode,
        conversationId,
        gone: isGone === true,
      })),
    findings: authority.filings.findings.length,
    outbox: authority.outboxes.cds.backlog,
  };
}

/** The admin port: scripts in, ledgers out. A face that does not run here answers 404. */
export function adminRoutes(
  { token, notificationsUrl }: AdminSettings,
  { scripts, clock }: World,
  faces: Faces,
): Route[] {
  type Handle = (request: Request) => Reply | Promise<Reply>;
  const guarded =
    (handle: Handle): Handle =>
    (asked) =>
      hasBearer(asked, token) ? handle(asked) : problem(401, 'SIMULATOR_ADMIN_TOKEN as bearer is wanted');
  const get = (path: string, handle: Handle): Route => ({ method: 'GET', path, handle: guarded(handle) });
  const post = (path: string, handle: Handle): Route => ({ method: 'POST', path, handle: guarded(handle) });
  const withAuthority =
    (handle: (authority: Authority, asked: Request) => Reply | Promise<Reply>): Handle =>
    (asked) =>
      faces.authority ? handle(faces.authority, asked) : problem(404, 'the authority does not run here');

  /** Reads a body, or says where it is wrong. */
  const reading =
    <S extends z.ZodType>(
      schema: S,
      what: string,
      handle: (given: z.output<S>, asked: Request) => Reply | Promise<Reply>,
    ): Handle =>
    (asked) => {
      const parsed = schema.safeParse(jsonOf(asked));
      if (parsed.success) return handle(parsed.data, asked);
      const places = parsed.error.issues.map((issue) => ({
        pointer: `/${issue.path.join('/')}`,
        reason: issue.message,
      }));
      return problem(400, `${what} cannot be read`, places);
    };

  /** Transmissions in the order in which they came, turned away ones too, each with the number of its line in the ledger. */
  const received = withAuthority((authority, asked) => {
    const lrn = asked.query.get('lrn');
    const reference = asked.query.get('reference');
    const fits = (of: { lrn: string | null; reference: string | null }): boolean =>
      (lrn === null || of.lrn === lrn) &&
      (reference === null || normalise(of.reference ?? '') === normalise(reference));
    const items = authority.entries().flatMap((entry): Record<string, unknown>[] => {
      const common = {
        n: entry.n,
        at: entry.at,
        real: entry.real ?? entry.at,
        direction: 'in',
        used: entry.used ?? [],
      };
      if (entry.type === 'taken' && fits(entry.taken)) {
        return [
          {
            ...common,
            verdict: 'taken',
            ...filingView(authority.filings.byConversation.get(entry.taken.conversationId)!, authority),
          },
        ];
      }
      return [];
    });
    const others = authority.entries().flatMap((entry): Record<string, unknown>[] => {
      const common = {
        n: entry.n,
        at: entry.at,
        real: entry.real ?? entry.at,
        direction: 'in',
        channel: entry.channel,
        used: entry.used ?? [],
      };
      if (entry.type === 'requested' && fits(entry.requested)) {
        return [
          {
            ...common,
            verdict: 'request',
            ...requestView(authority.filings.requests.get(entry.requested.conversationId)!, authority),
          },
        ];
      }
      if (entry.type === 'turned-away' && fits(entry)) {
        const { status, why, bytesDigest } = entry;
        return [
          { ...common, verdict: 'turned-away', lrn: entry.lrn, reference: entry.reference, status, why, bytesDigest },
        ];
      }
      return [];
    });
    return json(200, { items, others });
  });

  /** The bytes of one line of the ledger, as they came or went. */
  const raw = withAuthority((authority, asked) => {
    const entry = authority.entries().find(({ n }) => String(n) === asked.params['n']);
    const bytes =
      entry?.type === 'taken'
        ? entry.taken.bytes
        : entry?.type === 'requested'
          ? entry.requested.bytes
          : entry?.type === 'turned-away' || entry?.type === 'interchange'
            ? entry.bytes
            : null;
    if (bytes === null) return problem(404, 'no transmission has this number');
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: bytes };
  });

  const declaration = withAuthority((authority, asked) => {
    const key = asked.params['key']!;
    const filing = authority.filings.byMrn.get(key) ?? authority.filings.withLrn(key).at(-1);
    return filing ? json(200, dossierOf(filing, authority)) : problem(404, 'no such MRN, entry or LRN');
  });

  const outbox = withAuthority((authority) => {
    const gone = [...authority.filings.notifications.values()].filter(({ isGone }) => isGone);
    const sent = authority
      .entries()
      .flatMap((entry) =>
        entry.type === 'delivered'
          ? [{ n: entry.n, at: entry.at, id: entry.id, copy: entry.copy, status: entry.status }]
          : [],
      );
    const channels = Object.fromEntries(
      CHANNEL_NAMES.map((channel) => {
        const { planned, backlog } = authority.outboxes[channel];
        return [channel, { planned, blocked: backlog.blocked }];
      }),
    );
    return json(200, {
      channels,
      sent,
      expired: gone.map(({ id, functionCode, conversationId }) => ({ id, functionCode, conversationId })),
    });
  });

  const accounts = withAuthority((authority) =>
    json(200, {
      items: authority.filings.accounts.all().map((account) => ({
        ...account,
        available: authority.filings.accounts.available(account.dan, clock.date()).toFixed(2),
        periods: authority.filings.accounts.periods(account.dan),
      })),
    }),
  );

  const send = withAuthority(async (authority, asked) => {
    const parsed = handSent.safeParse(jsonOf(asked));
    if (!parsed.success) return problem(400, 'body, encoding, headers and url are read', []);
    const url = parsed.data.url ?? notificationsUrl;
    if (url === null) return problem(409, 'CALLBACK_URL is not set: name a url');
    const bytes = Buffer.from(parsed.data.body, parsed.data.encoding);
    const headers = {
      authorization: authority.settings.callbackToken,
      'content-type': 'application/xml; charset=UTF-8',
      ...Object.fromEntries(Object.entries(parsed.data.headers).map(([name, value]) => [name.toLowerCase(), value])),
    };
    let status: number | null = null;
    try {
      const answer = await request(url, { method: 'POST', headers, body: bytes });
      status = answer.statusCode;
      await answer.body.dump();
    } catch {
      // Told below as a null status.
    }
    authority.noteSentByHand(bytes, status);
    return json(200, { status });
  });

  const summary: Handle = () =>
    json(200, {
      authority: faces.authority && authoritySummary(faces.authority),
      bank: faces.bank?.summary() ?? null,
      carrier: faces.carrier?.summary() ?? null,
      unreachedSteps: scripts.unreached({
        authority: faces.authority?.consumed,
        bank: faces.bank?.consumed,
        carrier: faces.carrier?.consumed,
      }),
      now: clock.date(),
    });

  const reset: Handle = () => {
    faces.authority?.reset();
    faces.bank?.reset();
    faces.carrier?.reset();
    scripts.clear();
    return empty(204);
  };

  const addScript = reading(scriptSchema, 'the script', (given) => json(201, { id: scripts.add(given).id }));
  const addFaults = reading(faultsSchema, 'the faults', (given) => json(201, { id: scripts.addFaults(given).id }));
  const advance = reading(advanceRequest, 'the time', ({ by }) => {
    clock.advance(by);
    return json(200, { now: clock.date() });
  });
  const arrival = reading(arrivalRequest, 'the arrival', (given) => {
    if (!faces.authority) return problem(404, 'the authority does not run here');
    const { filings } = faces.authority;
    const filing = 'mrn' in given ? filings.byMrn.get(given.mrn) : filings.withLrn(given.lrn).at(-1);
    if (!filing) return problem(404, 'no such declaration');
    faces.authority.arrive(filing);
    return empty(204);
  });
  const account = reading(accountRequest, 'the account', ({ suspended, ...given }, asked) => {
    if (!faces.authority) return problem(404, 'the authority does not run here');
    faces.authority.openAccount({ ...given, dan: asked.params['dan']!, isSuspended: suspended });
    return empty(204);
  });
  const topUp = reading(topUpRequest, 'the top-up', ({ amount }, asked) => {
    const dan = asked.params['dan']!;
    if (!faces.authority?.filings.accounts.get(dan)) return problem(404, 'no such deferment account');
    faces.authority.topUp(dan, amount);
    return empty(204);
  });

  /** The authority's own, at `/admin/…` and at `/authority/…`. */
  const ofAuthority: Route[] = ['/admin', '/authority'].flatMap((base) => [
    get(`${base}/received`, received),
    get(`${base}/received/:n/raw`, raw),
    get(`${base}/declarations/:key`, declaration),
    get(`${base}/outbox`, outbox),
    get(
      `${base}/referee`,
      withAuthority((authority) => json(200, { items: authority.filings.findings })),
    ),
    get(`${base}/accounts`, accounts),
    get(
      `${base}/summary`,
      withAuthority((authority) => json(200, authoritySummary(authority))),
    ),
    get(
      `${base}/ledger`,
      withAuthority((authority) => json(200, { items: authority.entries() })),
    ),
    post(`${base}/send`, send),
    post(`${base}/arrivals`, arrival),
    post(`${base}/accounts/:dan`, account),
    post(`${base}/accounts/:dan/top-up`, topUp),
  ]);

  return [
    { method: 'GET', path: '/health', handle: () => json(200, { status: 'ok' }) },
    ...['', '/admin'].flatMap((base) => [
      post(`${base}/scripts`, addScript),
      get(`${base}/scripts`, () => json(200, { items: scripts.all() })),
      post(`${base}/faults`, addFaults),
      get(`${base}/faults`, () => json(200, { items: scripts.allFaults() })),
      get(`${base}/clock`, () => json(200, { now: clock.date() })),
      post(`${base}/advance`, advance),
      post(`${base}/reset`, reset),
    ]),
    ...ofAuthority,
    get('/bank/ledger', () => (faces.bank ? json(200, faces.bank.view()) : problem(404, 'the bank does not run here'))),
    get('/carrier/ledger', () =>
      faces.carrier ? json(200, faces.carrier.view()) : problem(404, 'the carrier does not run here'),
    ),
    get('/summary', summary),
    get(
      '/referee',
      withAuthority((authority) => json(200, { items: authority.filings.findings })),
    ),
  ];
}
