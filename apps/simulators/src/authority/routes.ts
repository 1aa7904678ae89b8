import { createHmac } from 'node:crypto';
import { el, writeXml, readXml } from '@tidewaiter/xml';
import { bearerOf, brokenReply, empty, json, jsonOf, type Reply, type Request, type Route } from '../plumbing/http.js';
import { sameSecret } from '../plumbing/digest.js';
import { errorResponse, notificationLinks, searchResponse, statusResponse, xml } from './answers.js';
import type { Authority, Lodged } from './authority.js';
import { declaredOf } from './declared.js';
import type { Filing, Notification } from './filings.js';
import { isMonth, ratesXml } from './rates.js';
import { schemaCheck } from './schema-check.js';
import { isCountry } from './tariff.js';
import { isTokenGood, issueToken, TOKEN_SECONDS } from './tokens.js';

const ACCEPTED = /^application\/vnd\.hmrc\.[123]\.0\+xml$/;
const MOST_FILES = 11;
const conversation = (id: string): Record<string, string> => ({ 'X-Conversation-ID': id });

/** The authority's own HTTP: OAuth, declarations, enquiry, pull, rates, credits. */
export function authorityRoutes(authority: Authority, ownUrl: () => string): Route[] {
  const { settings } = authority;

  const guarded =
    (handle: (request: Request) => Reply): Route['handle'] =>
    (request) =>
      isTokenGood(settings.clientSecret, bearerOf(request), Date.now())
        ? handle(request)
        : errorResponse(401, 'UNAUTHORIZED', 'Bearer token is missing or not authorized');

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

  const declare = (request: Request): Reply => {
    const turnAway = (status: number, code: string, message: string, errors: string[] = []): Reply =>
      errorResponse(
        status,
        code,
        message,
        errors.map((text) => ({ code: 'xml_validation_error', message: text })),
        conversation(authority.noteTurnedAway(request.body, status, code)),
      );
    if (!ACCEPTED.test(request.headers.accept ?? ''))
      return turnAway(406, 'ACCEPT_HEADER_INVALID', 'The accept header is missing or invalid');
    if (!/^application\/xml\b/i.test(request.headers['content-type'] ?? '')) {
      return turnAway(415, 'UNSUPPORTED_MEDIA_TYPE', 'The content type header is missing or invalid');
    }
    const checked = schemaCheck(request.body);
    if ('errors' in checked)
      return turnAway(400, 'BAD_REQUEST', 'Payload is not valid according to schema', checked.errors);
    return lodgedReply(authority.lodge(declaredOf(checked.declaration), request.body));
  };

  const status =
    (by: 'mrn' | 'ducr') =>
    (request: Request): Reply => {
      const found = authority.enquire(by, request.params['value']!);
      return found.length > 0 ? statusResponse(found) : unknown();
    };

  const search = (request: Request): Reply => {
    const lrn = request.query.get('lrn');
    if (!lrn)
      return errorResponse(400, 'BAD_REQUEST', 'lrn is wanted', [{ code: 'CDS60002', message: 'lrn is missing' }]);
    const found = authority.enquire('lrn', lrn);
    return found.length > 0 ? searchResponse(found) : unknown();
  };

  const list =
    (isPulled: boolean | null, conversationId: (request: Request) => string | null) =>
    (request: Request): Reply => {
      const wanted = conversationId(request);
      const links = [...authority.filings.notifications.values()]
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
    const body = jsonOf(request) as Partial<Record<'reference' | 'amount' | 'currency', unknown>> | undefined;
    const { reference, amount, currency } = body ?? {};
    if (
      typeof reference !== 'string' ||
      typeof currency !== 'string' ||
      typeof amount !== 'string' ||
      !/^\d+(\.\d+)?$/.test(amount)
    ) {
      return json(400, { error: 'reference, amount and currency are wanted as text' });
    }
    authority.credit({ reference, amount, currency });
    return empty(204);
  };

  const slotProof = (mrn: string, n: string): string =>
    createHmac('sha256', settings.clientSecret).update(`${mrn}/${n}`).digest('hex').slice(0, 32);

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
    const file = (n: string): string => `${ownUrl()}/customs/uploads/${filing.mrn}/${n}/${slotProof(filing.mrn, n)}`;
    return xml(
      200,
      writeXml(
        el(
          'FileUploadResponse',
          { xmlns: 'hmrc:fileupload' },
          el(
            'Files',
            {},
            asked.files.map((n) =>
              el(
                'File',
                {},
                el('Reference', {}, slotProof(filing.mrn, n)),
                el('UploadRequest', {}, el('Href', {}, file(n)), el('Fields')),
              ),
            ),
          ),
        ),
      ),
    );
  };

  const upload = (request: Request): Reply => {
    const { mrn = '', n = '', proof = '' } = request.params;
    const filing = authority.filings.byMrn.get(mrn);
    if (!filing || !sameSecret(proof, slotProof(mrn, n))) return empty(404);
    authority.receivePapers(filing, n, request.body);
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
    { method: 'POST', path: '/customs/uploads/:mrn/:n/:proof', handle: upload },
    post('/customs/declarations', declare),
    post('/customs/declarations/file-upload', slots),
    get('/customs/declarations-information/mrn/:value/status', status('mrn')),
    get('/customs/declarations-information/ducr/:value/status', status('ducr')),
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
  if (lodged.kind === 'taken') return { ...empty(202, headers), afterwards: lodged.afterwards };
  return brokenReply(lodged, (status) =>
    errorResponse(status, 'INTERNAL_SERVER_ERROR', 'Internal server error', [], headers),
  );
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
