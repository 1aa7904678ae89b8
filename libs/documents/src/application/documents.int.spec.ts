import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { documentSet, type DocumentSet, type GoodsLine } from '@tidewaiter/contracts';
import { newId, TidewaiterError } from '@tidewaiter/kernel';
import type { CallerIdentity } from '@tidewaiter/platform';
import { ALL, DocumentsRoom } from '../testing/documents-room.js';
import { changedInvoice, fixture, onePage } from '../testing/files.js';

let room: DocumentsRoom;
beforeAll(async () => {
  room = await DocumentsRoom.open();
}, 60_000);
afterAll(() => room?.close());

const refusal = async (work: Promise<unknown>): Promise<TidewaiterError> => {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(TidewaiterError);
    return error as TidewaiterError;
  }
  throw new Error('it was accepted');
};
const types = async (shipmentId: string) => (await room.eventsOf(shipmentId)).map((event) => event.type);
const derive = (shipmentId: string, country: string, changes = {}, name = 'derive-checklist/1') =>
  room.activities.deriveChecklist(room.step(shipmentId, name), room.situation(country, shipmentId, changes));

describe('papers of a shipment', () => {
  it.each(['gb', 'de'])('registered with its lines (%s) make a set as the last one comes in', async (country) => {
    const shipmentId = await room.shipment();
    const derived = await derive(shipmentId, country);
    expect(derived).toMatchObject({ state: 'waiting', set: null, wrote: { [`checklist-${shipmentId}`]: 1 } });
    expect(derived.missing.map((each) => each.slot)).toEqual(
      expect.arrayContaining(['commercial-invoice', 'mandate', 'packing-list', 'transport-document']),
    );

    await room.papers(shipmentId, country, ALL);
    if (country === 'de') {
      expect(await types(shipmentId)).not.toContain('DocumentSetCompleted');
      await room.upload(shipmentId, { bytes: fixture('de/origin.pdf'), type: 'origin-statement', name: 'origin.pdf' });
    }

    const events = await room.eventsOf(shipmentId);
    const completed = events.find((event) => event.type === 'DocumentSetCompleted')!;
    const { set } = completed.data as { set: unknown };
    expect(documentSet.parse(set)).toMatchObject({ lines: [{ number: 1, from: { method: 'xml' } }, { number: 2 }] });
    expect(completed).toMatchObject({ subject: shipmentId, actor: 'system:documents' });
    expect(await room.views.checklist('acme', shipmentId)).toMatchObject({ state: 'complete' });
  });

  it('that came before the checklist are judged when it is derived, and the answer has the set', async () => {
    const shipmentId = await room.shipment();
    await room.papers(shipmentId, 'gb', ALL);
    expect(await room.views.checklist('acme', shipmentId)).toMatchObject({ state: 'not-derived', version: 0 });
    const derived = await derive(shipmentId, 'gb');
    expect(derived).toMatchObject({ state: 'complete', missing: [], set: { grossMass: '722' } });
    expect(await derive(shipmentId, 'gb')).toMatchObject({ state: 'complete', set: derived.set });
  });

  it('a destination without rules blocks, whatever comes in', async () => {
    const shipmentId = await room.shipment();
    const derived = await derive(shipmentId, 'gb', { destination: 'CA' });
    expect(derived.missing).toMatchObject([{ slot: 'rules-unknown' }]);
    await room.papers(shipmentId, 'gb', ALL);
    expect(await room.views.checklist('acme', shipmentId)).toMatchObject({ state: 'waiting' });
  });

  it('are answered with the findings they led to', async () => {
    const shipmentId = await room.shipment();
    await derive(shipmentId, 'gb');
    const bad = changedInvoice('>6728.50</cbc:PayableAmount>', '>6728.51</cbc:PayableAmount>', shipmentId.slice(-8));
    const answer = await room.upload(shipmentId, { bytes: bad, type: 'commercial-invoice' });
    expect(answer.findings.map((finding) => finding.kind)).toEqual(['invoice.total-mismatch']);
    expect((await room.views.findings('acme', shipmentId)).findings).toHaveLength(1);
  });
});

describe('papers of a shipment that was split', () => {
  const lines = (value: string, amount: string): GoodsLine[] => [
    {
      ...{ number: 1, commodity: '8471300000', description: 'Portable computers, 14 inch display', origin: 'JP' },
      ...{ quantity: { value, unit: 'NAR' }, netMass: '150', price: { amount, currency: 'USD' } },
    },
  ];

  it('serve its parts, each with what it takes of them, once, and are no second use of the invoice', async () => {
    const whole = await room.shipment();
    await derive(whole, 'us-split', { destination: 'US', lines: lines('300', '300000.00') });
    for (const [name, type] of [
      ['us-split/invoice.xml', 'commercial-invoice'],
      ['us-split/packing-list.csv', 'packing-list'],
      ['us/origin.pdf', 'import-licence'],
      ['us/mandate.pdf', 'mandate'],
    ] as const)
      await room.upload(whole, { bytes: fixture(name, whole.slice(-8)), type, name: name.split('/')[1]! });
    await room.hear('acme', 'ShipmentClosed', { shipmentId: whole, outcome: 'split' });
    for (const quantity of ['100', '200']) {
      const shipmentId = await room.shipment();
      const took = {
        line: 1,
        ofLine: 1,
        quantity: { value: quantity, unit: 'NAR' },
        whole: { value: '300', unit: 'NAR' },
      };
      const changes = {
        destination: 'US',
        lines: lines(quantity, `${quantity}000.00`),
        part: { of: whole, lines: [took] },
      };
      const derived = await derive(shipmentId, 'us-split', changes);
      expect(derived.missing.map(({ slot }) => slot)).toEqual(['transport-document']);
      await derive(shipmentId, 'us-split', changes, 'derive-checklist/2');
      const { items } = await room.views.list('acme', shipmentId);
      expect(items.map(({ type, carried }) => [type, carried?.covers])).toEqual(
        ['commercial-invoice', 'packing-list', 'import-licence', 'mandate'].map((type) => [type, [took]]),
      );
      await room.upload(shipmentId, {
        ...{ bytes: fixture('us-split/waybill.json', shipmentId.slice(-8)), type: 'sea-waybill', name: 'waybill.json' },
      });
      expect(await room.views.findings('acme', shipmentId)).toMatchObject({ findings: [] });
      const complete = (await room.eventsOf(shipmentId)).find(({ type }) => type === 'DocumentSetCompleted');
      expect(complete?.data).toMatchObject({
        set: {
          lines: [{ quantity: { value: quantity }, from: { method: 'xml' } }],
          invoice: { total: { currency: 'USD' } },
        },
      });
    }
  });
});

describe('a difference between papers', () => {
  const clara: CallerIdentity = {
    ...{ tenant: 'acme', subject: 'clara', actor: 'user:clara', roles: ['compliance'], name: 'Clara' },
  };
  const accept = (shipmentId: string, digest: string, caller = room.caller(), reason = 'rounded by the seller') =>
    room.differences.accept(caller, shipmentId, { digest, reason }, `http/accept/${newId()}`);

  it('that blocks filing is proposed by one person and accepted by another, with reasons, and then blocks no more', async () => {
    const shipmentId = await room.shipment();
    await derive(shipmentId, 'gb');
    const bad = changedInvoice('>6728.50</cbc:PayableAmount>', '>6728.51</cbc:PayableAmount>', shipmentId.slice(-8));
    await room.upload(shipmentId, { bytes: bad, type: 'commercial-invoice' });
    await room.papers(shipmentId, 'gb', ALL.slice(1));
    expect(await room.views.checklist('acme', shipmentId)).toMatchObject({ state: 'blocked' });
    const [found] = (await room.views.findings('acme', shipmentId)).findings;
    expect(found).toMatchObject({ outcome: 'blocks-filing', acceptable: true, proposed: null, accepted: null });
    const { digest } = found!;

    await expect(accept(shipmentId, digest, clara)).rejects.toMatchObject({ code: 'documents.finding.not-proposed' });
    expect((await accept(shipmentId, digest)).findings).toMatchObject([
      { proposed: { by: 'user:olga', reason: 'rounded by the seller' }, accepted: null },
    ]);
    await expect(accept(shipmentId, digest)).rejects.toMatchObject({ code: 'documents.finding.same-person' });
    expect(await room.views.checklist('acme', shipmentId)).toMatchObject({ state: 'blocked' });
    expect((await accept(shipmentId, digest, clara, 'a cent, the total stands')).findings).toMatchObject([
      { accepted: { by: 'user:clara', reason: 'a cent, the total stands', proposedBy: 'user:olga' } },
    ]);
    expect(await room.views.checklist('acme', shipmentId)).toMatchObject({ state: 'complete' });
    expect((await types(shipmentId)).slice(-4)).toEqual([
      'DifferenceProposed',
      'DifferenceRefused',
      'DifferenceAccepted',
      'DocumentSetCompleted',
    ]);
    // Once accepted it stays as it is.
    await accept(shipmentId, digest);
    expect((await types(shipmentId)).filter((type) => type === 'DifferenceAccepted')).toHaveLength(1);
  });

  it('is another one when its values change, and none of another tenant’s', async () => {
    const shipmentId = await room.shipment();
    await derive(shipmentId, 'gb');
    const changed = (total: string): Buffer =>
      changedInvoice('>6728.50</cbc:PayableAmount>', `>${total}</cbc:PayableAmount>`, shipmentId.slice(-8));
    const first = await room.upload(shipmentId, { bytes: changed('6728.51'), type: 'commercial-invoice' });
    const { digest } = (await room.views.findings('acme', shipmentId)).findings[0]!;
    await accept(shipmentId, digest);
    await room.upload(shipmentId, {
      ...{ bytes: changed('6728.99'), type: 'commercial-invoice', supersedes: first.documentId },
    });
    const [now] = (await room.views.findings('acme', shipmentId)).findings;
    expect(now).toMatchObject({ proposed: null, accepted: null });
    expect(now!.digest).not.toBe(digest);
    await expect(accept(shipmentId, digest)).rejects.toMatchObject({ code: 'documents.finding.unknown' });
    await expect(accept(shipmentId, now!.digest, room.caller('globex'))).rejects.toMatchObject({
      code: 'documents.shipment.unknown',
    });
  });
});

describe('lines that come from the invoice', () => {
  async function unregistered(): Promise<{
    shipmentId: string;
    confirm: { documentId: string; version: number; factsDigest: string; lines: GoodsLine[] };
  }> {
    const shipmentId = await room.shipment();
    await derive(shipmentId, 'us');
    await room.papers(shipmentId, 'us', ALL);
    const blocked = (await room.eventsOf(shipmentId)).find((event) => event.type === 'DocumentSetBlocked')!;
    const { confirm } = blocked.data as {
      confirm: { documentId: string; version: number; factsDigest: string; lines: GoodsLine[] }[];
    };
    return { shipmentId, confirm: confirm[0]! };
  }

  it('are shown with their places, confirmed by a person, and make the set', async () => {
    const { shipmentId, confirm } = await unregistered();
    expect(confirm.lines).toMatchObject([
      {
        number: 1,
        commodity: '8516799000',
        netMass: '696',
        quantity: { value: '240', unit: 'NAR' },
        price: { amount: '18840.00', currency: 'USD' },
        from: { place: '/Invoice[1]/InvoiceLine[1]' },
      },
      { number: 2, commodity: '9503000073', netMass: '270' },
    ]);
    const step = { ...room.step(shipmentId, 'confirm-lines/1'), actor: 'user:olga' };
    const answer = await room.activities.confirmLines(step, confirm);
    expect(answer).toMatchObject({ kind: 'confirmed', wrote: { [`document-${confirm.documentId}`]: 3 } });
    expect(await room.activities.confirmLines(step, confirm)).toEqual(answer);
    expect((await types(shipmentId)).slice(-2)).toEqual(['ChecksRun', 'DocumentSetCompleted']);
    const confirmed = (await room.store.read('acme', `document-${confirm.documentId}`)).at(-1);
    expect(confirmed?.data).toMatchObject({ by: 'user:olga', corrected: [] });
  });

  it('may be corrected; what was changed is on record', async () => {
    const { shipmentId, confirm } = await unregistered();
    const lines = confirm.lines.map((line) => (line.number === 2 ? { ...line, commodity: '9503000013' } : line));
    await room.activities.confirmLines(
      { ...room.step(shipmentId, 'confirm-lines/1'), actor: 'user:olga' },
      { ...confirm, lines },
    );
    const events = await room.store.read('acme', `document-${confirm.documentId}`);
    expect(events.at(-1)?.data).toMatchObject({ corrected: ['/lines/1/commodity'] });
    expect((await room.eventsOf(shipmentId)).at(-1)?.data).toMatchObject({
      set: { lines: [{}, { commodity: '9503000013' }] },
    });
  });

  it('that a person mistyped are refused with the field, and nothing is recorded', async () => {
    const { shipmentId, confirm } = await unregistered();
    const lines = [{ ...confirm.lines[0]!, commodity: 'none', netMass: '-1' }];
    const answer = await room.activities.confirmLines(room.step(shipmentId, 'confirm-lines/1'), { ...confirm, lines });
    expect(answer).toMatchObject({
      kind: 'refused',
      code: 'documents.lines.invalid',
      says: expect.stringContaining('/lines/0/commodity'),
    });
    expect(await types(shipmentId)).not.toContain('DocumentSetCompleted');
  });

  it('of an older version cannot be confirmed, and a new version asks again', async () => {
    const { shipmentId, confirm } = await unregistered();
    await room.activities.confirmLines(room.step(shipmentId, 'confirm-lines/1'), confirm);
    const newer = fixture('us/invoice.xml', shipmentId.slice(-8))
      .toString('utf8')
      .replace('tabletop, 120 V', 'tabletop, 110 V');
    const added = await room.upload(shipmentId, {
      bytes: Buffer.from(newer),
      type: 'commercial-invoice',
      supersedes: confirm.documentId,
    });
    expect(added).toMatchObject({ documentId: confirm.documentId, version: 2, duplicate: false });
    expect((await types(shipmentId)).at(-1)).toBe('DocumentSetBlocked');
    expect(await room.activities.confirmLines(room.step(shipmentId, 'confirm-lines/2'), confirm)).toMatchObject({
      kind: 'refused',
      code: 'documents.lines.facts-changed',
    });
  });

  it('of another shipment cannot be confirmed', async () => {
    const [one, other] = [await unregistered(), await unregistered()];
    const answer = await room.activities.confirmLines(room.step(one.shipmentId, 'confirm-lines/9'), other.confirm);
    expect(answer).toMatchObject({ kind: 'refused', code: 'documents.document.unknown' });
  });
});

describe('the door', () => {
  it.each([
    ['a DOCTYPE', 'commercial-invoice', Buffer.from('<!DOCTYPE Invoice><Invoice/>'), 'documents.file.doctype'],
    ['a web page called a PDF', 'mandate', Buffer.from('<html></html>'), 'documents.file.type-not-allowed'],
    ['a PDF that is cut off', 'mandate', onePage().subarray(0, 150), 'documents.file.truncated'],
    [
      'a huge invoice',
      'commercial-invoice',
      Buffer.concat([Buffer.from('<Invoice>'), Buffer.alloc(10_000_000, 0x20)]),
      'documents.file.too-large',
    ],
  ])('refuses %s, and keeps digest and reason', async (_, type, bytes, code) => {
    const shipmentId = await room.shipment();
    const error = await refusal(room.upload(shipmentId, { bytes, type, name: 'paper' }, { key: shipmentId }));
    expect(error.code).toBe(code);
    expect(error.details.advice).toBeTruthy();
    const [kept] = await room.store.query<{ refused_code: string; sha256: string | null }>(
      'acme',
      'select refused_code, sha256 from files where tenant_id = $1 and shipment_id = $2',
      ['acme', shipmentId],
    );
    expect(kept).toMatchObject({
      refused_code: code,
      sha256: code.endsWith('too-large') ? null : expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await room.views.list('acme', shipmentId)).items).toEqual([]);
    // The same key may be used again for the mended file: nothing was done under it.
    const mended = {
      bytes: type === 'mandate' ? fixture('gb/mandate.pdf') : fixture('gb/invoice.xml', shipmentId.slice(-8)),
      type,
    };
    expect(await room.upload(shipmentId, mended, { key: shipmentId })).toMatchObject({
      version: 1,
      duplicate: false,
    });
  });

  it('refuses an empty file', async () => {
    expect((await refusal(room.upload(await room.shipment(), { bytes: Buffer.alloc(0), type: 'mandate' }))).code).toBe(
      'documents.file.empty',
    );
  });

  it('takes the largest PDF and not one byte more', async () => {
    const shipmentId = await room.shipment();
    const padded = (size: number) => {
      const empty = onePage(['<< /Length 0 >>\nstream\n\nendstream']).length;
      const stream = Buffer.alloc(size - empty - String(size - empty).length - 20, 0x61).toString('latin1');
      const bytes = onePage([`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`]);
      return Buffer.concat([bytes, Buffer.alloc(size - bytes.length, 0x0a)]);
    };
    expect(await room.upload(shipmentId, { bytes: padded(25_000_000), type: 'other' })).toMatchObject({
      size: 25_000_000,
    });
    expect((await refusal(room.upload(shipmentId, { bytes: padded(25_000_001), type: 'other' }))).code).toBe(
      'documents.file.too-large',
    );
  }, 30_000);

  it('says of a document that is well formed and cannot be read where it fails, and takes a corrected one', async () => {
    const shipmentId = await room.shipment();
    await derive(shipmentId, 'gb');
    const reference = shipmentId.slice(-8);
    const error = await refusal(
      room.upload(shipmentId, {
        bytes: changedInvoice('>40</cbc:InvoicedQuantity>', '>-40</cbc:InvoicedQuantity>', reference),
        type: 'commercial-invoice',
      }),
    );
    expect(error).toMatchObject({
      code: 'documents.invoice.quantity-negative',
      details: { places: [{ pointer: '/Invoice[1]/InvoiceLine[1]/InvoicedQuantity[1]' }] },
    });
    const documentId = String(error.details.facts?.['documentId']);
    expect(await room.views.document('acme', documentId)).toMatchObject({
      state: 'rejected',
      says: expect.stringContaining('negative'),
    });

    const currency = await refusal(
      room.upload(shipmentId, {
        bytes: changedInvoice('>USD</cbc:DocumentCurrencyCode>', '>XYZ</cbc:DocumentCurrencyCode>', reference),
        type: 'commercial-invoice',
        supersedes: documentId,
      }),
    );
    expect(currency.code).toBe('documents.invoice.currency-unknown');
    const mended = await room.upload(shipmentId, {
      bytes: fixture('gb/invoice.xml', reference),
      type: 'commercial-invoice',
      supersedes: documentId,
    });
    expect(mended).toMatchObject({ documentId, version: 3 });
    expect(await room.views.document('acme', documentId)).toMatchObject({
      state: 'accepted',
      says: null,
      versions: [{ version: 1 }, { version: 2 }, { version: 3 }],
    });
  });

  it('notes the same bytes on the same shipment as a duplicate', async () => {
    const shipmentId = await room.shipment();
    const [first] = await room.papers(shipmentId, 'gb', ['mandate.pdf']);
    const [again] = await room.papers(shipmentId, 'gb', ['mandate.pdf']);
    expect(again).toMatchObject({ documentId: first!.documentId, version: 1, duplicate: true });
    expect((await room.store.read('acme', `document-${first!.documentId}`)).map((event) => event.type)).toEqual([
      'DocumentReceived',
      'DocumentRead',
      'DuplicateNoticed',
    ]);
    const [other] = await room.papers(await room.shipment(), 'gb', ['mandate.pdf']);
    expect(other).toMatchObject({ duplicate: false });
  });

  it('does nothing twice for one key', async () => {
    const shipmentId = await room.shipment();
    const sent = { bytes: fixture('gb/mandate.pdf'), type: 'mandate' };
    const [one, other] = await Promise.all([
      room.upload(shipmentId, sent, { key: 'same' }),
      room.upload(shipmentId, sent, { key: 'same' }),
    ]);
    expect(one).toEqual(other);
    expect(await room.upload(shipmentId, sent, { key: 'same' })).toEqual(one);
    expect((await room.views.list('acme', shipmentId)).items).toHaveLength(1);
  });

  it('refuses another file under the same key, also one that is here already, and keeps the key for what it refused', async () => {
    const shipmentId = await room.shipment();
    const [mandate, origin] = [fixture('gb/mandate.pdf'), fixture('gb/origin.pdf')];
    await refusal(room.upload(shipmentId, { bytes: Buffer.from('no PDF'), type: 'mandate' }, { key: 'reused' }));
    const first = await room.upload(shipmentId, { bytes: mandate, type: 'mandate' }, { key: 'reused' });
    const other = () => room.upload(shipmentId, { bytes: origin, type: 'other' }, { key: 'reused' });
    expect(await refusal(other())).toMatchObject({ code: 'http.idempotency-key.reused' });
    await room.upload(shipmentId, { bytes: origin, type: 'other' });
    expect(await refusal(other())).toMatchObject({ code: 'http.idempotency-key.reused' });
    expect(await room.upload(shipmentId, { bytes: mandate, type: 'mandate' }, { key: 'reused' })).toEqual(first);
    expect((await room.views.list('acme', shipmentId)).items).toHaveLength(2);
  });

  it('refuses a request that does not say what it brings', async () => {
    const shipmentId = await room.shipment();
    const bytes = fixture('gb/mandate.pdf');
    expect((await refusal(room.upload(shipmentId, { bytes, type: 'novel' }))).code).toBe(
      'documents.upload.type-unknown',
    );
    expect((await refusal(room.upload(shipmentId, { bytes, type: 'mandate', supersedes: 'x' }))).code).toBe(
      'documents.upload.supersedes-invalid',
    );
    expect((await refusal(room.upload(shipmentId, { bytes, type: 'mandate', supersedes: newId() }))).code).toBe(
      'documents.document.unknown',
    );
    async function* nothing() {
      yield { type: 'field' as const, fieldname: 'type', value: 'mandate' };
    }
    expect(
      (await refusal(room.uploads.accept(nothing(), room.caller(), shipmentId, 'http/uploadDocument/x'))).code,
    ).toBe('documents.upload.file-missing');
  });

  it('refuses a new version of another type', async () => {
    const shipmentId = await room.shipment();
    const [paper] = await room.papers(shipmentId, 'gb', ['mandate.pdf']);
    const error = await refusal(
      room.upload(shipmentId, {
        bytes: fixture('gb/origin.pdf'),
        type: 'origin-nonpreferential',
        supersedes: paper!.documentId,
      }),
    );
    expect(error.code).toBe('documents.document.type-differs');
  });
});

describe('a kill between storing and reading', () => {
  it('loses nothing: what waits is read by the drain, and the set completes', async () => {
    const shipmentId = await room.shipment();
    await derive(shipmentId, 'gb');
    const killed = room.uploadsWith({ read: () => Promise.reject(new Error('killed')) });
    for (const [name, type] of [
      ['invoice.xml', 'commercial-invoice'],
      ['packing-list.csv', 'packing-list'],
      ['waybill.json', 'sea-waybill'],
      ['mandate.pdf', 'mandate'],
    ] as const) {
      await room.upload(shipmentId, { bytes: fixture(`gb/${name}`, shipmentId.slice(-8)), type }, { uploads: killed });
    }
    expect((await room.views.list('acme', shipmentId)).items.map((document) => document.state)).toEqual([
      'received',
      'received',
      'received',
      'received',
    ]);
    await room.base.system((tx) => tx.query('update readings set due_at = now()'));
    await Promise.all([room.reading.work(), room.reading.work()]); // two processes at once
    expect(await room.views.checklist('acme', shipmentId)).toMatchObject({ state: 'complete' });
    expect((await types(shipmentId)).filter((type) => type === 'DocumentSetCompleted')).toHaveLength(1);
    expect(await room.reading.work()).toBe(0);
  });

  it('a file that we cannot read for a fault of ours is tried five times, then a person is told', async () => {
    const shipmentId = await room.shipment();
    const killed = room.uploadsWith({ read: () => Promise.reject(new Error('killed')) });
    const { documentId, sha256 } = await room.upload(
      shipmentId,
      { bytes: onePage(['(only here)']), type: 'other' },
      { uploads: killed },
    );
    const at = join(room.folder, 'acme', sha256.slice(0, 2));
    const { rmSync } = await import('node:fs');
    rmSync(join(at, sha256));
    expect(readdirSync(at)).not.toContain(sha256);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await room.base.system((tx) => tx.query('update readings set due_at = now()'));
      expect(await room.reading.work()).toBe(1);
    }
    expect(await room.views.document('acme', documentId)).toMatchObject({ state: 'rejected' });
    expect(await room.reading.work()).toBe(0);
  });
});

describe('the same invoice number on two shipments', () => {
  it('blocks the second, unless the first was called off', async () => {
    const [first, second] = [await room.shipment(), await room.shipment()];
    await derive(first, 'gb');
    await derive(second, 'gb');
    const bytes = fixture('gb/invoice.xml', 'TWICE');
    await room.upload(first, { bytes, type: 'commercial-invoice' });
    const answer = await room.upload(second, { bytes, type: 'commercial-invoice' });
    expect(answer.findings.map((finding) => finding.kind)).toEqual(['invoice.number-duplicate']);
    await room.hear('acme', 'ShipmentClosed', { shipmentId: first, outcome: 'unimported' });
    await derive(second, 'gb', {}, 'derive-checklist/2');
    expect((await room.views.findings('acme', second)).findings).toEqual([]);
  });

  it('two uploads at once cannot both be the first', async () => {
    const shipments = [await room.shipment(), await room.shipment(), await room.shipment()];
    for (const shipmentId of shipments) await derive(shipmentId, 'gb');
    const bytes = fixture('gb/invoice.xml', 'AT-ONCE');
    const answers = await Promise.all(
      shipments.map((shipmentId) => room.upload(shipmentId, { bytes, type: 'commercial-invoice' })),
    );
    expect(answers.filter((answer) => answer.findings.length === 0)).toHaveLength(1);
  });
});

describe('two tenants', () => {
  it('do not see each other’s shipments, documents, facts or bytes', async () => {
    const shipmentId = await room.shipment('acme');
    const [paper] = await room.papers(shipmentId, 'gb', ['invoice.xml']);
    const strangers = [
      room.views.list('globex', shipmentId),
      room.views.checklist('globex', shipmentId),
      room.views.findings('globex', shipmentId),
      room.views.document('globex', paper!.documentId),
      room.views.facts('globex', paper!.documentId, 1),
      room.views.version('globex', paper!.documentId, 1),
      room.upload(shipmentId, { bytes: fixture('gb/mandate.pdf'), type: 'mandate' }, { tenant: 'globex' }),
    ];
    for (const stranger of strangers) expect((await refusal(stranger)).kind).toBe('not-found');
    const confirm = {
      documentId: paper!.documentId,
      version: 1,
      factsDigest: 'x',
      lines: room.situation('gb', shipmentId).lines,
    };
    expect(
      await room.activities.confirmLines(room.step(shipmentId, 'confirm-lines/1', 'globex'), confirm),
    ).toMatchObject({ kind: 'refused', code: 'documents.document.unknown' });
  }, 20_000);

  it('cannot be crossed in any table: no tenant, the wrong one, a write for another', async () => {
    const { rows: tables } = await room.base.system((tx) =>
      tx.query<{ table: string }>(
        `select c.table_name as table from information_schema.columns c where c.table_schema = 'documents' and c.column_name = 'tenant_id'`,
      ),
    );
    expect(tables.map((row) => row.table)).toEqual(
      expect.arrayContaining([
        'documents',
        'facts',
        'files',
        'readings',
        'shipments',
        'situations',
        'versions',
        'events',
      ]),
    );
    const app = room.database.pool('documents_app', 2);
    for (const { table } of tables) {
      expect([table, (await app.query(`select from ${table}`)).rowCount]).toEqual([table, 0]);
      const { rows } = await room.base.tenant('globex', (tx) =>
        tx.query<{ tenant_id: string }>(`select distinct tenant_id from ${table}`),
      );
      expect([table, rows.filter((row) => row.tenant_id !== 'globex')]).toEqual([table, []]);
    }
    await expect(
      room.base.tenant('globex', (tx) =>
        tx.query(`insert into shipments (tenant_id, shipment_id) values ('acme', gen_random_uuid())`),
      ),
    ).rejects.toThrow(/row-level security/);
  });
});

describe('a read model that is rebuilt', () => {
  it('says the same as before', async () => {
    const { papers } = await import('../postgres/projections.js');
    const snapshot = () =>
      Promise.all(
        ['files', 'documents', 'versions'].map(
          async (table) => (await room.base.system((tx) => tx.query(`select * from ${table} order by 1, 2, 3`))).rows,
        ),
      );
    const before = await snapshot();
    expect(await room.store.rebuild(papers)).toBeGreaterThan(50);
    expect(await snapshot()).toEqual(before);
  });
});

describe('a permit', () => {
  const permitOf = async (shipmentId: string) => {
    const complete = (await room.eventsOf(shipmentId)).findLast(({ type }) => type === 'DocumentSetCompleted');
    const { set } = complete!.data as { set: DocumentSet };
    return set.documents.find(({ type }) => type === 'import-licence')?.permit;
  };
  const withPermit = async (): Promise<string> => {
    const shipmentId = await room.shipment();
    await derive(shipmentId, 'gb');
    await room.upload(shipmentId, {
      ...{
        bytes: fixture('gb/permit.json'),
        type: 'import-licence',
        name: 'permit.json',
        declared: 'application/json',
      },
    });
    await room.papers(shipmentId, 'gb', ['invoice.xml', 'packing-list.csv', 'waybill.json', 'mandate.pdf']);
    return shipmentId;
  };

  it('is taken of by one shipment after the other, and given back by one that is called off', async () => {
    const left = (value: string) => ({
      ...{ left: { value, unit: 'NAR' }, draws: [{ line: 1, taken: { value: '40', unit: 'NAR' } }] },
    });
    const first = await withPermit();
    expect(await permitOf(first)).toMatchObject(left('100'));
    const second = await withPermit();
    expect(await permitOf(second)).toMatchObject(left('60'));
    await room.hear('acme', 'ShipmentClosed', { shipmentId: first, outcome: 'unimported' });
    expect(await permitOf(await withPermit())).toMatchObject(left('60'));
  });
});
