import { readFileSync } from 'node:fs';
import { readScreeningList } from '../application/reference-data.js';
import { comparable, nameSimilarity, shareKey, type NameRules } from './names.js';
import { screen } from './screening.js';

const read = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));
const rules = JSON.parse(read('../../data/screening-rules.json').toString()) as NameRules;
const list = readScreeningList('screening-list.csv', read('../../data/screening-list.csv'), rules);
const hits = (name: string) => screen(list, [{ role: 'consignor', name }], rules).hits.map((hit) => hit.entry);

describe('screening', () => {
  it.each([
    ['the name as listed', 'Qarvani Maritime Trading Company', 'TW-0001'],
    ['another legal form', 'QARVANI MARITIME TRADING LTD', 'TW-0001'],
    ['an alias', 'Karvani Maritime', 'TW-0001'],
    ['Latin letters for Cyrillic', 'Severnyy Vikhr Eksport', 'TW-0002'],
    ['Cyrillic letters for Latin', 'Алексей Борзенков Дмитрован', 'TW-0003'],
    ['Arabic script', 'محمود طارق الزهيري', 'TW-0005'],
    ['words in another order', 'Zuhayri, Mahmoud ibn Tariq', 'TW-0005'],
    ['Greek script', 'Ναυτιλιακή Λεωνίδας Παπαδρόσος', 'TW-0019'],
    ['digits for letters', 'Nakh0da Bahri Shipp1ng Lines', 'TW-0011'],
    ['no spaces', 'ShirinGol Petrochemical', 'TW-0018'],
    ['a typing error', 'Ndiwelo Brothers Mning', 'TW-0015'],
  ])('finds an entry by %s', (_, name, entry) => expect(hits(name)).toContain(entry));

  it.each([
    'Northwind Robotics Ltd',
    'Maritime Trading Company',
    'General Procurement LLC',
    'Shenzhen Lantern Works',
    'Ltd',
    '',
    '—',
  ])('finds nothing by %j', (name) => expect(hits(name)).toEqual([]));

  it('names the list by the digest of its bytes and every party by its role', () => {
    const result = screen(
      list,
      [
        { role: 'buyer', name: 'Northwind' },
        { role: 'seller', name: 'NBS Lines' },
      ],
      rules,
    );
    expect(result).toEqual({
      list: { name: 'screening-list.csv', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), entries: 22 },
      hits: [{ role: 'seller', entry: 'TW-0011', score: '1.000' }],
    });
  });

  it('lets pass what compliance found to be another, for that role and entry only', () => {
    const names = [
      { role: 'buyer', name: 'NBS Lines' },
      { role: 'seller', name: 'NBS Lines' },
    ];
    const cleared = [
      { role: 'buyer', entry: 'TW-0011', by: 'user:carla', reason: 'another company, other register number' },
    ];
    expect(screen(list, names, rules, cleared)).toMatchObject({
      hits: [{ role: 'seller', entry: 'TW-0011' }],
      cleared,
    });
  });

  it.each([
    ['a row without a name', 'id,name,kind,programme,aliases\nX-1,,entity,p,\n', 'row 2, column name'],
    ['no rows', 'id,name,kind,programme,aliases\n', 'row 2'],
    ['other columns', 'a,b\n1,2\n', 'row 2, column id'],
    ['no CSV', 'id,name,kind,programme\n"x', 'file'],
  ])('refuses a list with %s and says where', (_, text, place) => {
    expect(() => readScreeningList('bad.csv', Buffer.from(text), rules)).toThrow(
      expect.objectContaining({ code: 'shipments.screening.list-unreadable', message: expect.stringContaining(place) }),
    );
  });
});

describe('comparing names', () => {
  const labelled = JSON.parse(read('./names.labelled.json').toString()) as [string, string, boolean, string][];
  const similarity = (one: string, other: string): number => {
    const [a, b] = [comparable(one, rules), comparable(other, rules)];
    return shareKey(a, b) ? nameSimilarity(a, b, rules) : 0;
  };

  it('is the same both ways', () => {
    for (const [one, other] of labelled) expect(similarity(one, other)).toBeCloseTo(similarity(other, one), 12);
  });

  it('finds nearly all of our labelled pairs (recall at least 0.95) with few false ones (precision at least 0.9)', () => {
    const found = labelled.filter(([one, other]) => similarity(one, other) >= rules.hitAt);
    const right = found.filter(([, , same]) => same).length;
    const wanted = labelled.filter(([, , same]) => same).length;
    const missed = labelled.filter(([one, other, same]) => same && similarity(one, other) < rules.hitAt);
    const wrong = found.filter(([, , same]) => !same);
    console.info(
      `name matching on ${labelled.length} labelled pairs: precision ${(right / found.length).toFixed(3)}, recall ${(right / wanted).toFixed(3)}; ` +
        `missed ${JSON.stringify(missed)}; wrong ${JSON.stringify(wrong)}`,
    );
    expect(right / wanted).toBeGreaterThanOrEqual(0.95);
    expect(right / found.length).toBeGreaterThanOrEqual(0.9);
  });
});
