import { SERVICES } from '@tidewaiter/local';
import { House } from '../house.js';
import type { Told } from '../story.js';

const STORIES = [
  'story/gb',
  'story/us',
  'story/de',
  'journeys/cut-line',
  'journeys/silent-bank',
  '09-reclassified',
  '10-payment-bounces',
];

/** A demand of the authority after the entry is a debt of its own. */
const DEBTS: Record<string, number> = { '09-reclassified': 2 };

describe('one process per service', () => {
  let house: House;
  let ends: Map<string, Told>;

  beforeAll(async () => {
    house = await House.open('split');
    ends = await house.play(STORIES);
  }, 300_000);
  afterAll(() => house?.[Symbol.asyncDispose](), 60_000);

  it('runs every service, the worker and the simulators as processes of their own', () => {
    const pids = house.platform.pids();
    expect(Object.keys(pids)).toEqual(expect.arrayContaining([...SERVICES, 'simulators', 'router']));
    expect(new Set(Object.values(pids)).size).toBe(Object.keys(pids).length);
  });

  it.each(STORIES)('brings %s to the same end as in one process', async (name) => {
    const { failed, reference } = ends.get(name)!;
    expect(failed).toEqual([]);
    const filings = await house.outside.filings(reference);
    const accepted = filings.filter(({ acceptedAt }) => acceptedAt !== null).map(({ lrn }) => lrn);
    // Where the entry summary is a filing of its own it stands beside the release, once.
    expect(accepted.filter((lrn) => !lrn.endsWith('/AE'))).toHaveLength(1);
    expect(new Set(accepted).size).toBe(accepted.length);
    const paid = (await house.outside.debits(reference)).map((debit) => debit.reference);
    expect(paid).toHaveLength(DEBTS[name] ?? 1);
    expect(new Set(paid).size).toBe(paid.length);
  });

  it('leaves nothing doubled', async () => {
    expect(await house.outside.doubles()).toEqual([]);
  });
});
