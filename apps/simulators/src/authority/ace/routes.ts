import { idFrom, sameSecret } from '../../plumbing/digest.js';
import { brokenReply, empty, json, type Reply, type Request, type Route } from '../../plumbing/http.js';
import type { Authority, Lodged } from '../authority.js';
import type { Act } from '../plot.js';
import { problem } from '../rules.js';
import { plainSpeech } from '../voice.js';
import { declaredOf, keyOf, requestOf, transactionsOf, type Transaction } from './entries.js';
import { field, localTime, readBatch, record, writeBatch, type Batch, type Block } from './records.js';
import { sayAbout } from './voice.js';

const TEXT = { 'content-type': 'text/plain; charset=ISO-8859-1' };

/**
 * The authority over ACE: one batch in, answers in a queue from which each is taken, and comes again until it is acknowledged.
 *
 * @param password what the A record must carry; null: the line itself is trusted
 */
export function aceRoutes(authority: Authority, password: string | null): Route[] {
  const site = (request: Request): string => request.params['site']!;

  const post = (request: Request): Reply => {
    const batch = readBatch(request.body);
    if ('refused' in batch) return refuseBatch(authority, site(request), request.body, 'X0', batch.refused);
    if (password !== null && !sameSecret(batch.password, password)) {
      return refuseBatch(authority, site(request), withoutPassword(request.body, batch), 'X1', 'NOT AUTHORISED');
    }
    return take(authority, site(request), batch, withoutPassword(request.body, batch));
  };

  const queued = (request: Request) =>
    authority.filings.mailbox.filter(({ id, isAcknowledged }) => {
      const notification = authority.filings.notifications.get(id);
      return !isAcknowledged && notification?.channel === 'ace' && notification.partner === site(request);
    });

  const next = (request: Request): Reply => {
    const [first] = queued(request);
    if (!first) return empty(204);
    const { body, push } = authority.filings.notifications.get(first.id)!;
    const text = first.copy > 1 ? (push?.repeatedAs ?? body) : body;
    return { status: 200, headers: { ...TEXT, 'X-Message-Id': String(first.n) }, body: Buffer.from(text, 'latin1') };
  };

  const acknowledge = (request: Request): Reply => {
    const found = queued(request).find(({ n }) => String(n) === request.params['id']);
    if (!found) return json(404, { error: 'no such message waits' });
    authority.acknowledge(found.n);
    return empty(204);
  };

  return [
    { method: 'GET', path: '/health', handle: () => json(200, { status: 'ok' }) },
    { method: 'POST', path: '/ace/:site', handle: post },
    { method: 'GET', path: '/ace/:site/queue', handle: next },
    { method: 'POST', path: '/ace/:site/queue/:id/acknowledge', handle: acknowledge },
  ];
}

/** The password goes into no ledger. */
const withoutPassword = (bytes: Buffer, { password }: Batch): Buffer =>
  password === '' ? bytes : Buffer.from(bytes.toString('latin1').replace(/^(A.{7}).{6}/, '$1      '), 'latin1');

function refuseBatch(authority: Authority, site: string, bytes: Buffer, record0: 'X0' | 'X1', reason: string): Reply {
  const id = idFrom(`${record0}/${site}/${authority.now().getTime()}/${bytes.toString('latin1')}`);
  const to = { site, id: '', port: '', filer: '', userText: '' };
  const body = writeBatch(to, record0, [record(record0, [5, 44, reason])], authority.now());
  authority.noteInterchange(site, id.slice(0, 12), bytes, reason, [{ id, code: record0, body }], 'ace');
  return empty(202);
}

function take(authority: Authority, site: string, batch: Batch, bytes: Buffer): Reply {
  const lodged: Lodged[] = [];
  for (const block of batch.blocks) {
    const application = block.application || batch.application;
    if (application === 'SE' || application === 'AE') {
      for (const transaction of transactionsOf(application, block.records))
        lodged.push(put(authority, site, batch, block, transaction, bytes));
    } else if (application === 'EQ' || application === 'CQ')
      answerQueries(authority, site, batch, block, application, bytes);
    else return refuseBatch(authority, site, bytes, 'X1', `APPLICATION ${application} IS NOT SPOKEN HERE`);
  }
  const afterwards = (): void => {
    for (const each of lodged) if ('afterwards' in each) each.afterwards?.();
  };
  const broken = lodged.find((each) => each.kind === 'broken');
  if (broken?.kind === 'broken')
    return brokenReply({ ...broken, afterwards }, (status) => json(status, { error: 'internal error' }));
  const slow = lodged.map((each) => (each.kind === 'taken' ? each.slow : undefined)).find((each) => each !== undefined);
  return { ...empty(202), slow, afterwards };
}

/** Puts one transaction to the authority; what its own form forbids is refused at once. */
function put(
  authority: Authority,
  site: string,
  batch: Batch,
  block: Block,
  transaction: Transaction,
  bytes: Buffer,
): Lodged {
  const envelope = {
    site: batch.site,
    id: batch.id,
    ...{ port: block.port, filer: block.filer, userText: block.userText },
    head: transaction.records[0]!,
    records: transaction.records.join('\n'),
    reference: transaction.records.filter((each) => each.startsWith('SE20')).map((each) => field(each, 8, 57))[0] ?? '',
    entryPort:
      transaction.kind === 'SE' ? field(transaction.records[0]!, 50, 54) : field(transaction.records[0]!, 18, 21),
    bill: transaction.records.filter((each) => each.startsWith('SE15')).map((each) => field(each, 5, 59))[0] ?? '',
  };
  const own = Buffer.from(transaction.records.join('\r\n'), 'latin1');
  const incoming = { channel: 'ace' as const, partner: site, envelope, bytes: own };
  const key = keyOf(transaction);
  const current = authority.filings.byMrn.get(key)?.current ?? null;
  const request = requestOf(transaction, current);
  const lodged = request
    ? authority.ask(request, incoming)
    : authority.lodge(
        declaredOf(transaction, authority.filings.byMrn.get(key.replace('/AE', ''))?.current ?? null),
        incoming,
      );
  if (lodged.kind === 'refused') refuse(authority, site, envelope, key, bytes);
  return lodged;
}

/** A script wants the form refused: the answer of the transaction, without anything being taken. */
function refuse(
  authority: Authority,
  site: string,
  envelope: Record<string, string>,
  lrn: string,
  bytes: Buffer,
): void {
  const at = authority.now();
  const id = idFrom(`refused/${lrn}/${at.getTime()}`);
  const act: Act = { do: 'reject', problems: [problem('CDS10010', '42A', 'the form of the transaction is wrong')] };
  const said = sayAbout(plainSpeech({ id, at, lrn, mrn: lrn, act, filing: null }), envelope);
  if (said) authority.noteInterchange(site, id.slice(0, 12), bytes, 'refused by a script', [{ id, ...said }], 'ace');
}

/** EQ is answered by ER, CQ by C1: what is on file, and how it stands. */
function answerQueries(
  authority: Authority,
  site: string,
  batch: Batch,
  block: Block,
  application: 'EQ' | 'CQ',
  bytes: Buffer,
): void {
  const answer = application === 'EQ' ? 'ER' : 'C1';
  const records = block.records.flatMap((query) => {
    const [filer, number] = [field(query, 6, 8), field(query, 11, 18)];
    const key = application === 'EQ' ? `${filer}${number}/AE` : `${filer}${number}`;
    const { found } = authority.enquire('search', key, authority.look('lrn', key));
    const head = record(`${answer}10`, [6, 8, filer], [11, 18, number]);
    const filing = found[0];
    if (!filing || filing.standing === 'rejected')
      return [head, record(`${answer}90`, [5, 6, '01'], [10, 49, 'NOT ON FILE'])];
    const { date, time } = localTime(filing.lastActAt);
    return [
      head,
      record(
        `${answer}90`,
        [5, 6, '02'],
        [10, 49, `ON FILE ${filing.standing.toUpperCase()}`],
        [50, 55, date],
        [56, 59, time],
      ),
    ];
  });
  const to = { site: batch.site, id: batch.id, port: block.port, filer: block.filer, userText: block.userText };
  const id = idFrom(`${answer}/${site}/${authority.entries().length}`);
  const body = writeBatch(to, answer, records, authority.now());
  authority.noteInterchange(site, id.slice(0, 12), bytes, 'query', [{ id, code: answer, body }], 'ace');
}
