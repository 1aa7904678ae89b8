import { createHmac } from 'node:crypto';
import { el, readXml, writeXml, type XmlElement } from '@tidewaiter/xml';
import { bearerOf, brokenReply, empty, json, jsonOf, type Reply, type Request, type Route } from '../plumbing/http.js';
import { sameSecret } from '../plumbing/digest.js';
import {
  errorResponse,
  fullResponse,
  icsOf,
  notificationLinks,
  searchResponse,
  statusResponse,
  versionResponse,
  xml,
} from './answers.js';
import type { Authority, Enquired, Incoming, Lodged } from './authority.js';
import { declaredOf } from './declared.js';
import type { Filing, Notification } from './filings.js';
import { pointerOf } from './pointer.js';
import { isMonth, ratesXml } from './rates.js';
import { requestOf, type RequestKind } from './requests.js';
import { schemaCheck } from './schema-check.js';
import { isCountry } from './tariff.js';
import { RateGate } from './rate-gate.js';
import { isTokenGood, issueToken, TOKEN_SECONDS } from './tokens.js';

const ACCEPTED = /^application\/vnd\.hmrc\.[123]\.0\+xml$/;
const MOST_FILES = 11;
const conversation = (id: string): Record<string, string> => ({ 'X-Conversation-ID': id });

const tooMany = (seconds: number): Reply => {
  const reply = errorResponse(429, 'MESSAGE_THROTTLED_OUT', 'The application has reached its maximum rate limit');
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(seconds) } };
};

/** The authority's own HTTP: OAuth, declarations, enquiry, pull, rates, credits. */
export function authorityRoutes(authority: Authority, ownUrl: () => string): Route[] {
  const { settings } = authority;

  const gate = new RateGate(settings.rate);

  const guarded =
    (handle: (request: Request) => Reply): Route['handle'] =>
    (request) => {
      if (!isTokenGood(settings.clientSecret, bearerOf(request), Date.now()))
        return errorResponse(401, 'UNAUTHORIZED', 'Bearer token is missing or not authorized');
      // The machine's time: it is the network that is held back, and not the authority's work.
      const seconds = gate.wait(Date.now());
      return seconds === 0 ? handle(request) : tooMany(seconds);
    };

  const token = (request: Request): Reply => {
    const form = new URLSearchParams(request.body.toString('utf8'));
    if (form.get('grant_type') !== 'client_credentials') return json(400, { error: 'unsupported_grant_type' });
    const [id, secret] = basic(request) ?? [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
    if (id !== settings.clientId || !sameSecret(secret, settings.clientSecret))
      return json(401, { error: 'invalid_client' });
    return json(200, {
      access_token: issueToken(settings.clientSecret, Date.now()),
      token_type: 'bearer',
      expires_in: TOKEN_SECONDS,
      scope: 'write:customs-declaration',
    });
  };

  const turnAway = (request: Request, status: number, code: string, message: string, errors: string[] = []): Reply =>
    errorResponse(
      status,
      code,
      message,
      errors.map((text) => ({ code: 'xml_validation_error', message: text })),
      conversation(authority.noteTurnedAway(request.body, status, code)),
    );

  /** Headers and schema first; nothing is taken before both are good. */
  const checked =
    (handle: (declaration: XmlElement, request: Request) => Reply) =>
    (request: Request): Reply => {
      if (!ACCEPTED.test(request.headers.accept ?? ''))
        return turnAway(request, 406, 'ACCEPT_HEADER_INVALID', 'The accept header is missing or invalid');
      if (!/^application\/xml\b/i.test(request.headers['content-type'] ?? '')) {
        return turnAway(request, 415, 'UNSUPPORTED_MEDIA_TYPE', 'The content type header is missing or invalid');
      }
      const form = schemaCheck(request.body);
      return 'errors' in form
        ? turnAway(request, 400, 'BAD_REQUEST', 'Payload is not valid according to schema', form.errors)
        : handle(form.declaration, request);
    };

  /** The submitter's name stands in front of the line, as the gateway's subscription would have it. */
  const incoming = (request: Request): Incoming => ({
    channel: 'cds',
    partner: String(request.headers['x-submitter-identifier'] ?? 'subscriber'),
    envelope: {},
    bytes: request.body,
  });

  const declare = checked((declaration, request) =>
    lodgedReply(authority.lodge(declaredOf(declaration), incoming(request))),
  );

  const requested = (kind: RequestKind): Route['handle'] =>
    guarded(
      checked((declaration, request) => {
        const read = requestOf(declaration);
        if (read?.kind !== kind) {
          const wanted = { amend: 'COR', cancel: 'INV', arrive: 'GPR' }[kind];
          return turnAway(request, 400, 'BAD_REQUEST', 'Payload is not valid according to schema', [
            `cvc-enumeration-valid: Declaration/FunctionCode 13 with TypeCode ${wanted} is expected here`,
          ]);
        }
        return lodgedReply(authority.ask(read, incoming(request)));
      }),
    );

  const malformed = (what: string): Reply =>
    errorResponse(400, 'BAD_REQUEST', `${what} is malformed`, [
      { code: 'CDS60002', message: `${what} parameter invalid` },
    ]);
  const answered = ({ found, status }: Enquired, reply: (found: Filing[]) => Reply): Reply => {
    if (status !== null) return errorResponse(status, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    return found.length > 0 ? reply(found) : unknown();
  };

  const FORMS = {
    mrn: /^\d{2}[A-Z]{2}[0-9A-Z]{14}$/,
    ducr: /^.{1,35}$/,
    ucr: /^.{1,35}$/,
    'inventory-reference': /^.{1,35}$/,
  };
  type By = keyof typeof FORMS;
  const about =
    (by: By, reply: (found: Filing[]) => Reply) =>
    (request: Request): Reply => {
      const value = request.params['value']!;
      if (!FORMS[by].test(value)) return malformed(by);
      return answered(authority.enquire(by, value, authority.look(by, value)), reply);
    };

  const SEARCH_DAYS = 30;
  const CATEGORIES: Record<string, string> = { IM: 'IM', all: '' };

  /** Rows by role, category, status, dates and page, 30 days back unless told; by LRN too, so that its rows can be told from others. */
  const search = (request: Request): Reply => {
    const wanted = (name: string): string | null => request.query.get(name);
    const lrn = wanted('lrn');
    if (lrn !== null) {
      // A request is known by its own reference as well: its row says which declaration it is about.
      const about = [...authority.look('lrn', lrn), ...authority.askedUnder(lrn)];
      return answered(authority.enquire('lrn', lrn, about), (found) =>
        searchResponse(found.map((each) => ({ ...each, lrn }))),
      );
    }
    const page = Number(wanted('pageNumber') ?? '1');
    const [from, to] = [wanted('dateFrom'), wanted('dateTo')];
    const role = wanted('partyRole') ?? 'submitter';
    const category = wanted('declarationCategory') ?? 'all';
    const status = wanted('declarationStatus') ?? 'all';
    if (!Number.isInteger(page) || page < 1) return malformed('pageNumber');
    if ([from, to].some((text) => text !== null && !/^\d{4}-\d{2}-\d{2}$/.test(text))) return malformed('date');
    if (!['submitter', 'consignee', 'consignor', 'declarant'].includes(role)) return malformed('partyRole');
    if (!(category in CATEGORIES)) return malformed('declarationCategory');
    if (!['all', 'cleared', 'uncleared', 'rejected'].includes(status)) return malformed('declarationStatus');
    const eori = wanted('eori');
    const oldest = from === null ? authority.now().getTime() - SEARCH_DAYS * 86_400_000 : Date.parse(from);
    const youngest = to === null ? Infinity : Date.parse(to) + 86_400_000;
    const statusOf = (filing: Filing): string => ({ '3': 'cleared', '5': 'rejected' })[icsOf(filing)] ?? 'uncleared';
    const partyOf = ({ declared }: Filing): (string | null)[] =>
      role === 'consignee'
        ? [declared.importer]
        : role === 'consignor'
          ? [declared.exporterId]
          : [declared.declarant, declared.representative?.id ?? null];
    const rows = [...authority.filings.byConversation.values()].filter(
      (filing) =>
        filing.channel === 'cds' &&
        filing.receivedAt.getTime() >= oldest &&
        filing.receivedAt.getTime() < youngest &&
        (eori === null || partyOf(filing).includes(eori)) &&
        (status === 'all' || statusOf(filing) === status),
    );
    const asked = authority.enquire('search', request.query.toString(), rows);
    return answered(asked, (found) => searchResponse(found, page));
  };

  const statements = (request: Request): Reply => {
    const dan = request.params['dan']!;
    const account = authority.filings.accounts.get(dan);
    if (!account) return json(404, { error: 'no such deferment account' });
    const items = authority.filings.accounts
      .periods(dan)
      .map((period) => `/customs/deferment/${dan}/statements/${period}`);
    return json(200, { dan, currency: account.currency, items });
  };

  const statement = (request: Request): Reply => {
    const { dan = '', period = '' } = request.params;
    const found = isMonth(period) ? authority.filings.accounts.statement(dan, period) : null;
    return found ? json(200, found) : json(404, { error: 'no such statement: a known account and YYYY-MM are wanted' });
  };

  const list =
    (isPulled: boolean | null, conversationId: (request: Request) => string | null) =>
    (request: Request): Reply => {
      const wanted = conversationId(request);
      const links = authority
        .pullable()
        .filter(
          (each) =>
            (isPulled === null || each.isPulled === isPulled) && (wanted === null || each.conversationId === wanted),
        )
        .map((each) => `/notifications/${each.isPulled ? 'pulled' : 'unpulled'}/${each.id}`);
      return notificationLinks(links);
    };
  const everybody = (): null => null;
  const one = (request: Request): string => request.params['id']!;

  const read = (request: Request): Reply => {
    const found = authority.pull(one(request));
    return found ? notificationReply(found) : errorResponse(404, 'NOT_FOUND', 'Notification was not found');
  };

  const rates = (request: Request): Reply => {
    const { country = '', month = '' } = request.params;
    if (!isCountry(country) || !isMonth(month))
      return errorResponse(404, 'NOT_FOUND', 'Rates are published for GB, DE and US by YYYY-MM');
    return xml(200, ratesXml(country, month));
  };

  const credit = (request: Request): Reply => {
    const body = jsonOf(request) as
      Partial<Record<'reference' | 'amount' | 'currency' | 'reversed', unknown>> | undefined;
    const { reference, amount, currency, reversed } = body ?? {};
    if (
      typeof reference !== 'string' ||
      typeof currency !== 'string' ||
      typeof amount !== 'string' ||
      !/^\d+(\.\d+)?$/.test(amount)
    ) {
      return json(400, { error: 'reference, amount and currency are wanted as text' });
    }
    authority.credit({ reference, amount, currency }, reversed === true);
    return empty(204);
  };

  const slotProof = (batch: string, n: string): string =>
    createHmac('sha256', settings.clientSecret).update(`${batch}/${n}`).digest('hex').slice(0, 32);

  const slots = (request: Request): Reply => {
    const asked = uploadRequestOf(request.body);
    const filing = asked && authority.filings.byMrn.get(asked.mrn);
    if (!asked || !filing || asked.files.length === 0 || asked.files.length > MOST_FILES) {
      return errorResponse(
        400,
        'BAD_REQUEST',
        `FileUploadRequest wants a known DeclarationID and 1 to ${MOST_FILES} files`,
      );
    }
    const { conversationId, batch } = authority.openSlots(filing, asked.files);
    const file = (n: string): string =>
      `${ownUrl()}/customs/uploads/${batch}/${encodeURIComponent(n)}/${slotProof(batch, n)}`;
    const answer = el(
      'FileUploadResponse',
      { xmlns: 'hmrc:fileupload' },
      el(
        'Files',
        {},
        asked.files.map((n) =>
          el(
            'File',
            {},
            el('Reference', {}, slotProof(batch, n)),
            el('UploadRequest', {}, el('Href', {}, file(n)), el('Fields')),
          ),
        ),
      ),
    );
    return xml(200, writeXml(answer), conversation(conversationId));
  };

  const upload = (request: Request): Reply => {
    const { batch = '', n = '', proof = '' } = request.params;
    const slot = authority.filings.slots.get(batch);
    const filing = slot && authority.filings.byMrn.get(slot.mrn);
    if (!filing || !sameSecret(proof, slotProof(batch, n))) return empty(404);
    authority.receivePapers(filing, slot, slotProof(batch, n), request.body, refusalOf(request.body));
    return empty(204);
  };

  const get = (path: string, handle: (request: Request) => Reply): Route => ({
    method: 'GET',
    path,
    handle: guarded(handle),
  });
  const post = (path: string, handle: (request: Request) => Reply): Route => ({
    method: 'POST',
    path,
    handle: guarded(handle),
  });
  return [
    { method: 'GET', path: '/health', handle: () => json(200, { status: 'ok' }) },
    { method: 'POST', path: '/oauth/token', handle: token },
    { method: 'GET', path: '/rates/:country/:month', handle: rates },
    { method: 'POST', path: '/credits', handle: credit },
    { method: 'POST', path: '/customs/uploads/:batch/:n/:proof', handle: upload },
    post('/customs/declarations', declare),
    { method: 'POST', path: '/customs/declarations/amend', handle: requested('amend') },
    { method: 'POST', path: '/customs/declarations/cancellation-requests', handle: requested('cancel') },
    { method: 'POST', path: '/customs/declarations/arrival-notification', handle: requested('arrive') },
    post('/customs/declarations/file-upload', slots),
    ...(['mrn', 'ducr', 'ucr', 'inventory-reference'] as const).map((by) =>
      get(`/customs/declarations-information/${by}/:value/status`, about(by, statusResponse)),
    ),
    get(
      '/customs/declarations-information/mrn/:value/version',
      about('mrn', ([found]) => versionResponse(found!)),
    ),
    get(
      '/customs/declarations-information/mrn/:value/full',
      about('mrn', ([found]) => fullResponse(found!)),
    ),
    get('/customs/deferment/:dan/statements', statements),
    get('/customs/deferment/:dan/statements/:period', statement),
    get('/customs/declarations-information/search', search),
    get('/notifications/unpulled', list(false, everybody)),
    get('/notifications/pulled', list(true, everybody)),
    get('/notifications/unpulled/:id', read),
    get('/notifications/pulled/:id', read),
    get('/notifications/conversationId/:id', list(null, one)),
    get('/notifications/conversationId/:id/unpulled', list(false, one)),
    get('/notifications/conversationId/:id/pulled', list(true, one)),
  ];
}

function basic(request: Request): [string, string] | null {
  const encoded = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const split = text.indexOf(':');
  return split < 0 ? null : [decodeURIComponent(text.slice(0, split)), decodeURIComponent(text.slice(split + 1))];
}

const unknown = (): Reply =>
  errorResponse(404, 'NOT_FOUND', 'Declaration not found', [{ code: 'CDS60001', message: 'Declaration not found' }]);

const notificationReply = (found: Notification): Reply => xml(200, found.body, conversation(found.conversationId));

function lodgedReply(lodged: Lodged): Reply {
  const headers = conversation(lodged.conversationId);
  if (lodged.kind === 'taken') {
    const { slow, afterwards } = lodged;
    // Taken, and said so in words that nobody can read.
    if (lodged.isUnreadable) return { ...xml(200, '<html><body>&nbsp;'), slow, afterwards };
    return { ...empty(202, headers), slow, afterwards };
  }
  if (lodged.kind === 'refused') {
    const errors = lodged.errors.map(({ code, pointer, says }) => ({
      code: 'xml_validation_error',
      message: `${code} ${pointerOf(pointer)}: ${says}`,
    }));
    const words = 'Payload is not valid according to schema';
    return errorResponse(400, 'BAD_REQUEST', words, errors, headers);
  }
  return brokenReply(lodged, (status) =>
    status === 429 ? tooMany(1) : errorResponse(status, 'INTERNAL_SERVER_ERROR', 'Internal server error', [], headers),
  );
}

const LARGEST_FILE = 10_000_000;

/** Why a file is of no use; null: it is good. PDF, JPEG, PNG and text are read here. */
function refusalOf(bytes: Buffer): string | null {
  if (bytes.length === 0) return 'The file is empty';
  if (bytes.length > LARGEST_FILE) return 'The file is larger than 10 MB';
  const head = bytes.subarray(0, 8).toString('latin1');
  const isKnown = head.startsWith('%PDF-') || head.startsWith('\xff\xd8\xff') || head === '\x89PNG\r\n\x1a\n';
  return isKnown || !bytes.includes(0) ? null : 'The file is no PDF, JPEG, PNG or text';
}

function uploadRequestOf(body: Buffer): { mrn: string; files: string[] } | null {
  try {
    const { root } = readXml(body);
    const files = root.child('Files')?.children('File') ?? [];
    const mrn: Filing['mrn'] | undefined = root.textAt('DeclarationID');
    return mrn === undefined
      ? null
      : { mrn, files: files.map((file, index) => file.textAt('FileSequenceNo') ?? String(index + 1)) };
  } catch {
    return null;
  }
}
