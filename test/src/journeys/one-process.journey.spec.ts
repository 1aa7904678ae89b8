import { House } from '../house.js';
import type { Told } from '../story.js';

const STORY = ['story/gb', 'story/us', 'story/de'];
const BAD_LUCK = [
  'journeys/bounced',
  'journeys/cut-line',
  'journeys/gateway-500',
  'journeys/lost-filing',
  'journeys/repeats',
  'journeys/silent-bank',
  'journeys/declined',
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
    'has one accepted filing and one debit for %s in the books of the authority and the bank',
    async (name) => {
      const { reference } = end(name);
      const [filings, debits] = await Promise.all([house.outside.filings(reference), house.outside.debits(reference)]);
      expect(filings.filter(({ acceptedAt }) => acceptedAt !== null)).toHaveLength(1);
      expect(new Set(filings.map(({ bytesDigest }) => bytesDigest)).size).toBe(filings.length);
      expect(debits).toHaveLength(1);
    },
  );

  it('files a corrected version once beside the rejected one, under the same reference', async () => {
    const filings = await house.outside.filings(end('story/us').reference);
    expect(filings.map(({ standing }) => standing)).toEqual(['rejected', 'cleared']);
    expect(new Set(filings.map(({ lrn }) => lrn)).size).toBe(1);
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
});
