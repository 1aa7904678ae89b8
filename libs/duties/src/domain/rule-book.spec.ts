import { Invalid } from '@tidewaiter/kernel';
import { sha256 } from '../application/digest.js';
import { books } from '../testing/books.js';
import { inForce, readRuleBook, ruleBookDigest, withShared } from './rule-book.js';

describe('the rule books of the house', () => {
  it('stand for twenty-one destinations and name their law in every rule', () => {
    expect(books.map(({ book }) => book.destination).join(' ')).toBe(
      'AE AU BR CA CH CN DE ES FR GB IE IN IT JP KR MX NL NO SG US XI',
    );
    for (const { book } of books) expect(book.measures.every(({ law }) => law.length > 10)).toBe(true);
  });
  it('have no two rules of one kind in force on one day', () => {
    for (const { book } of books) {
      const days = [
        ...new Set(
          [...book.customsValue, ...book.rounding, ...book.fx, ...book.fees, ...book.measures].flatMap(
            ({ from, to }) => (to === null ? [from] : [from, to]),
          ),
        ),
      ];
      for (const day of days) {
        expect(inForce(book.customsValue, day).length).toBeLessThanOrEqual(1);
        expect(inForce(book.rounding, day).length).toBeLessThanOrEqual(1);
        const keys = [
          ...inForce(book.measures, day).map(
            (each) => `${each.commodity} ${each.role} ${each.type} ${each.area} ${each.tariff}`,
          ),
          ...inForce(book.fees, day).map((each) => `${each.code} ${each.entryType} ${each.transport?.join() ?? ''}`),
          ...inForce(book.charges, day).map((each) => `charge ${each.role} ${each.type} ${each.code}`),
        ];
        expect(keys.length).toBe(new Set(keys).size);
      }
    }
  });
  it('name the sets that they share: a member state’s book stands on the Union’s too', () => {
    const sets = books.map(({ book }) => [book.destination, book.shared.map(({ set }) => set).join()]);
    expect(sets.filter(([, shared]) => shared === 'eu/union').map(([destination]) => destination)).toEqual(
      'DE ES FR IE IT NL'.split(' '),
    );
    const union = books.filter(({ book }) => book.shared.length > 0).map(({ book }) => book.shared[0]!.digest);
    expect(new Set(union).size).toBe(1);
    expect(books.find(({ book }) => book.destination === 'DE')!.book.measures.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['eu-103-8712003000', 'de-305-standard']),
    );
  });
  it('let what a country says of itself go before what it shares', () => {
    const union = {
      set: 'eu/union',
      version: '2026.1',
      currency: 'EUR',
      taxTypes: { vat: 'B00', fee: 'F00' },
      gaps: [1],
    };
    const own = { set: 'xx/own', version: '2026.3', shares: ['eu'], taxTypes: { vat: 'X00' }, gaps: [2] };
    expect(withShared(own, [union], () => 'ab')).toEqual({
      set: 'xx/own',
      version: '2026.3',
      currency: 'EUR',
      taxTypes: { vat: 'X00', fee: 'F00' },
      gaps: [1, 2],
      shared: [{ set: 'eu/union', version: '2026.1', digest: 'sha256:ab' }],
    });
  });
  it('are named by a digest that every change moves', () => {
    const { book, digest } = books[0]!;
    expect(ruleBookDigest(book, sha256)).toBe(digest);
    expect(ruleBookDigest({ ...book, version: '2026.2' }, sha256)).not.toBe(digest);
  });
  it('are refused with every place that is wrong', () => {
    const { book } = books[0]!;
    const [first, ...rest] = book.measures;
    const refusal = (value: unknown): Invalid => {
      try {
        readRuleBook(value, 'x.json');
      } catch (error) {
        return error as Invalid;
      }
      throw new Error('taken');
    };
    const wrong = refusal({
      ...book,
      measures: [{ ...first, expression: '14 percent', area: '9999' }, first, first, ...rest],
    });
    expect(wrong.code).toBe('duties.rules.unreadable');
    expect(wrong.details.places?.map(({ pointer }) => pointer)).toEqual([
      '/measures/0/area',
      '/measures/0/expression',
      '/measures/1/id',
      '/measures/2/id',
    ]);
    expect(refusal({ ...book, currency: 'pounds' }).details.places?.[0]?.pointer).toBe('/currency');
  });
});
