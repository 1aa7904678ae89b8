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
  accepted: '9',
  released: '2',
  cleared: '3',
  rejected: '5',
  invalidated: '4',
};

const time = (name: string, at: Date | null): XmlNode | null =>
  at && el(`p:${name}`, {}, el('p:DateTimeString', { formatCode: '304' }, stamp(at)));

const details = (filing: Filing): XmlNode =>
  el(
    'p:Declaration',
    {},
    time('ReceivedDateTime', filing.receivedAt),
    time('AcceptanceDateTime', filing.acceptedAt),
    time('GoodsReleasedDateTime', filing.releasedAt),
    el('p:ROE', {}, filing.route),
    el('p:ICS', {}, ICS[filing.standing]),
    el('p:ID', {}, filing.mrn),
    el('p:VersionID', {}, '1'),
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

/** @param filings newest first, at least one */
export const searchResponse = (filings: readonly Filing[]): Reply =>
  xml(
    200,
    writeXml(
      el(
        'p:DeclarationSearchResponse',
        { 'xmlns:p': `${SPACE}/declarationSummary/v1` },
        filings.map((filing) => el('p:DeclarationSearchDetails', {}, details(filing))),
        el('p:CurrentPageNumber', {}, '1'),
        el('p:TotalResultsAvailable', {}, String(filings.length)),
        el('p:TotalPagesAvailable', {}, '1'),
        el('p:NoResultsReturned', {}, 'false'),
      ),
    ),
  );

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
