import { el, writeXml, type XmlNode } from '@tidewaiter/xml';
import type { Reply } from '../plumbing/http.js';
import type { Filing, Standing } from './filings.js';
import { stamp } from './notifications.js';

const XML = { 'content-type': 'application/xml; charset=UTF-8' };

export const xml = (status: number, body: Buffer | string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { ...XML, ...headers },
  body,
});

/** `errorResponse` as the gateway writes it. */
export const errorResponse = (
  status: number,
  code: string,
  message: string,
  errors: { code: string; message: string }[] = [],
  headers: Record<string, string> = {},
): Reply =>
  xml(
    status,
    writeXml(
      el(
        'errorResponse',
        {},
        el('code', {}, code),
        el('message', {}, message),
        errors.length > 0 &&
          el(
            'errors',
            {},
            errors.map((each) => el('error', {}, el('code', {}, each.code), el('message', {}, each.message))),
          ),
      ),
    ),
    headers,
  );

/** Import clearance status of the enquiry service. */
const ICS: Record<Standing, string> = {
  received: '18',
  registered: '8',
  accepted: '9',
  released: '2',
  cleared: '3',
  rejected: '5',
  invalidated: '4',
  seized: '6',
  manual: '6',
};
/** Money is missing; the content is no longer the first. */
const FUNDS_SHORT = '17';
const CORRECTED = '12';

export const icsOf = ({ short, standing, version }: Filing): string => {
  if (short) return FUNDS_SHORT;
  return standing === 'accepted' && version > 1 ? CORRECTED : ICS[standing];
};

const time = (name: string, at: Date | null): XmlNode | null =>
  at && el(`p:${name}`, {}, el('p:DateTimeString', { formatCode: '304' }, stamp(at)));

const details = (filing: Filing, version = filing.version): XmlNode =>
  el(
    'p:Declaration',
    {},
    time('ReceivedDateTime', filing.receivedAt),
    time('AcceptanceDateTime', filing.acceptedAt),
    time('GoodsReleasedDateTime', filing.releasedAt),
    el('p:ROE', {}, filing.route),
    el('p:ICS', {}, icsOf(filing)),
    el('p:ID', {}, filing.mrn),
    el('p:VersionID', {}, String(version)),
    el('p:LRN', {}, filing.lrn),
  );

const SPACE = 'http://gov.uk/customs/declarationInformationRetrieval';

/** @param filings newest first, at least one */
export const statusResponse = (filings: readonly Filing[]): Reply =>
  xml(
    200,
    writeXml(
      el(
        'p:DeclarationStatusResponse',
        { 'xmlns:p': `${SPACE}/status/v2` },
        filings.map((filing) => el('p:DeclarationStatusDetails', {}, details(filing))),
      ),
    ),
  );

/** Each version of one declaration, newest first. */
export const versionResponse = (filing: Filing): Reply =>
  xml(
    200,
    writeXml(
      el(
        'p:DeclarationVersionResponse',
        { 'xmlns:p': `${SPACE}/version/v1` },
        [...filing.versions]
          .reverse()
          .map(({ version, at }) =>
            el(
              'p:DeclarationVersionDetails',
              {},
              details(filing, version),
              time('VersionCreationDateTime', new Date(at)),
            ),
          ),
      ),
    ),
  );

/** The summary and the message as it was lodged. */
export function fullResponse(filing: Filing): Reply {
  const summary = writeXml(
    el(
      'p:DeclarationFullResponse',
      { 'xmlns:p': `${SPACE}/full/v2` },
      el(
        'p:FullDeclarationDataDetails',
        {},
        el('p:HighLevelSummaryDetails', {}, details(filing)),
        el('p:FullDeclarationObject', {}, HERE),
      ),
    ),
  ).toString('utf8');
  // The message carries its own namespaces: as an element it stands anywhere.
  return xml(200, summary.replace(HERE, filing.bytes.replace(/^\uFEFF?\s*<\?xml[^>]*\?>\s*/, '')));
}
const HERE = 'as-lodged';

export const PAGE = 20;

/** @param filings newest first, of which one page is shown */
export const searchResponse = (filings: readonly Filing[], page = 1): Reply => {
  const shown = filings.slice((page - 1) * PAGE, page * PAGE);
  return xml(
    200,
    writeXml(
      el(
        'p:DeclarationSearchResponse',
        { 'xmlns:p': `${SPACE}/declarationSummary/v1` },
        shown.map((filing) => el('p:DeclarationSearchDetails', {}, details(filing))),
        el('p:CurrentPageNumber', {}, String(page)),
        el('p:TotalResultsAvailable', {}, String(filings.length)),
        el('p:TotalPagesAvailable', {}, String(Math.ceil(filings.length / PAGE))),
        el('p:NoResultsReturned', {}, String(shown.length === 0)),
      ),
    ),
  );
};

export const notificationLinks = (links: readonly string[]): Reply =>
  xml(
    200,
    writeXml(
      el(
        'notifications',
        {},
        links.map((link) => el('link', {}, link)),
      ),
    ),
  );
