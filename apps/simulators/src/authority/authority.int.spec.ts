import { jest } from '@jest/globals';
import { readXml, type XmlElement } from '@tidewaiter/xml';
import { aDeclaration } from '../testing/declaration.js';
import { Receiver } from '../testing/receiver.js';
import { SECRETS, Simulators } from '../testing/simulators.js';

jest.setTimeout(60_000);

interface ReceivedView {
  items: {
    lrn: string;
    mrn: string;
    standing: string;
    due: { reference: string; amount: string; currency: string } | null;
    conversationId: string;
  }[];
}
interface Summary {
  received: number;
  turnedAway: number;
  accepted: number;
  acceptedPerLrn: Record<string, number>;
  doubles: { lrn: unknown[]; content: unknown[] };
}

let receiver: Receiver;
let simulators: Simulators;
let serial = 0;
/** every test has its own shipment */
const next = (): { reference: string; lrn: string } => {
  serial += 1;
  return { reference: `SHIP-${serial}`, lrn: `TW-${serial}` };
};

const startAll = async (): Promise<void> => {
  receiver = await Receiver.open();
  simulators = await new Simulators({ CALLBACK_URL: receiver.url }, undefined, [
    '--face',
    'authority',
    '--face',
    'bank',
  ]).start();
};
beforeAll(startAll);
afterAll(async () => {
  await simulators.kill();
  await receiver.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = () => 200;
});

const filing = async (lrn: string): Promise<ReceivedView['items'][number]> => {
  const { items } = await simulators.adminJson<ReceivedView>(`/authority/received?lrn=${lrn}`);
  return items.at(-1)!;
};
const codesOf = (lrn: string): string[] =>
  receiver.received
    .filter(({ body }) => body.includes(`<FunctionalReferenceID>${lrn}<`))
    .map(({ body }) => /<FunctionCode>(\d+)</.exec(body)![1]!);
const told = (lrn: string, count: number): Promise<void> => receiver.until(() => codesOf(lrn).length >= count);
const xmlOf = async (answer: Response): Promise<XmlElement> => readXml(Buffer.from(await answer.arrayBuffer())).root;
const pay = async (reference: string, lrn: string): Promise<void> => {
  const { due } = await filing(lrn);
  await simulators.pay(`pay/${lrn}`, { ...due!, shipment: reference });
};

describe('a declaration in order', () => {
  it('is accepted, taxed, and cleared after the credit; nothing clears before', async () => {
    const { reference, lrn } = next();
    const answer = await simulators.declare(aDeclaration({ reference, lrn }));
    expect(answer.status).toBe(202);
    expect(await answer.text()).toBe('');
    const conversation = answer.headers.get('x-conversation-id')!;
    await told(lrn, 3);
    expect(codesOf(lrn)).toEqual(['01', '13', '13']);
    expect(receiver.received.every(({ headers }) => headers['x-conversation-id'] === conversation)).toBe(true);
    expect(receiver.received.every(({ headers }) => headers.authorization === SECRETS.AUTHORITY_CALLBACK_TOKEN)).toBe(
      true,
    );
    expect((await filing(lrn)).due).toMatchObject({ currency: 'GBP', amount: '368.00' });
    await pay(reference, lrn);
    await told(lrn, 4);
    expect(codesOf(lrn).at(-1)).toBe('09');
    expect((await filing(lrn)).standing).toBe('cleared');
  });

  it('is cleared at once when it goes to a deferment account', async () => {
    const { reference, lrn } = next();
    await simulators.declare(aDeclaration({ reference, lrn, hasDefermentAccount: true }));
    await told(lrn, 4);
    expect(codesOf(lrn)).toEqual(['01', '13', '13', '09']);
  });
});

describe('the gateway', () => {
  it('refuses without taking anything', async () => {
    const before = await simulators.adminJson<Summary>('/authority/summary');
    const refusals: [Record<string, string>, number, string][] = [
      [{ authorization: 'Bearer wrong' }, 401, 'UNAUTHORIZED'],
      [{ accept: 'text/html' }, 406, 'ACCEPT_HEADER_INVALID'],
      [{ 'content-type': 'application/json' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ];
    for (const [headers, status, code] of refusals) {
      const answer = await simulators.declare(aDeclaration(), headers);
      expect(answer.status).toBe(status);
      expect((await xmlOf(answer)).textAt('code')).toBe(code);
    }
    const broken = await simulators.declare(Buffer.from('<MetaData><Declaration>'));
    expect(broken.status).toBe(400);
    expect(broken.headers.get('x-conversation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await xmlOf(broken)).textAt('errors/error/code')).toBe('xml_validation_error');
    expect((await simulators.adminJson<Summary>('/authority/summary')).received).toBe(before.received);
  });

  it('gives no token to a wrong secret', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'tidewaiter', client_secret: 'wrong' };
    const answer = await fetch(`${simulators.urls.authority}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(answer.status).toBe(401);
  });
});

it('rejects by its own rules and takes a corrected version under the same LRN', async () => {
  const { reference, lrn } = next();
  await simulators.declare(aDeclaration({ reference, lrn, itemCount: '3' }));
  await told(lrn, 1);
  expect(codesOf(lrn)).toEqual(['03']);
  expect(receiver.received.at(-1)!.body).toContain('<ValidationCode>CDS11003</ValidationCode>');
  await simulators.declare(aDeclaration({ reference, lrn }));
  await told(lrn, 4);
  expect(codesOf(lrn)).toEqual(['03', '01', '13', '13']);
});

it('refuses an LRN that lives, and the first filing stands', async () => {
  const { reference, lrn } = next();
  await simulators.declare(aDeclaration({ reference, lrn }));
  await told(lrn, 3);
  await simulators.declare(aDeclaration({ reference, lrn }));
  await told(lrn, 4);
  expect(receiver.received.at(-1)!.body).toContain('CDS12003');
  const summary = await simulators.adminJson<Summary>('/authority/summary');
  expect(summary.acceptedPerLrn[lrn]).toBe(1);
  const { items } = await simulators.adminJson<{ items: { finding: string; about: string }[] }>('/authority/referee');
  expect(items).toContainEqual(expect.objectContaining({ finding: 'sent-again-unasked', about: lrn }));
});

it('notes the same content under another LRN, and a credential in a body', async () => {
  const { reference, lrn } = next();
  const first = aDeclaration({ reference, lrn });
  await simulators.declare(first);
  await simulators.declare(Buffer.from(first.toString('utf8').replaceAll(lrn, `${lrn}-AGAIN`)));
  const plain = aDeclaration(next()).toString('utf8');
  await simulators.declare(Buffer.from(plain.replace('Shenzhen Makers', SECRETS.AUTHORITY_CLIENT_SECRET)));
  const { items } = await simulators.adminJson<{ items: { finding: string; about: string }[] }>('/authority/referee');
  expect(items).toContainEqual(expect.objectContaining({ finding: 'same-content-new-lrn', about: `${lrn}-AGAIN` }));
  expect(items.some(({ finding }) => finding === 'secret-in-body')).toBe(true);
});

it('follows a script: rejected, then inspected, taxed wrongly, and cleared without waiting', async () => {
  const { reference, lrn } = next();
  await simulators.script({
    reference,
    authority: [
      { answer: 'reject', errors: [{ code: 'CDS12056', pointer: '42A/67A[1]' }] },
      {
        answer: 'accept',
        then: [{ route: 'physical' }, { tax: 'assessed', wrong: { tax: 'A00', by: '1.00' } }, { clear: 'now' }],
      },
    ],
  });
  await simulators.declare(aDeclaration({ reference, lrn }));
  await told(lrn, 1);
  await simulators.declare(aDeclaration({ reference, lrn }));
  await told(lrn, 5);
  expect(codesOf(lrn)).toEqual(['03', '01', '05', '13', '09']);
  expect((await filing(lrn)).due!.amount).toBe('369.00');
});

it('waits for papers when a script says so', async () => {
  const { reference, lrn } = next();
  await simulators.script({
    reference,
    authority: [{ answer: 'accept', then: [{ route: 'documents' }, { clear: 'after-documents' }] }],
  });
  await simulators.declare(aDeclaration({ reference, lrn }));
  await told(lrn, 2);
  const { mrn } = await filing(lrn);
  const slots = await xmlOf(
    await fetch(`${simulators.urls.authority}/customs/declarations/file-upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await bearer()}`, 'content-type': 'application/xml' },
      body: `<FileUploadRequest xmlns="hmrc:fileupload"><DeclarationID>${mrn}</DeclarationID><FileGroupSize>1</FileGroupSize><Files><File><FileSequenceNo>1</FileSequenceNo></File></Files></FileUploadRequest>`,
    }),
  );
  const address = slots.textAt('Files/File/UploadRequest/Href')!;
  expect((await fetch(address.replace(/.$/, 'x'), { method: 'POST', body: 'forged' })).status).toBe(404);
  expect((await fetch(address, { method: 'POST', body: 'the invoice' })).status).toBe(204);
  await told(lrn, 3);
  expect(codesOf(lrn)).toEqual(['01', '06', '09']);
});

describe('faults', () => {
  const send = async (
    faults: Record<string, unknown>[],
    authority: Record<string, unknown>[] = [],
  ): Promise<{ reference: string; lrn: string; answer: Response | null }> => {
    const shipment = next();
    await simulators.script({ reference: shipment.reference, authority, faults });
    const answer = await simulators.declare(aDeclaration(shipment)).catch(() => null);
    return { ...shipment, answer };
  };

  it('tells everything twice', async () => {
    const { lrn } = await send([{ duplicate: 'authority', times: 2 }]);
    await told(lrn, 6);
    expect(codesOf(lrn)).toEqual(['01', '01', '13', '13', '13', '13']);
    const bodies = receiver.received.map(({ body }) => body);
    expect(bodies[0]).toBe(bodies[1]);
  });

  it('tells everything in reverse', async () => {
    const { lrn } = await send(
      [{ reorder: 'authority' }],
      [{ answer: 'accept', then: [{ route: 'physical' }, { clear: 'now' }] }],
    );
    await told(lrn, 3);
    expect(codesOf(lrn)).toEqual(['09', '05', '01']);
  });

  it('answers 500 before acting, and after', async () => {
    const before = await send([{ http: 'authority', acting: 'before' }]);
    expect(before.answer!.status).toBe(500);
    expect((await simulators.askAuthority(`/customs/declarations-information/search?lrn=${before.lrn}`)).status).toBe(
      404,
    );
    expect((await simulators.declare(aDeclaration(before))).status).toBe(202);
    const after = await send([{ http: 'authority', acting: 'after' }]);
    expect(after.answer!.status).toBe(500);
    expect((await simulators.askAuthority(`/customs/declarations-information/search?lrn=${after.lrn}`)).status).toBe(
      200,
    );
  });

  it('cuts the connection after it has taken the declaration', async () => {
    const { lrn, answer } = await send([{ cut: 'authority' }]);
    expect(answer).toBeNull();
    const row = (await xmlOf(await simulators.askAuthority(`/customs/declarations-information/search?lrn=${lrn}`))).at(
      'DeclarationSearchDetails/Declaration',
    )!;
    expect(row.textAt('LRN')).toBe(lrn);
    expect(row.textAt('ID')).toBe((await filing(lrn)).mrn);
    await told(lrn, 3);
  });

  it('is silent until somebody asks', async () => {
    const { lrn } = await send([], [{ answer: 'silence', then: [{ clear: 'now' }] }]);
    for (let n = 0; n < 50 && (await filing(lrn)).standing !== 'cleared'; n += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(codesOf(lrn)).toEqual([]);
    const status = await xmlOf(
      await simulators.askAuthority(`/customs/declarations-information/mrn/${(await filing(lrn)).mrn}/status`),
    );
    expect(status.textAt('DeclarationStatusDetails/Declaration/ICS')).toBe('3');
    await told(lrn, 2);
    expect(codesOf(lrn)).toEqual(['01', '09']);
  });

  it('is silent for as long as it is told', async () => {
    const started = Date.now();
    const { lrn } = await send([{ silence: 'authority', for: '700ms' }]);
    await told(lrn, 3);
    expect(Date.now() - started).toBeGreaterThanOrEqual(690);
    expect(codesOf(lrn)).toEqual(['01', '13', '13']);
  });

  it('loses a push that a pull still finds', async () => {
    const { lrn } = await send([{ lose: 'authority' }]);
    await told(lrn, 2);
    expect(codesOf(lrn)).toEqual(['13', '13']);
    const { conversationId } = await filing(lrn);
    const links = (
      await xmlOf(await simulators.askAuthority(`/notifications/conversationId/${conversationId}/unpulled`))
    ).children('link');
    expect(links).toHaveLength(1);
    const lost = await simulators.askAuthority(links[0]!.value);
    expect(lost.headers.get('x-conversation-id')).toBe(conversationId);
    expect(await lost.text()).toContain('<FunctionCode>01<');
    expect(
      (await xmlOf(await simulators.askAuthority(`/notifications/conversationId/${conversationId}/unpulled`))).children(
        'link',
      ),
    ).toHaveLength(0);
  });

  it('tells of a declaration that nobody made', async () => {
    const { lrn } = await send([{ unknown: 'authority' }]);
    await told(lrn, 3);
    await receiver.until(() => receiver.received.some(({ body }) => body.includes('NOBODY-')));
  });
});

async function bearer(): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: SECRETS.AUTHORITY_CLIENT_ID,
    client_secret: SECRETS.AUTHORITY_CLIENT_SECRET,
  };
  const answer = await fetch(`${simulators.urls.authority}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

describe('the rest of its services', () => {
  it('publishes rates to anybody', async () => {
    const rates = await xmlOf(await fetch(`${simulators.urls.authority}/rates/US/2026-11`));
    expect(rates.attribute('Period')).toBe('01/Nov/2026 to 30/Nov/2026');
    expect((await fetch(`${simulators.urls.authority}/rates/FR/2026-11`)).status).toBe(404);
    expect((await fetch(`${simulators.urls.authority}/rates/GB/2026-13`)).status).toBe(404);
  });

  it('finds by DUCR and knows nothing of what it never had', async () => {
    const { reference, lrn } = next();
    await simulators.declare(aDeclaration({ reference, lrn }));
    const found = await xmlOf(
      await simulators.askAuthority(`/customs/declarations-information/ducr/6GB123456789012-${reference}/status`),
    );
    expect(found.textAt('DeclarationStatusDetails/Declaration/LRN')).toBe(lrn);
    const unknown = await simulators.askAuthority('/customs/declarations-information/mrn/26GB0000000000000X/status');
    expect(unknown.status).toBe(404);
    expect((await xmlOf(unknown)).textAt('errors/error/code')).toBe('CDS60001');
  });

  it('sends by hand whatever it is told', async () => {
    const answer = await simulators.admin('/authority/send', {
      body: 'neither xml nor json',
      headers: { Authorization: 'wrong' },
    });
    expect(await answer.json()).toEqual({ status: 200 });
    expect(receiver.received.find(({ body }) => body === 'neither xml nor json')!.headers.authorization).toBe('wrong');
  });

  it('refuses a script with unknown keys and a caller without the token', async () => {
    const bad = await simulators.script({ reference: 'X', authority: [{ answer: 'accept', colour: 'red' }] });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({
      places: [{ pointer: expect.stringContaining('/authority/0') }],
    });
    expect((await fetch(`${simulators.urls.admin}/summary`)).status).toBe(401);
    expect((await fetch(`${simulators.urls.admin}/health`)).status).toBe(200);
  });
});

describe('killed and emptied', () => {
  it('goes on where it stood: nothing twice, nothing lost, pushes done again', async () => {
    const { reference, lrn } = next();
    receiver.answer = () => 503;
    await simulators.script({
      reference,
      authority: [{ answer: 'accept', then: [{ route: 'physical', after: '1s' }] }],
    });
    await simulators.declare(aDeclaration({ reference, lrn }));
    await receiver.until(() => receiver.received.length > 0);
    const mrn = (await filing(lrn)).mrn;
    await simulators.kill();
    receiver.received.length = 0;
    receiver.answer = () => 200;
    await simulators.start();
    await told(lrn, 4);
    expect(codesOf(lrn)).toEqual(['01', '05', '13', '13']);
    expect((await filing(lrn)).mrn).toBe(mrn);
    await pay(reference, lrn);
    await simulators.kill();
    await simulators.start();
    await told(lrn, 5);
    expect((await filing(lrn)).standing).toBe('cleared');
    const summary = await simulators.adminJson<Summary>('/authority/summary');
    expect(summary.acceptedPerLrn[lrn]).toBe(1);
    expect(summary.doubles).toEqual({ lrn: [], content: [] });
  });

  it('forgets everything when it is told to', async () => {
    expect((await simulators.admin('/reset', {})).status).toBe(204);
    await simulators.kill();
    await simulators.start();
    expect(await simulators.adminJson<Summary>('/authority/summary')).toMatchObject({
      received: 0,
      turnedAway: 0,
      accepted: 0,
    });
    expect(await simulators.adminJson<{ items: unknown[] }>('/scripts')).toEqual({ items: [] });
  });
});
