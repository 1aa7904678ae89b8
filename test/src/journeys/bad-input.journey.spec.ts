import { generateKeyPairSync, sign } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ProblemError, sseMessages, type TidewaiterClient } from '@tidewaiter/client';
import {
  amendShipment,
  decideTask,
  grantMandate,
  listDeclarations,
  listDocuments,
  listShipments,
  listTasks,
  openShipment,
  showCheckpoint,
  showDocument,
  showDossier,
  showRawMessage,
  showReconciliation,
  showShipment,
  showTask,
  showTimeline,
  topicOf,
  unmatchedMessages,
  uploadDocument,
  type AnswerOf,
  type openEngagement,
} from '@tidewaiter/contracts';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { customer, hand, paper, PAPERS, particulars, type Paper } from '../consignment.js';
import { House, newRunId } from '../house.js';
import { takeLog } from '../log.js';
import { until } from '../waiting.js';

/** What the caller is told: the status, the stable code, and words on what to do. */
async function refusal(work: Promise<unknown>): Promise<ProblemError['problem']> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('it was taken, and should have been refused');
}
const says = expect.stringMatching(/\S/);
const newReference = (): string => `BAD-${newRunId().toUpperCase()}`;

describe('bad input', () => {
  let house: House;
  let operator: TidewaiterClient;
  let engagement: AnswerOf<typeof openEngagement>;

  beforeAll(async () => {
    house = await House.open('one');
    operator = house.as('operator');
    engagement = await customer(operator);
  }, 180_000);
  afterAll(() => house?.[Symbol.asyncDispose](), 60_000);

  const open = async (reference = newReference(), client = operator): Promise<string> =>
    (await client.call(openShipment, { body: particulars(engagement.engagementId, reference) })).shipmentId;
  const timeline = async (shipmentId: string, client = operator): Promise<AnswerOf<typeof showTimeline>['items']> =>
    (await client.call(showTimeline, { params: { shipmentId }, query: { limit: 200 } })).items;
  const stage = async (shipmentId: string): Promise<string> =>
    (await operator.call(showShipment, { params: { shipmentId } })).stage;

  describe('in a file', () => {
    let shipmentId: string;
    const reference = newReference();
    const upload = (type: Paper, bytes: Buffer | string) =>
      refusal(hand(operator, shipmentId, type, Buffer.from(bytes)));
    const invoice = () => paper('commercial-invoice', reference).toString('utf8');

    beforeAll(async () => {
      shipmentId = await until('the shipment', () => open(reference));
    }, 60_000);

    it('an invoice that breaks off is refused with its place', async () => {
      const problem = await upload('commercial-invoice', invoice().slice(0, 2000));
      expect(problem).toMatchObject({ status: 400, code: expect.stringMatching(/^documents\.file\./), advice: says });
      expect(problem.places?.[0]?.pointer).toMatch(/\S/);
    });

    it('an invoice far too large is refused before all of it is read', async () => {
      const problem = await upload('commercial-invoice', invoice().replace('</Invoice>', ' '.repeat(60_000_000)));
      expect(problem).toMatchObject({ status: 413, code: 'documents.file.too-large', advice: says });
    });

    it('an invoice that hides a bomb of entities is refused', async () => {
      const bomb = invoice().replace('<Invoice', '<!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa">]>\n<Invoice');
      expect(await upload('commercial-invoice', bomb)).toMatchObject({
        status: 400,
        code: 'documents.file.doctype',
        advice: says,
      });
    });

    it('a PDF that is no PDF is refused', async () => {
      const problem = await upload('mandate', 'This is to certify that everything is in order.\n'.repeat(20));
      expect([400, 415]).toContain(problem.status);
      expect(problem).toMatchObject({ code: expect.stringMatching(/^documents\.file\.type/), advice: says });
    });

    it.each([
      ['an unknown currency', (text: string) => text.replaceAll('USD', 'QQQ')],
      [
        'a negative quantity',
        (text: string) => text.replace('>40</cbc:InvoicedQuantity>', '>-40</cbc:InvoicedQuantity>'),
      ],
    ])('an invoice with %s is kept, and said to be wrong where it is wrong', async (_, spoil) => {
      const spoiled = Buffer.from(spoil(invoice()));
      const answer = await hand(operator, shipmentId, 'commercial-invoice', spoiled).catch((error: unknown) => error);
      const found =
        answer instanceof ProblemError
          ? (answer.problem.places ?? [])
          : (answer as AnswerOf<typeof uploadDocument>).findings;
      expect(found).not.toEqual([]);
      expect(JSON.stringify(found)).toMatch(/currency|QQQ|quantity|-40/i);
    });

    it('nothing of it counts: the right papers still bring the shipment on', async () => {
      for (const type of Object.keys(PAPERS) as Paper[]) await hand(operator, shipmentId, type, paper(type, reference));
      await until('clearance', async () => (await stage(shipmentId)) !== 'documentation');
    }, 90_000);
  });

  describe('in a request', () => {
    const opening = (change: (body: ReturnType<typeof particulars>) => void) => {
      const body = particulars(engagement.engagementId, newReference());
      change(body);
      return refusal(operator.call(openShipment, { body }));
    };

    it('an unknown currency is refused at its place', async () => {
      const problem = await opening((body) => (body.lines[0]!.price.currency = 'QQQ'));
      expect(problem).toMatchObject({
        status: 400,
        code: 'http.request.invalid',
        places: [{ pointer: 'body/lines/0/price/currency', reason: says }],
      });
    });

    it('a negative quantity is refused at its place', async () => {
      const problem = await opening((body) => (body.lines[0]!.quantity.value = '-40'));
      expect(problem).toMatchObject({
        status: 400,
        code: 'http.request.invalid',
        places: [{ pointer: 'body/lines/0/quantity/value', reason: says }],
      });
    });

    it('the same idempotency key with another body is refused, and the first answer stays', async () => {
      const idempotencyKey = crypto.randomUUID();
      const body = particulars(engagement.engagementId, newReference());
      const first = await operator.call(openShipment, { body }, { idempotencyKey });
      const other = { ...body, reference: newReference() };
      expect(await refusal(operator.call(openShipment, { body: other }, { idempotencyKey }))).toMatchObject({
        status: 422,
        code: 'http.idempotency-key.reused',
        advice: says,
      });
      expect(await operator.call(openShipment, { body }, { idempotencyKey })).toEqual(first);
      const found = await operator.call(listShipments, { query: { limit: 10, reference: other.reference } });
      expect(found.items).toEqual([]);
    });

    it('the same idempotency key with another file is refused', async () => {
      const reference = newReference();
      const shipmentId = await open(reference);
      const idempotencyKey = crypto.randomUUID();
      await hand(operator, shipmentId, 'mandate', paper('mandate', reference), idempotencyKey);
      const problem = await refusal(
        hand(operator, shipmentId, 'mandate', paper('origin-nonpreferential', reference), idempotencyKey),
      );
      expect(problem).toMatchObject({ status: 422, advice: says });
      expect(
        (await operator.call(listDocuments, { params: { shipmentId } })).items.map(({ versions }) => versions.length),
      ).toEqual([1]);
    });

    it('a stale If-Match is refused and changes nothing', async () => {
      const stale = engagement.version - 1;
      const { engagementId, mandates } = engagement;
      const body = {
        grantor: 'Somebody Else Ltd',
        destinations: ['GB'],
        validFrom: mandates[0]!.validFrom,
        validTo: mandates[0]!.validTo,
      };
      expect(
        await refusal(operator.call(grantMandate, { params: { engagementId }, body }, { ifMatch: stale })),
      ).toMatchObject({
        status: 412,
        code: 'event-store.version.stale',
        advice: says,
      });
      const shipmentId = await open();
      const lines = particulars(engagementId, 'x').lines;
      expect(
        await refusal(operator.call(amendShipment, { params: { shipmentId }, body: { lines } }, { ifMatch: 0 })),
      ).toMatchObject({ status: 412 });
    });
  });

  describe('from a caller', () => {
    const withToken = (token: string) => createClient({ baseUrl: house.api, token: async () => token });
    const look = (client: TidewaiterClient) => refusal(client.call(listShipments, { query: { limit: 1 } }));

    it('another tenant’s shipment, papers, declarations and log look like none at all', async () => {
      const reference = newReference();
      const shipmentId = await open(reference);
      const { documentId } = await hand(operator, shipmentId, 'mandate', paper('mandate', reference));
      const stranger = house.as('operator@globex');
      const nobody = crypto.randomUUID();
      const asks: [string, (id: string) => Promise<unknown>][] = [
        [shipmentId, (id) => stranger.call(showShipment, { params: { shipmentId: id } })],
        [shipmentId, (id) => stranger.call(showTimeline, { params: { shipmentId: id }, query: { limit: 10 } })],
        [
          shipmentId,
          (id) =>
            stranger.call(
              amendShipment,
              { params: { shipmentId: id }, body: { portOfEntry: 'GBSOU' } },
              { ifMatch: 1 },
            ),
        ],
        [shipmentId, (id) => hand(stranger, id, 'mandate', paper('mandate', reference))],
        [shipmentId, (id) => house.as('auditor@globex').call(showDossier, { params: { shipmentId: id } })],
        [documentId, (id) => stranger.call(showDocument, { params: { documentId: id } })],
      ];
      for (const [id, ask] of asks) {
        const [known, unknown] = await Promise.all([refusal(ask(id)), refusal(ask(nobody))]);
        expect(known).toMatchObject({ status: 404 });
        expect({ ...known, correlationId: '' }).toEqual({ ...unknown, correlationId: '' });
      }
      expect(
        await stranger
          .call(listDeclarations, { params: { shipmentId } })
          .catch((error: ProblemError) => ({ items: [], error })),
      ).toMatchObject({ items: [] });
      expect(await refusal(stranger.call(showCheckpoint, { params: { log: 'acme' } }))).toMatchObject({ status: 404 });
      expect((await stranger.call(listShipments, { query: { limit: 10, reference } })).items).toEqual([]);
    });

    it('a token that has expired is refused with how to get another', async () => {
      const token = await house.token('operator@acme', 1);
      await pause(4_000); // its second, and the two that clocks may differ by
      expect(await look(withToken(token))).toMatchObject({ status: 401, code: 'identity.token.expired', advice: says });
    });

    it.each([
      ['another issuer', 'https://identity.example'],
      ['our issuer’s name and another key', ''],
    ])('a token of %s is refused', async (_, issuer) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer || house.platform.addresses.identity,
        aud: 'tidewaiter-api',
        sub: 'operator@acme',
        tenant: 'acme',
        roles: ['operator'],
        iat: now,
        exp: now + 600,
      };
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })}.${part(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
        'base64url',
      );
      expect(await look(withToken(`${text}.${signature}`))).toMatchObject({
        status: 401,
        code: 'identity.token.invalid',
        advice: says,
      });
    });

    it('no token, or a role that may not, is told which is needed', async () => {
      expect(await look(withToken(''))).toMatchObject({ status: 401, code: 'identity.token.missing', advice: says });
      expect(await refusal(open(newReference(), house.as('auditor')))).toMatchObject({
        status: 403,
        code: 'identity.role.missing',
        detail: expect.stringContaining('operator'),
        advice: says,
      });
    });
  });

  describe('from Kafka', () => {
    it('a record that is no event is parked in sight, and the others flow', async () => {
      const { kafka } = house.platform.addresses;
      const producer = new Kafka({ brokers: kafka.split(','), logLevel: logLevel.NOTHING }).producer({
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      const shipmentId = await open();
      await producer.connect();
      const topic = topicOf('shipments');
      const garbage = ['{ "specversion": ', Buffer.from([0xff, 0xfe, 0x00]), '[]'];
      // Under the key of a shipment, so that they stand in the way of its own events.
      await producer.send({ topic, messages: garbage.map((value) => ({ key: shipmentId, value })) });
      await producer.disconnect();
      const parked = await until('parked records in the metrics', async () => {
        const text = await (await fetch(`${house.api}/metrics`)).text();
        const counts = [...text.matchAll(/^tidewaiter_streams_parked\{(.*)\} (\d+)$/gm)].filter(([, labels]) =>
          labels!.includes('reason="unreadable"'),
        );
        return (
          counts.length > 0 &&
          counts.every(([, , count]) => Number(count) === garbage.length) &&
          counts.map(([, labels]) => labels)
        );
      });
      expect(parked.join(' ')).toContain('consumer="');
      const later = await open();
      await until('the later shipment’s stage', async () => (await stage(later)) === 'documentation');
      await until(
        'the stage of the one in whose way they stood',
        async () => (await stage(shipmentId)) === 'documentation',
      );
      const status = await until('the audit log to have caught up', async () => {
        const now = await house.as('auditor').call(showReconciliation);
        return now.published === now.staged && now;
      });
      expect(status.parked).toEqual([]);
    }, 120_000);
  });

  describe('around one shipment that goes its whole way', () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const reference = newReference();
    let shipmentId: string;
    let ids: string[];
    const hears = new AbortController();

    /** Every request carries the trace that the caller began. */
    const traced = (user: string): TidewaiterClient =>
      createClient({
        baseUrl: house.api,
        token: () => house.token(user),
        fetch: (url, init) =>
          fetch(url, {
            ...init,
            headers: { ...(init?.headers as Record<string, string>), traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
          }),
      });
    const task = (kind: AnswerOf<typeof showTask>['kind']): Promise<AnswerOf<typeof showTask>> =>
      until(
        `the task ${kind}`,
        async () =>
          (await operator.call(listTasks, { query: { shipment: shipmentId, kind, status: 'open', limit: 1 } }))
            .items[0],
        90_000,
      );
    const approve = async (user: string): Promise<AnswerOf<typeof decideTask>> => {
      const { taskId, version, about } = await task('approve-payment');
      return traced(user).call(
        decideTask,
        { params: { taskId }, body: { approve: true, digest: about['digest'] } },
        { ifMatch: version },
      );
    };

    /** Reads the live feed as a browser does: from the last id it took, a new connection after every few events. */
    const listen = async (): Promise<string[]> => {
      const heard: string[] = [];
      let last = '0';
      const authorization = `Bearer ${await house.token('operator@acme')}`;
      while (!hears.signal.aborted) {
        const cut = new AbortController();
        const signal = AbortSignal.any([cut.signal, hears.signal]);
        try {
          const answer = await fetch(`${house.api}/v1/events?shipment=${shipmentId}`, {
            headers: { authorization, accept: 'text/event-stream', 'last-event-id': last },
            signal,
          });
          let taken = 0;
          for await (const { id, data } of sseMessages(answer.body!)) {
            last = id;
            heard.push((JSON.parse(data) as { id: string }).id);
            if ((taken += 1) === 5) cut.abort();
          }
        } catch {
          // Cut off, by us or by the line: the next connection goes on after the last id.
          await pause(50);
        }
      }
      return heard;
    };

    it('refuses who entered it, who has no role for it, and who approved already; then pays once', async () => {
      const clerk = traced('operator@acme');
      shipmentId = await open(reference, clerk);
      const hearing = listen();
      for (const type of Object.keys(PAPERS) as Paper[]) await hand(clerk, shipmentId, type, paper(type, reference));
      expect(await refusal(approve('operator@acme'))).toMatchObject({
        status: 403,
        code: 'shipments.task.role',
        detail: expect.stringContaining('approver'),
      });
      await approve('approver@acme');
      expect(await refusal(approve('approver@acme'))).toMatchObject({
        status: 422,
        code: 'duties.payment.same-person',
        detail: expect.stringContaining('Another person'),
      });
      await approve('approver-2@acme');
      await until('the sealed archive', async () => (await stage(shipmentId)) === 'archived', 90_000);
      const entries = await timeline(shipmentId);
      await until(
        'the feed to be through',
        async () => (await operator.call(showShipment, { params: { shipmentId } })).events === entries.length,
      );
      await pause(2_000);
      hears.abort();
      ids = await hearing;
      expect(await house.outside.debits(reference)).toHaveLength(1);
    }, 240_000);

    it('was told live without a gap and without a repeat, over many connections', async () => {
      const entries = await timeline(shipmentId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(ids)).toEqual(new Set(entries.map(({ eventId }) => eventId)));
    });

    it('carries one trace id from the request to the leaves of the log', async () => {
      const { verdict, leaves } = await until('the leaves', async () => {
        const log = await takeLog(house.as('auditor'), 'acme');
        return (
          log.leaves.some(({ subject, type }) => subject === shipmentId && type.includes('.ShipmentClosed.')) && log
        );
      });
      expect(verdict).toMatchObject({ ok: true });
      const ours = leaves.filter(({ subject }) => subject === shipmentId);
      // What the outside world pushes of its own accord begins a trace of its own, in which what it causes goes on.
      const traceOf = ({ traceparent }: { traceparent?: string }): string => traceparent?.split('-')[1] ?? 'none';
      const isPushed = ({ actor }: { actor: string }): boolean => /^(authority|bank|carrier):/.test(actor);
      const traces = new Set([traceId, ...ours.filter(isPushed).map(traceOf)]);
      expect(traces).not.toContain('none');
      expect(ours.filter((leaf) => !traces.has(traceOf(leaf))).map(({ type, actor }) => `${type} ${actor}`)).toEqual(
        [],
      );
      expect(ours.filter((leaf) => traceOf(leaf) === traceId).length).toBeGreaterThan(20);
      expect(ours.length).toBeGreaterThan(30);
    }, 90_000);

    it('keeps an authority’s message for nobody, and shows it', async () => {
      const before = (await house.as('compliance').call(unmatchedMessages)).items.length;
      const [declaration] = (await operator.call(listDeclarations, { params: { shipmentId } })).items;
      const { messageId } = declaration!.messages.at(-1)!;
      const raw = Buffer.from(
        await operator.bytes(showRawMessage, { declarationId: declaration!.declarationId, messageId }),
      ).toString('utf8');
      const { lrn, mrn } = declaration!.references;
      const strange = raw
        .replaceAll(lrn, 'TW-NOBODY')
        .replaceAll(mrn!, `${mrn!.slice(0, 4)}NOBODY00000000`)
        .replaceAll(messageId, newRunId());
      expect(await house.outside.send(strange)).toBe(200);
      const unmatched = await until('the message among those for nobody', async () => {
        const { items } = await house.as('compliance').call(unmatchedMessages);
        return items.length > before && items;
      });
      expect(unmatched.at(-1)).toMatchObject({ reason: says });
    }, 90_000);

    it('takes the same message twice and does nothing twice', async () => {
      const before = await timeline(shipmentId);
      const [declaration] = (await operator.call(listDeclarations, { params: { shipmentId } })).items;
      for (const { messageId } of declaration!.messages) {
        const raw = await operator.bytes(showRawMessage, { declarationId: declaration!.declarationId, messageId });
        expect(await house.outside.send(Buffer.from(raw).toString('utf8'))).toBe(200);
      }
      expect(await house.outside.send('this is not XML')).toBe(200);
      await pause(2_000);
      expect((await timeline(shipmentId)).map(({ eventId }) => eventId)).toEqual(before.map(({ eventId }) => eventId));
      expect(await house.outside.filings(reference)).toHaveLength(1);
      expect(await house.outside.debits(reference)).toHaveLength(1);
      expect(await house.outside.bookings(reference)).toHaveLength(1);
    });
  });
});
