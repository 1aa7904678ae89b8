import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  exportEvidence,
  issueReaderKey,
  listReconciliations,
  proveInclusion,
  replayShipment,
  reportAccess,
  reportCompleteness,
  reportSeparationOfDuties,
  revokeReaderKey,
  showVerifierKey,
  showWitnessKeys,
  startReconciliation,
} from '@tidewaiter/contracts';
import { House, ROOT } from '../house.js';
import type { Told } from '../story.js';
import { until } from '../waiting.js';

const STORY = ['story/gb', 'story/us', 'story/de'];
const BAD_LUCK = [
  'journeys/bounced',
  'journeys/cut-line',
  'journeys/gateway-500',
  'journeys/lost-filing',
  'journeys/repeats',
  'journeys/silent-bank',
  'journeys/declined',
  'journeys/us-lost',
];

describe('everything in one process', () => {
  let house: House;
  let ends: Map<string, Told>;
  const end = (name: string): Told => ends.get(name)!;

  beforeAll(async () => {
    house = await House.open('one');
    ends = await house.play([...STORY, ...BAD_LUCK]);
  }, 300_000);
  afterAll(() => house?.[Symbol.asyncDispose](), 60_000);

  it.each([...STORY, ...BAD_LUCK])('brings %s to its sealed archive, as its file expects', (name) => {
    expect(end(name).failed).toEqual([]);
  });

  it.each([...STORY, ...BAD_LUCK])(
    'has each filing accepted once and one debit for %s in the books of the authority and the bank',
    async (name) => {
      const { reference } = end(name);
      const [filings, debits] = await Promise.all([house.outside.filings(reference), house.outside.debits(reference)]);
      const accepted = filings.filter(({ acceptedAt }) => acceptedAt !== null).map(({ lrn }) => lrn);
      // In the United States the entry summary is a filing of its own, under the number of the release.
      const isAmerican = /us(-lost)?$/.test(name);
      expect(accepted).toEqual(isAmerican ? [accepted[0], `${accepted[0]}/AE`] : [expect.any(String)]);
      expect(new Set(filings.map(({ bytesDigest }) => bytesDigest)).size).toBe(filings.length);
      expect(debits).toHaveLength(1);
    },
  );

  it('files a corrected version once beside the rejected one, under the same reference', async () => {
    const filings = await house.outside.filings(end('story/us').reference);
    expect(filings.map(({ standing }) => standing)).toEqual(['rejected', 'released', 'accepted']);
    expect(new Set(filings.slice(0, 2).map(({ lrn }) => lrn)).size).toBe(1);
  });

  it('asks the authority where the outcome was unknown, before anything goes out again', async () => {
    const [silent] = await house.outside.filings(end('journeys/cut-line').reference);
    expect(silent?.enquiries).toBeGreaterThan(0);
    expect((await house.outside.findings()).filter((finding) => !finding.startsWith('push-slow'))).toEqual([]);
  });

  it('books again after the carrier declined, and only then', async () => {
    const bookings = await house.outside.bookings(end('journeys/declined').reference);
    expect(bookings.map(({ bookingStatus }) => bookingStatus)).toEqual(['REJECTED', 'COMPLETED']);
    expect(await house.outside.bookings(end('journeys/repeats').reference)).toHaveLength(1);
  });

  it('leaves nothing doubled and no step of a script unreached', async () => {
    expect(await house.outside.doubles()).toEqual([]);
    expect(await house.outside.unreached()).toEqual([]);
  });

  it('tells people at a terminal the same, by exit code', async () => {
    for (const role of ['operator', 'auditor']) {
      expect((await house.command('login', '--as', role, '--profile', role)).code).toBe(0);
    }
    const { reference } = end('story/us');
    const said = async (line: string): Promise<unknown[]> => {
      const { code, stdout, stderr } = await house.command(...line.split(' '));
      return [line, code, stdout === '' ? stderr : (JSON.parse(stdout) as unknown)];
    };
    const expected: [string, number, unknown][] = [
      [`shipment show ${reference}`, 0, expect.objectContaining({ reference, stage: 'archived' })],
      [
        `document checks ${reference}`,
        0,
        expect.objectContaining({ checklist: expect.objectContaining({ state: 'complete' }) }),
      ],
      [`declaration check ${reference} --version-number 1`, 3, expect.objectContaining({ version: 1 })],
      [`payment approve ${reference} --yes`, 3, expect.stringContaining('waits for no approval')],
      [`duty rederive ${reference}`, 0, expect.objectContaining({ agrees: true })],
      ['audit report separation-of-duties --profile auditor', 0, expect.objectContaining({ exceptions: 0 })],
      ['shipment show NO-SUCH', 5, expect.any(String)],
    ];
    expect(await Promise.all(expected.map(([line]) => said(line)))).toEqual(expected);
  }, 60_000);

  describe('an auditor', () => {
    const VERIFIER = join(ROOT, 'apps/verify/dist/verify.mjs');
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'auditor-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    /** The offline verifier in an empty folder, with nothing of ours in its environment. */
    const verifyOffline = (...args: string[]) =>
      promisify(execFile)(process.execPath, [VERIFIER, ...args], { cwd: folder, env: {} }).then(
        ({ stdout }) => ({ code: 0, said: stdout }),
        (error: { code: number; stdout: string }) => ({ code: error.code, said: error.stdout }),
      );

    it('takes evidence away that one file and Node alone verify, and that names what was changed', async () => {
      const auditor = house.as('auditor');
      const { shipmentId } = end('story/us');
      await until('the seal under a checkpoint', async () => {
        const { timeline } = await auditor.call(replayShipment, { params: { shipmentId } });
        const seal = timeline.find(({ type }) => type.includes('DossierSealed'));
        return seal && (await auditor.call(proveInclusion, { params: { eventId: seal.eventId } }));
      });
      const bytes = await auditor.bytes(exportEvidence, { shipmentId }, { query: { reason: 'yearly audit' } });
      await writeFile(join(folder, 'evidence.tar'), bytes);
      const params = { log: 'acme' };
      const key = (await auditor.call(showVerifierKey, { params })).trim();
      const witness = (await auditor.call(showWitnessKeys, { params })).trim();
      const held = await verifyOffline('evidence.tar', '--key', key, '--witness', witness);
      expect(held.said).toContain('HOLDS');
      expect(held.code).toBe(0);
      expect(held.said).toMatch(/ok {2}replay[^\n]*byte for byte/);
      expect(held.said).toContain('streams that the seal names are here');
      const changed = Buffer.from(bytes);
      const at = changed.indexOf('DeclarationRejected', changed.indexOf('events/'));
      changed.write('DeclarationAccepted', at);
      await writeFile(join(folder, 'changed.tar'), changed);
      expect(await verifyOffline('changed.tar', '--key', key)).toMatchObject({
        code: 7,
        said: expect.stringMatching(/FAILS events\/\d+\.json/) as string,
      });
    }, 60_000);

    it('finds duties kept apart, every stream complete, and what was read', async () => {
      const auditor = house.as('auditor');
      const duties = await auditor.call(reportSeparationOfDuties);
      expect(duties.exceptions).toBe(0);
      expect(duties.items.filter(({ what }) => what.startsWith('payment')).length).toBeGreaterThanOrEqual(10);
      expect(await auditor.call(reportCompleteness)).toMatchObject({ broken: [], parked: [], alarms: 0 });
      await until('the reading in the report', async () => {
        const { items } = await auditor.call(reportAccess);
        return items.some(({ what, reason }) => what === 'evidence' && reason === 'yearly audit');
      });
    }, 60_000);

    it('has the event stores compared with the log', async () => {
      const auditor = house.as('auditor');
      await auditor.call(startReconciliation);
      await until('a comparison', async () => (await auditor.call(listReconciliations)).items.length > 0);
      const [run] = (await auditor.call(listReconciliations)).items;
      expect(run).toMatchObject({ differences: [], taskId: null });
      expect(run!.streams).toBeGreaterThan(50);
    }, 60_000);

    it('gives an outside party a key that reads this log and nothing else', async () => {
      const secret = randomBytes(32).toString('base64url');
      const body = {
        name: 'Outside auditors',
        until: new Date(Date.now() + 3_600_000).toISOString(),
        digest: createHash('sha256').update(secret).digest('hex'),
      };
      const { readerId } = await house.as('compliance').call(issueReaderKey, { body });
      const read = (path: string) =>
        fetch(`${house.api}${path}`, { headers: { authorization: `Bearer twr_acme.${readerId}.${secret}` } });
      expect((await read('/log/acme/checkpoint')).status).toBe(200);
      expect((await read('/log/globex/checkpoint')).status).toBe(404);
      expect((await read('/v1/shipments')).status).toBe(401);
      await house.as('compliance').call(revokeReaderKey, { params: { readerId } });
      expect((await read('/log/acme/checkpoint')).status).toBe(401);
    }, 30_000);
  });
});
