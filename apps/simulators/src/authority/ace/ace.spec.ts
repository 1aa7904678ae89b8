import { House } from '../../testing/house.js';
import { entryCheck, field, readBatch, record, type Batch } from './records.js';

const ENTRY = '12345676';

interface Sketch {
  action: string;
  number: string;
  commodity: string;
  value: number;
  password: string;
  reference: string;
}

const batch = (application: string, records: string[], password = 'SECRET'): Buffer =>
  Buffer.from(
    [
      record('A', [2, 5, 'SITE'], [6, 8, 'ABC'], [9, 14, password], [15, 20, '112826'], [26, 27, application]),
      record('B', [4, 7, '2704'], [8, 10, 'ABC'], [11, 12, application], [60, 80, 'OUR TEXT']),
      ...records,
      record('Y', [4, 7, '2704'], [8, 10, 'ABC'], [11, 12, application]),
      record('Z', [2, 5, 'SITE'], [6, 8, 'ABC']),
    ].join('\r\n'),
    'latin1',
  );

const release = ({
  action = 'A',
  number = ENTRY,
  commodity = '8712001510',
  value = 1000,
  password,
  reference = 'SHIP-1',
}: Partial<Sketch> = {}): Buffer =>
  batch(
    'SE',
    [
      record(
        'SE10',
        [5, 5, action],
        [6, 8, 'ABC'],
        [11, 18, number],
        [20, 21, '01'],
        [22, 24, 'EI'],
        [25, 36, '12-345678900'],
        [37, 38, '11'],
        [39, 39, '8'],
        [40, 49, value],
        [50, 54, '2704'],
      ),
      record('SE15', [5, 5, 'M'], [6, 9, 'MAEU'], [10, 59, '123456789'], [60, 67, 40]),
      record('SE20', [5, 7, 'LRN'], [8, 57, reference]),
      ...(action === 'D'
        ? []
        : [
            record('SE40', [5, 7, 1], [8, 9, 'CN'], [11, 80, 'BICYCLES']),
            record('SE60', [5, 14, commodity], [15, 24, value]),
          ]),
    ],
    password,
  );

const summary = ({ action = 'A', number = ENTRY, value = 1000 }: Partial<Sketch> = {}): Buffer =>
  batch('AE', [
    record('10', [3, 3, action], [4, 6, 'ABC'], [9, 16, number], [18, 21, '2704'], [34, 35, '01'], [51, 51, '2']),
    record('40', [3, 5, 1], [6, 7, 'CN']),
    record('50', [3, 12, '8712001510'], [14, 23, value * 11], [25, 34, value]),
  ]);

let house: House;
beforeEach(() => (house = new House()));
afterEach(() => house.close());

const post = (bytes: Buffer): Promise<{ status: number | null }> => house.call('POST', '/ace/SITE', bytes);

/** Takes everything out of the queue, each acknowledged. */
const taken = async (): Promise<{ application: string; records: string[]; userText: string }[]> => {
  const answers = [];
  for (;;) {
    const reply = await house.call('GET', '/ace/SITE/queue');
    if (reply.status === 204) return answers;
    const read = readBatch(reply.body as Buffer) as Batch;
    answers.push({
      application: read.application,
      records: read.blocks[0]!.records,
      userText: read.blocks[0]!.userText.trim(),
    });
    await house.call('POST', `/ace/SITE/queue/${reply.headers!['X-Message-Id']}/acknowledge`);
  }
};
const results = (answers: Awaited<ReturnType<typeof taken>>): string[] =>
  answers.map(({ application, records }) => {
    const found = records.find((each) => /^(SE90|SO60|SO50|SO70|E1|PF10|UC10|C190|ER90|X0|X1)/.test(each))!;
    const code = { SE90: [5, 6], SO60: [15, 16], SO50: [15, 16], SO70: [21, 22], C190: [5, 6], ER90: [5, 6] }[
      found.slice(0, 4)
    ] as [number, number] | undefined;
    return `${application} ${code ? field(found, ...code) : field(found, 3, found.startsWith('E1') ? 4 : 18)}`;
  });

it('computes the check digit of an entry as the tables say', () => {
  expect([entryCheck('ABC', '1234567'), entryCheck('002', '6110316')]).toEqual(['6', '2']);
});

it('14: 97 is no release; held, lifted, examined, 98; later 99', async () => {
  house.script('SHIP-1', {
    authority: [
      {
        channel: 'ace',
        then: [
          { route: 'none' },
          { agency: { code: 'FDA', decision: 'hold' } },
          { hold: true },
          { lift: true },
          { route: 'physical' },
          { release: true, until: 'arrival' },
          { suspend: true, after: '1d' },
        ],
        stop: true,
      },
    ],
  });
  expect((await post(release())).status).toBe(202);
  const before = await taken();
  expect(results(before)).toEqual(['SX 02', 'SO 97', 'SO 02', 'SO 51', 'SO 54', 'SO 03']);
  expect(before[0]).toMatchObject({ userText: 'OUR TEXT' });
  expect(before[0]!.records[0]).toContain('SE10A');
  await house.admin('/admin/arrivals', { lrn: `ABC${ENTRY}` });
  await house.settle();
  expect(results(await taken())).toEqual(['SO 98']);
  await house.pass('25h');
  expect(results(await taken())).toEqual(['SO 99']);
});

it('gives the usual course: accepted, admissible, released', async () => {
  await post(release());
  expect(results(await taken())).toEqual(['SX 02', 'SO 97', 'SO 98']);
});

it('refuses the whole transaction by the same rules, each with its own short code', async () => {
  await post(release({ commodity: '9999999999' }));
  const [answer] = await taken();
  expect(results([answer!])).toEqual(['SX 01']);
  // behind the last record of the line that it is about
  expect(answer!.records.map((each) => each.slice(0, 4))).toEqual(['SE10', 'SE15', 'SE20', 'SE40', 'SE60', 'SE90']);
  expect(answer!.records[5]).toMatch(/^SE9001[0-9A-Z]{3}CDS40059/);
  await post(release({ number: '12345670' }));
  expect((await taken())[0]!.records.at(-1)).toContain('CDS10010');
});

it('deletes no entry that was released: it is too late', async () => {
  await post(release());
  await taken();
  await post(release({ action: 'D' }));
  const answers = await taken();
  expect(results(answers)).toEqual(['SX 01']);
  expect(answers[0]!.records.join(' ')).toContain('TOO LATE TO DELETE');
  expect(house.filing(`ABC${ENTRY}`).standing).not.toBe('invalidated');
});

it('replaces a summary until it is on a final statement, which then asks for the newer sum', async () => {
  await post(release());
  await post(summary());
  await taken();
  await post(summary({ action: 'R', value: 2000 }));
  await house.pass('1d');
  await house.pass('1d');
  expect(house.filing(`ABC${ENTRY}/AE`)).toMatchObject({ version: 2, due: { amount: '256.08' } });
  await taken();
  await post(summary({ action: 'R', value: 3000 }));
  const [answer] = await taken();
  expect(answer!.records.join(' ')).toContain('ON A FINAL STATEMENT');
  expect(house.filing(`ABC${ENTRY}/AE`).version).toBe(2);
});

it('never takes an entry number twice, not even after its cancellation', async () => {
  house.script('SHIP-1', { authority: [{ then: [{ route: 'none' }, { release: true, after: '2h' }], stop: true }] });
  await post(release());
  await post(release({ action: 'D' }));
  expect(results(await taken()).slice(-3)).toEqual(['SX 02', 'SO 88', 'SO 23']);
  await post(release());
  expect(results(await taken())).toEqual(['SX 01']);
});

it('takes a replacement as a request for correction, one at a time', async () => {
  house.script('SHIP-1', { authority: [{ on: 'amendment', then: [{ request: 'grant', after: '1h' }] }] });
  await post(release());
  await taken();
  await post(release({ action: 'R', value: 900 }));
  await post(release({ action: 'R', value: 800 }));
  expect(results(await taken())).toEqual(['SX 02', 'SX 01']);
  expect(house.findings()).toEqual(['replace-while-open']);
  await house.pass('2h');
  expect(results(await taken())).toEqual(['SO 88']);
  expect(house.filing(`ABC${ENTRY}`).current.items[0]!.price!.amount).toBe('900.00');
});

it('takes a summary beside the release, and states it nightly: preliminary, then final', async () => {
  await post(release());
  await taken();
  await post(summary());
  expect(results(await taken())).toEqual(['AX AI']);
  await house.pass('1d');
  await house.pass('1d');
  const statements = await taken();
  expect(statements.map(({ application, records }) => `${application} ${field(records[0]!, 16, 16)}`)).toEqual([
    'PF P',
    'PF F',
  ]);
  const [preliminary, final] = statements.map(({ records }) => ({
    number: field(records[0]!, 5, 15),
    entry: field(records[1]!, 5, 15),
    total: Number(field(records.at(-1)!, 5, 16)),
  }));
  expect(final).toEqual(preliminary);
  // 11 % of 1000 dollars, the least processing fee, the harbour fee
  expect(final).toMatchObject({ entry: `ABC${ENTRY}`, total: 11_000 + 3_358 + 125 });
  const due = house.filing(`ABC${ENTRY}/AE`).due!;
  expect(due).toEqual({ reference: final!.number, amount: '144.83', currency: 'USD' });
  house.authority.credit(due);
  expect(house.filing(`ABC${ENTRY}/AE`).isPaid).toBe(true);
});

it('states two entries apart where each act has its night: neither is paid under the other’s number', async () => {
  const other = `7654321${entryCheck('ABC', '7654321')}`;
  for (const number of [ENTRY, other]) await post(release({ number, reference: `SHIP-${number}` }));
  for (const number of [ENTRY, other]) await post(summary({ number }));
  await house.pass('1d');
  await house.pass('1d');
  const due = [ENTRY, other].map((number) => house.filing(`ABC${number}/AE`).due!);
  expect(due.map(({ amount }) => amount)).toEqual(['144.83', '144.83']);
  expect(new Set(due.map(({ reference }) => reference)).size).toBe(2);
});

describe('entries of one night on one statement', () => {
  const others = ['7654321', '7654322'].map((serial) => `${serial}${entryCheck('ABC', serial)}`);
  const due = (number: string) => house.filing(`ABC${number}/AE`).due!;
  const isPaid = (number: string): boolean => house.filing(`ABC${number}/AE`).isPaid;
  beforeEach(async () => {
    await house.close();
    house = new House({ pace: 'lifelike' });
    for (const [index, number] of others.entries()) {
      const value = 1000 * (index + 1);
      await post(release({ number, reference: `SHIP-${number}`, value }));
      await house.pass('1h');
      await post(summary({ number, value }));
    }
    await house.pass('1d');
    await house.pass('1d');
  });

  it('are each paid by their own sum under its number, whichever comes first', async () => {
    const [first, second] = others as [string, string];
    expect(due(first).reference).toBe(due(second).reference);
    expect(due(first).amount).not.toBe(due(second).amount);
    house.authority.credit(due(second));
    expect([isPaid(first), isPaid(second)]).toEqual([false, true]);
    house.authority.credit({ ...due(first), amount: '1.00' });
    expect(isPaid(first)).toBe(false);
    house.authority.credit(due(first));
    expect(isPaid(first)).toBe(true);
    await house.restart();
    expect([isPaid(first), isPaid(second)]).toEqual([true, true]);
    house.authority.credit(due(second), true);
    expect([isPaid(first), isPaid(second)]).toEqual([true, false]);
  });

  it('are paid at once by the whole sum', () => {
    const [first, second] = others as [string, string];
    const whole = (Number(due(first).amount) + Number(due(second).amount)).toFixed(2);
    house.authority.credit({ ...due(first), amount: whole });
    expect([isPaid(first), isPaid(second)]).toEqual([true, true]);
  });
});

it('answers enquiries: on file, and not', async () => {
  await post(release());
  await taken();
  await post(batch('CQ', [record('CQ10', [6, 8, 'ABC'], [11, 18, ENTRY])]));
  await post(batch('EQ', [record('EQ10', [6, 8, 'ABC'], [11, 18, ENTRY])]));
  expect(results(await taken())).toEqual(['C1 02', 'ER 01']);
});

it('gives the same message again until it is acknowledged', async () => {
  await post(release());
  const first = await house.call('GET', '/ace/SITE/queue');
  const again = await house.call('GET', '/ace/SITE/queue');
  expect(again.headers).toEqual(first.headers);
  await house.restart();
  expect((await house.call('GET', '/ace/SITE/queue')).headers).toEqual(first.headers);
  expect((await house.call('POST', '/ace/SITE/queue/999/acknowledge')).status).toBe(404);
});

it('refuses an envelope and keeps the password out of its ledger', async () => {
  await post(Buffer.from('NOTHING OF THE KIND'));
  await post(release({ password: 'WRONGP' }));
  expect(results(await taken())).toEqual(['X0 A RECORD EXPEC', 'X1 NOT AUTHORISED']);
  await post(release());
  expect(JSON.stringify(house.authority.entries())).not.toContain('SECRET');
  expect(JSON.stringify(house.authority.entries())).not.toContain('WRONGP');
});

it('bears one minute for everything, where a fault says so', async () => {
  house.faults([{ 'same-minute': 'authority' }]);
  house.script('SHIP-1', { authority: [{ then: [{ route: 'none' }, { release: true, after: '2h' }], stop: true }] });
  await post(release());
  await house.pass('3h');
  const times = (await taken())
    .filter(({ application }) => application === 'SO')
    .map(({ records }) =>
      field(
        records.find((each) => each.startsWith('SO60'))!,
        5,
        14,
      ),
    );
  expect(times).toHaveLength(2);
  expect(new Set(times).size).toBe(1);
});
