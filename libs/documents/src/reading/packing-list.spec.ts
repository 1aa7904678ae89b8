import { Invalid } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { fixture } from '../testing/files.js';
import { readPackingList } from './packing-list.js';

const read = (text: string) => readPackingList(Buffer.from(text));
const refusal = (text: string): Invalid => {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    return error as Invalid;
  }
  throw new Error('it was read');
};
const HEADER = 'package_from,package_to,count,kind,marks,item,description,quantity,unit,net_kg,gross_kg';

it('reads ours: packages, contents and totals, weights as they are written', () => {
  const { values, places } = readPackingList(fixture('gb/packing-list.csv'));
  expect(values.totals).toEqual({ packages: 44, kind: 'CT', net: '596', gross: '722' });
  expect(values.packages[0]).toEqual({
    from: '1',
    to: '40',
    count: 40,
    kind: 'CT',
    marks: 'BRACKENFIELD FELIXSTOWE 1-44',
    net: '560.0',
    gross: '680.0',
    contents: {
      item: 'BK-28-ST',
      description: 'Bicycles without motor, steel frame, 28 inch',
      quantity: '40',
      unit: 'C62',
    },
  });
  expect(places['/packages/1/gross']).toEqual({ place: 'row 3, column gross_kg' });
});
it.each([
  [
    'German, with semicolons',
    'Von;Bis;Anzahl;Verpackung;Artikel;Menge;Nettogewicht;Bruttogewicht\r\n1;2;2;CT;A;10;4.5;5\r\n',
  ],
  ['French, with tabs', '\uFEFFColis\tNombre de colis\tEmballage\tPoids net\tPoids brut\n1\t1\tCT\t4.5\t5\n'],
  ['English of another sender', 'Carton No.,CTNS,Packaging,SKU,QTY,N.W. (kg),GW kg\n1,1,carton,A,10,4.5,5\n'],
])('understands the headers of others: %s', (_, text) => {
  expect(read(text).values.totals).toMatchObject({ gross: '5' });
});
it('counts packages once that hold two articles', () => {
  const { values } = read(`${HEADER}\n1,2,2,PX,,A,,10,C62,4,10\n1,2,2,PX,,B,,20,C62,3,\n`);
  expect(values.totals).toEqual({ packages: 2, kind: 'PX', net: '7', gross: '10' });
});
it('a cell that begins with = is text', () => {
  expect(read(`${HEADER}\n1,1,1,CT,=cmd|'/C calc'!A0,A,,10,C62,4,10\n`).values.packages[0]?.marks).toBe(
    "=cmd|'/C calc'!A0",
  );
});
it.each([
  ['a thousands mark', '1,1,1,CT,,A,,10,C62,4,"1,234"', 'number-unreadable', 'row 2, column gross_kg'],
  ['a negative weight', '1,1,1,CT,,A,,10,C62,-4,10', 'number-negative', 'row 2, column net_kg'],
  ['a count that is not the range', '1,5,4,CT,,A,,10,C62,4,10', 'range-invalid', 'row 2, column count'],
  ['a range backwards', '5,1,,CT,,A,,10,C62,4,10', 'range-invalid', 'row 2, column package_to'],
  ['no first package', ',1,1,CT,,A,,10,C62,4,10', 'cell-missing', 'row 2, column package_from'],
  ['no gross weight', '1,1,1,CT,,A,,10,C62,4,', 'cell-missing', 'row 2, column gross_kg'],
  ['an article without its quantity', '1,1,1,CT,,A,,,C62,4,10', 'cell-missing', 'row 2, column quantity'],
  ['a kind of package nobody knows', '1,1,1,somethings,,A,,10,C62,4,10', 'kind-unknown', 'row 2, column kind'],
  ['a quote that never ends', '1,1,1,"CT,,A', 'unreadable', 'row 2'],
])('refuses %s with row and column', (_, row, code, place) => {
  const error = refusal(`${HEADER}\n${row}\n`);
  expect([error.code, error.details.places?.[0]?.pointer]).toEqual([`documents.packing-list.${code}`, place]);
});
it.each([
  ['nothing', ''],
  ['a header alone', `${HEADER}\n`],
  ['no header', '1,2,3\n4,5,6\n'],
  ['two columns of one meaning', 'package,carton,kind,gross\n1,1,CT,5\n'],
])('refuses %s', (_, text) => {
  expect(refusal(text).code).toMatch(/^documents\.packing-list\./);
});
it('whatever the table, the answer is facts or a typed refusal', () => {
  const cell = fc.oneof(
    fc.constantFrom('1', '2', 'CT', '', '5.5', '"', '=1+1', '-3', '1e9'),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 11 }), { maxLength: 4 }), (rows) => {
      try {
        read(`${HEADER}\n${rows.map((row) => row.join(',')).join('\n')}`);
      } catch (error) {
        expect(error).toBeInstanceOf(Invalid);
      }
    }),
    { numRuns: 500 },
  );
});
