import { request } from 'undici';
import { z } from 'zod';
import type { Authority } from './authority/authority.js';
import type { Filing } from './authority/filings.js';
import type { Bank } from './bank/bank.js';
import type { Carrier } from './carrier/carrier.js';
import { empty, hasBearer, json, jsonOf, type Reply, type Request, type Route } from './plumbing/http.js';
import { scriptSchema } from './scripts/scripts.js';
import type { ScriptBook } from './scripts/book.js';
import { normalise } from './scripts/scripts.js';

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

const problem = (status: number, says: string, places: { pointer: string; reason: string }[] = []): Reply =>
  json(status, { error: says, places });

const filingView = (filing: Filing, authority: Authority): Record<string, unknown> => ({
  lrn: filing.lrn,
  mrn: filing.mrn,
  ducr: filing.ducr,
  reference: filing.reference,
  conversationId: filing.conversationId,
  receivedAt: filing.receivedAt,
  acceptedAt: filing.acceptedAt,
  standing: filing.standing,
  bytesDigest: filing.bytesDigest,
  contentDigest: filing.contentDigest,
  due: filing.due,
  isPaid: filing.isPaid,
  tax: filing.calculation,
  enquiries: filing.enquiries,
  toCome: filing.plot.slice(filing.position),
  notifications: filing.notifications.map((id) => {
    const notification = authority.filings.notifications.get(id);
    return {
      id,
      functionCode: notification?.functionCode,
      delivered: notification?.isPulled,
      pushed: notification?.push !== null,
    };
  }),
});

function counted(filings: readonly Filing[], key: (filing: Filing) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const filing of filings) counts.set(key(filing), (counts.get(key(filing)) ?? 0) + 1);
  return counts;
}

/** Accepted filings per LRN and per content; more than one of either is a double. */
function authoritySummary(authority: Authority): Record<string, unknown> {
  const filings = [...authority.filings.byConversation.values()];
  const accepted = filings.filter(({ acceptedAt }) => acceptedAt !== null);
  const byLrn = counted(accepted, ({ lrn }) => lrn);
  const byContent = counted(accepted, ({ contentDigest }) => contentDigest);
  const doubles = (counts: Map<string, number>): { key: string; count: number }[] =>
    [...counts].filter(([, count]) => count > 1).map(([key, count]) => ({ key, count }));
  return {
    received: filings.length,
    turnedAway: authority.entries().filter(({ type }) => type === 'turned-away').length,
    accepted: accepted.length,
    rejected: filings.filter(({ standing }) => standing === 'rejected').length,
    cleared: filings.filter(({ standing }) => standing === 'cleared').length,
    acceptedPerLrn: Object.fromEntries(byLrn),
    acceptedPerContent: Object.fromEntries(byContent),
    doubles: { lrn: doubles(byLrn), content: doubles(byContent) },
    findings: authority.filings.findings.length,
    outbox: authority.outbox.backlog,
  };
}

/** The admin port: scripts in, ledgers out. A face that does not run here answers 404. */
export function adminRoutes({ token, notificationsUrl }: AdminSettings, scripts: ScriptBook, faces: Faces): Route[] {
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

  const addScript: Handle = (asked) => {
    const parsed = scriptSchema.safeParse(jsonOf(asked));
    if (!parsed.success) {
      const places = parsed.error.issues.map((issue) => ({
        pointer: `/${issue.path.join('/')}`,
        reason: issue.message,
      }));
      return problem(400, 'the script cannot be read', places);
    }
    return json(201, { id: scripts.add(parsed.data).id });
  };

  const received = withAuthority((authority, asked) => {
    const lrn = asked.query.get('lrn');
    const reference = asked.query.get('reference');
    const filings = [...authority.filings.byConversation.values()].filter(
      (filing) =>
        (lrn === null || filing.lrn === lrn) &&
        (reference === null || normalise(filing.reference) === normalise(reference)),
    );
    return json(200, { items: filings.map((filing) => filingView(filing, authority)) });
  });

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
    });

  const reset: Handle = () => {
    faces.authority?.reset();
    faces.bank?.reset();
    faces.carrier?.reset();
    scripts.clear();
    return empty(204);
  };

  return [
    { method: 'GET', path: '/health', handle: () => json(200, { status: 'ok' }) },
    post('/scripts', addScript),
    get('/scripts', () => json(200, { items: scripts.all() })),
    get('/authority/received', received),
    get(
      '/authority/declarations/:mrn',
      withAuthority((authority, asked) => {
        const filing = authority.filings.byMrn.get(asked.params['mrn']!);
        return filing
          ? json(200, { ...filingView(filing, authority), bytes: filing.bytes })
          : problem(404, 'no such MRN');
      }),
    ),
    get(
      '/authority/summary',
      withAuthority((authority) => json(200, authoritySummary(authority))),
    ),
    get(
      '/authority/referee',
      withAuthority((authority) => json(200, { items: authority.filings.findings })),
    ),
    post('/authority/send', send),
    get('/bank/ledger', () => (faces.bank ? json(200, faces.bank.view()) : problem(404, 'the bank does not run here'))),
    get('/carrier/ledger', () =>
      faces.carrier ? json(200, faces.carrier.view()) : problem(404, 'the carrier does not run here'),
    ),
    get('/summary', summary),
    post('/reset', reset),
  ];
}
