import { jest } from '@jest/globals';
import { aDeclaration } from './testing/declaration.js';
import { Receiver } from './testing/receiver.js';
import { Simulators } from './testing/simulators.js';

jest.setTimeout(120_000);

/** The program as a whole, on real ports: what only a process of its own can show. */

const FACES = ['--face', 'authority', '--face', 'bank'];
let receiver: Receiver;
let simulators: Simulators;

const start = async (env: Record<string, string>, flags: string[]): Promise<void> => {
  receiver = await Receiver.open();
  simulators = await new Simulators({ CALLBACK_URL: receiver.url, ...env }, undefined, [...FACES, ...flags]).start();
};
afterEach(async () => {
  await simulators.kill();
  await receiver.close();
});

const cusdec = [
  "UNB+UNOC:3+PARTNER:ZZ+CUSTOMS:ZZ+261128:1015+IC1'UNH+M1+CUSDEC:D:96B:UN'BGM+929+SHIP-1+9'CST++4000:117:ZZZ'LOC+11+NLRTM:139:6'",
  "LOC+35+CN:162:5'LOC+36+NL:162:5'DTM+137:202611281015:203'RFF+ABE:TW-E-1'PAC+40++CT'TDT+20+412W+1'NAD+EX+++SHANGHAI KNITWEAR'",
  "NAD+IM+NL123456789:167:ZZZ'NAD+DT+NL123456789:167:ZZZ'TOD+3++CIF:106:6'MOA+39:20000.00:USD'UNS+D'",
  "CST+1+6109100010:169:ZZZ+4000:117:ZZZ'FTX+AAA+++SHIRTS'LOC+27+CN:162:5'MEA+WT+AAC+KGM:1100'MOA+38:20000.00:USD'UNS+S'",
  "CNT+5:1'CNT+11:40'UNT+25+M1'UNZ+1+IC1'",
].join('');

it('keeps the mailbox of an EDIFACT partner over kill -9, and acts on an interchange once', async () => {
  await start({}, []);
  const post = (): Promise<Response> =>
    fetch(`${simulators.urls.edifact}/edi/PARTNER`, { method: 'POST', body: cusdec });
  const answers = async (): Promise<string[]> => {
    const bodies: string[] = [];
    for (let cursor = '0'; ;) {
      const answer = await fetch(`${simulators.urls.edifact}/edi/PARTNER/out?after=${cursor}`);
      cursor = answer.headers.get('x-cursor')!;
      if (answer.status === 204) return bodies;
      bodies.push(await answer.text());
    }
  };
  expect((await post()).status).toBe(202);
  const before = await answers();
  expect(before[0]).toContain('+CONTRL:D:3:UN');
  expect(before[1]).toContain("GIS+1:109:6'");
  await simulators.kill();
  await simulators.start();
  expect(await answers()).toEqual(before);
  await post();
  const summary = await simulators.adminJson<{ acceptedPerLrn: Record<string, number> }>('/admin/summary');
  expect(summary.acceptedPerLrn).toEqual({ 'TW-E-1': 1 });
  expect((await answers()).slice(before.length).every((each) => each.includes('CONTRL'))).toBe(true);
});

it('lives at the pace of an authority in no hurry, and skips its waits', async () => {
  await start({ SIMULATOR_PACE: 'lifelike' }, ['--skip-time']);
  const { now: opened } = await simulators.adminJson<{ now: string }>('/summary');
  await simulators.declare(aDeclaration({ reference: 'SHIP-1', lrn: 'TW-1', hasDefermentAccount: true }));
  await receiver.until(() => receiver.codes.length >= 4);
  expect(receiver.codes).toEqual(['01', '13', '13', '09']);
  const { now } = await simulators.adminJson<{ now: string }>('/summary');
  // ten minutes before the final tax
  expect(Date.parse(now) - Date.parse(opened)).toBeGreaterThan(10 * 60_000);
});

it('is down for an hour: no connection is answered, and afterwards it is there again', async () => {
  await start({}, []);
  await simulators.admin('/faults', { faults: [{ down: 'authority', for: '1h' }] });
  await expect(fetch(`${simulators.urls.authority}/health`)).rejects.toThrow();
  expect((await fetch(`${simulators.urls.bank}/health`)).status).toBe(200);
  await simulators.kill();
  await simulators.start();
  await expect(fetch(`${simulators.urls.authority}/health`)).rejects.toThrow();
  await simulators.admin('/advance', { by: '61m' });
  expect((await fetch(`${simulators.urls.authority}/health`)).status).toBe(200);
  await simulators.kill();
  await simulators.start();
  expect((await fetch(`${simulators.urls.authority}/health`)).status).toBe(200);
});

it('tells by a cut inside the answer, and by nothing else, that it has taken a declaration', async () => {
  await start({}, []);
  await simulators.script({ reference: 'SHIP-1', faults: [{ cut: 'authority', at: 'within' }] });
  const answer = await simulators.declare(aDeclaration({ reference: 'SHIP-1', lrn: 'TW-1' }));
  await expect(answer.text()).rejects.toThrow();
  await receiver.until(() => receiver.codes.length >= 3);
  const { items, others } = await simulators.adminJson<{ items: { n: number; lrn: string }[]; others: unknown[] }>(
    '/admin/received?lrn=TW-1',
  );
  expect([items.length, others]).toEqual([1, []]);
  const raw = await (await simulators.admin(`/admin/received/${items[0]!.n}/raw`)).text();
  expect(raw).toContain('TW-1');
});
