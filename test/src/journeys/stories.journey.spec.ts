import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { House, ROOT } from '../house.js';
import type { Told } from '../story.js';

const STORIES = readdirSync(join(ROOT, 'test/fixtures/scenarios'))
  .filter((file) => /^\d\d-.*\.yaml$/.test(file))
  .map((file) => file.replace(/\.yaml$/, ''))
  .sort();

/** The failure stories of an importer of record, side by side against one stack; each file says what must hold. */
describe('every story in one process', () => {
  let house: House;
  let ends: Map<string, Told>;

  beforeAll(async () => {
    house = await House.open('one');
    ends = await house.play(STORIES);
  }, 420_000);
  afterAll(() => house?.[Symbol.asyncDispose](), 60_000);

  it.each(STORIES)('%s ends as its file says', (name) => {
    expect(ends.get(name)?.failed).toEqual([]);
  });

  it('leaves nothing doubled in the books of the authority, the bank and the carrier', async () => {
    expect(await house.outside.doubles()).toEqual([]);
  });
});
