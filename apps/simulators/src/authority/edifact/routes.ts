import { idFrom } from '../../plumbing/digest.js';
import { brokenReply, empty, hasBearer, json, type Reply, type Request, type Route } from '../../plumbing/http.js';
import type { Authority, Incoming } from '../authority.js';
import { declaredOf, requestOf } from './cusdec.js';
import { contrlBody, readInterchange, writeInterchange, type Interchange, type SyntaxFault } from './syntax.js';
import { CUSTOMS } from './voice.js';

const EDIFACT = 'application/EDIFACT';

/**
 * The authority over EDIFACT: one interchange in, CONTRL at once and CUSRES later, fetched behind a cursor or posted to an address.
 *
 * @param token bearer of the partners; null: the line itself is trusted, as a private network is
 */
export function edifactRoutes(authority: Authority, token: string | null): Route[] {
  const guarded =
    (handle: (request: Request) => Reply): Route['handle'] =>
    (request) =>
      token === null || hasBearer(request, token)
        ? handle(request)
        : json(401, { error: 'EDIFACT_TOKEN as bearer is wanted' });

  /** how far each partner's cursor has come */
  const readTo = new Map<string, number>();

  const post = (request: Request): Reply => {
    const partner = request.params['partner']!;
    const interchange = readInterchange(request.body);
    if (!interchange) {
      authority.noteTurnedAway(request.body, 400, 'no interchange', 'edifact');
      return json(400, {
        error: 'this is no EDIFACT interchange: it begins with UNB, or UNA and UNB, and ends with UNZ',
      });
    }
    return take(authority, partner, interchange, request.body);
  };

  const out = (request: Request): Reply => {
    const after = Number(request.query.get('after') ?? '0');
    const partner = request.params['partner']!;
    if (!Number.isInteger(after) || after < 0)
      return json(400, { error: 'after is the cursor of the last answer, a whole number' });
    // Who reads again what he has read asks what became of what he sent.
    const read = readTo.get(partner) ?? 0;
    if (after < read) authority.tellWithheld(partner);
    readTo.set(partner, Math.max(read, after));
    const next = authority.filings.mailbox
      .filter(({ n }) => n > after)
      .map((each) => ({ ...each, notification: authority.filings.notifications.get(each.id) }))
      .find(({ notification }) => notification?.channel === 'edifact' && notification.partner === partner);
    if (!next?.notification) return empty(204, { 'X-Cursor': String(after) });
    const { push, body } = next.notification;
    const text = next.copy > 1 ? (push?.repeatedAs ?? body) : body;
    return {
      status: 200,
      headers: { 'content-type': EDIFACT, 'X-Cursor': String(next.n) },
      body: Buffer.from(text, text.includes('UNOW') ? 'utf8' : 'latin1'),
    };
  };

  return [
    { method: 'GET', path: '/health', handle: () => json(200, { status: 'ok' }) },
    { method: 'POST', path: '/edi/:partner', handle: guarded(post) },
    { method: 'GET', path: '/edi/:partner/out', handle: guarded(out) },
  ];
}

/** Acknowledges the syntax, then puts each message to the authority. */
function take(authority: Authority, partner: string, interchange: Interchange, bytes: Buffer): Reply {
  const { reference } = interchange;
  const isDouble = authority.filings.hadInterchange(partner, reference);
  const isBroken = interchange.faults.length > 0;
  const verdict = isDouble ? 'double' : isBroken ? 'refused' : 'acknowledged';
  const used: string[] = [];
  // A CONTRL is never answered by one.
  const isContrl = interchange.messages.some(({ type }) => type === 'CONTRL');
  const first = interchange.messages[0];
  const declared = first && first.type === 'CUSDEC' ? declaredOf(first, interchange.decimalMark) : null;
  const isLost = authority.losesAcknowledgement(declared?.references[0] ?? declared?.lrn ?? reference, used);
  const answer = (faults: SyntaxFault[]): void => {
    const action = faults.length > 0 ? '4' : '7';
    const id = idFrom(`contrl/${partner}/${reference}/${authority.now().getTime()}`);
    const body = writeInterchange(
      {
        sender: CUSTOMS,
        recipient: { id: partner, qualifier: interchange.sender.qualifier || 'ZZ' },
        reference: id.slice(0, 14).toUpperCase(),
        at: authority.now(),
        charset: interchange.charset,
      },
      'CONTRL',
      contrlBody({ ...interchange, faults }, action),
    );
    const answers = isContrl || isLost ? [] : [{ id, code: 'CONTRL', body }];
    authority.noteInterchange(partner, reference, bytes, verdict, answers, 'edifact', used);
  };
  if (isBroken && !isDouble) {
    answer(interchange.faults);
    return empty(202);
  }
  if (isDouble || isContrl) {
    // What came before is acknowledged again and not acted on.
    answer([]);
    return empty(202);
  }
  const envelope = { interchange: reference, qualifier: interchange.sender.qualifier, charset: interchange.charset };
  const incoming: Incoming = { channel: 'edifact', partner, envelope, bytes };
  const outcomes = interchange.messages.map((message) => {
    if (message.type !== 'CUSDEC') return null;
    const request = requestOf(
      message,
      interchange.decimalMark,
      (mrn) => authority.filings.byMrn.get(mrn)?.current ?? null,
    );
    if (request) return { message, lodged: authority.ask(request, incoming) };
    const read = declaredOf(message, interchange.decimalMark);
    const isRepeated = ['35', '7'].includes(read.function ?? '');
    // What is known already is acknowledged, told again where it was withheld, and not taken twice.
    if (isRepeated && authority.tellAgain(read.lrn ?? '')) return null;
    return { message, lodged: authority.lodge(isRepeated ? { ...read, function: '9' } : read, incoming) };
  });
  const refused = outcomes.find((each) => each?.lodged.kind === 'refused');
  const strange = interchange.messages.filter(({ type }) => type !== 'CUSDEC');
  const broken = outcomes.find((each) => each?.lodged.kind === 'broken');
  // What was lost on its way is not acknowledged either; nor is anything, by an authority that keeps silent.
  const isGone =
    (broken?.lodged.kind === 'broken' && broken.lodged.afterwards === undefined) ||
    outcomes.some((each) => each && authority.filings.course(each.lodged.conversationId)?.silent === 'until-asked');
  if (!isGone) {
    answer([
      ...(refused
        ? [{ code: '12', message: refused.message.reference, segment: 2, element: null, component: null }]
        : []),
      ...strange.map(({ reference: message }) => ({
        code: '15',
        message,
        segment: null,
        element: null,
        component: null,
      })),
    ]);
  }
  const afterwards = (): void => {
    for (const each of outcomes) if (each && 'afterwards' in each.lodged) each.lodged.afterwards?.();
  };
  if (broken?.lodged.kind === 'broken') {
    return brokenReply({ ...broken.lodged, afterwards }, (status) => json(status, { error: 'internal error' }));
  }
  const slow = outcomes
    .map((each) => (each?.lodged.kind === 'taken' ? each.lodged.slow : undefined))
    .find((each) => each !== undefined);
  return { ...empty(202), slow, afterwards };
}
