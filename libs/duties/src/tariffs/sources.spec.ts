import type { TariffSource } from '@tidewaiter/contracts';
import fc from 'fast-check';
import { bytes, htsFile, someHts, ukList } from '../testing/tariff-files.js';
import { csvRows } from './csv.js';
import { OWN_COLUMNS } from './own-csv.js';
import { Found } from './read.js';
import { SOURCES } from './sources.js';
import { specialParts } from './usitc-hts.js';

const read = async (source: TariffSource, file: string | Buffer, piece = 50): Promise<Found> => {
  const found = new Found();
  const reading = SOURCES[source].read(bytes(file, piece), found, {
    destination: 'XX',
    validFrom: '2026-01-01',
    validTo: '2026-12-31',
    areas: { '1006': ['CA'] },
  });
  while (!(await reading.next()).done);
  return found;
};
const refusedWith = (source: TariffSource, file: string | Buffer) =>
  read(source, file).then(
    () => 'read',
    (error: { code: string; details: { places: { pointer: string }[] } }) => [
      error.code.replace('duties.tariff.', ''),
      error.details.places[0]!.pointer,
    ],
  );

describe('CSV', () => {
  const rows = async (text: string, piece: number): Promise<[number, ...string[]][]> => {
    const all: [number, ...string[]][] = [];
    for await (const batch of csvRows(bytes(text, piece), () => true))
      all.push(...batch.map(({ line, cells }): [number, ...string[]] => [line, ...cells]));
    return all;
  };

  it('is read the same in whatever pieces it comes', async () => {
    const text = '\uFEFFa,b\r\n1,"two, ""2"""\r\n\r\n"3\n3",\n"","é"';
    const expected = [
      [2, '1', 'two, "2"'],
      [5, '3\n3', ''],
      [6, '', 'é'],
    ];
    for (let piece = 1; piece <= text.length + 4; piece += 1) expect(await rows(text, piece)).toEqual(expected);
  });

  it('gives back every table that is written', async () => {
    const cell = fc.stringMatching(/^[a-z",\n\r é¢]{0,8}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        async (table, piece) => {
          const text = [
            'x,y,z',
            ...table.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')),
          ].join('\r\n');
          expect((await rows(text, piece)).map(([, ...cells]) => cells)).toEqual(table);
        },
      ),
    );
  });

  it('never hangs and never crashes on anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a",\r\n]{0,30}$/), fc.integer({ min: 1, max: 9 }), async (text, piece) => {
        try {
          await rows(text, piece);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^duties\.tariff\.(cut|empty|wrong-format)$/);
        }
      }),
    );
  });

  it.each([
    ['a,b\n1,"2', ['cut', 'line 2']],
    ['a,b\n1,2\n3', ['cut', 'line 3']],
    ['a,b\n1\n3,4\n', ['wrong-format', 'line 2']],
    ['a,b\n1,2"x\n', ['wrong-format', 'line 2']],
    ['a,b\n1,"2"x\n', ['wrong-format', 'line 2']],
    ['', ['empty', 'line 1']],
  ])('says of %j where it is wrong', async (text, [what, place]) => {
    await expect(rows(text, 3)).rejects.toMatchObject({
      code: `duties.tariff.${what}`,
      details: { places: [{ pointer: place }] },
    });
  });
});

describe('usitc-hts-csv', () => {
  it('keeps the hierarchy by indent, and what can be declared', async () => {
    const { codes } = await read('usitc-hts-csv', someHts());
    expect(codes.map(({ ordinal, code, declarable, ancestors }) => [ordinal, code, declarable, ancestors])).toEqual([
      [1, '6105', false, []],
      [2, '61051000', false, [1]],
      [3, '', false, [1, 2]],
      [4, '6105100010', true, [1, 2, 3]],
      [5, '6105100030', true, [1, 2, 3]],
      [6, '610590', false, [1]],
      [7, '6105901000', true, [1, 6]],
      [8, '61059080', true, [1, 6]],
    ]);
    expect(codes[3]!.units).toEqual(['doz.', 'kg']);
  });

  it('reads three columns of rates, with the days of the import', async () => {
    const { measures } = await read('usitc-hts-csv', someHts());
    expect(measures.filter(({ commodity }) => commodity === '61051000')).toMatchObject([
      {
        role: 'basic-duty',
        type: 'general',
        area: 'column 1',
        except: ['column 2'],
        expression: '19.7%',
        from: '2026-01-01',
        to: '2026-12-31',
        law: 'HTSUS 6105.10.00, column 1 general; 19 USC 1202',
      },
      { role: 'preference', programs: ['AU', 'BH', 'S'], expression: 'Free' },
      { role: 'preference', programs: ['KR'], expression: '8%' },
      { role: 'basic-duty', type: 'column 2', area: 'column 2', expression: '45%' },
    ]);
  });

  it('takes tags and broken blanks out of cells, and nothing else', async () => {
    const { measures, codes } = await read(
      'usitc-hts-csv',
      htsFile([
        {
          number: '5701.10.90',
          indent: 0,
          description: 'Of <i>wool</i>\n or  hair',
          general: '4.5%<u></u>',
          column2: '$3.33/m<sup>2</sup>',
        },
      ]),
    );
    expect(codes[0]!.description).toBe('Of wool or hair');
    expect(measures.map(({ expression }) => expression)).toEqual(['4.5%', '$3.33/m²']);
  });

  it('refuses what is no formula, with line, column and text, and keeps the rest of the row', async () => {
    const { refused, measures, skipped } = await read(
      'usitc-hts-csv',
      htsFile([
        {
          number: '9802.00.40',
          indent: 0,
          description: 'Repaired',
          general: 'A duty upon the value of the repairs',
          special: 'Free (AU) See 9822.05 (PA)',
          column2: '5%',
        },
        { number: '9903.45.01', indent: 0, description: 'x', special: 'No change', column2: 'No change' },
        { number: '0101.21', indent: 0, description: 'x', special: 'Free, under bond' },
        { number: '12', indent: 0, description: 'x' },
        { indent: 0, description: 'no number', general: '3%' },
      ]),
    );
    expect(refused.map(({ line, column, text }) => [line, column, text])).toEqual([
      [2, 'General Rate of Duty', 'A duty upon the value of the repairs'],
      [2, 'Special Rate of Duty', 'See 9822.05'],
      [4, 'Special Rate of Duty', 'Free, under bond'],
      [5, 'HTS Number', '12'],
      [6, 'General Rate of Duty', '3%'],
    ]);
    expect(measures.map(({ type, expression }) => [type, expression])).toEqual([
      ['special', 'Free'],
      ['column 2', '5%'],
    ]);
    expect(skipped).toEqual({ 'rate “No change”': 2 });
  });

  it('reads special rates with their programs', () => {
    expect(specialParts('Free (A+, AU,\nS) 1.3¢/kg (P)')).toEqual([
      { rate: 'Free', programs: ['A+', 'AU', 'S'] },
      { rate: '1.3¢/kg', programs: ['P'] },
    ]);
    for (const text of ['Free', 'Free (AU) and more', '(AU)', 'Free (see note)']) expect(specialParts(text)).toBeNull();
  });

  it.each([
    [ukList([['87120030', 'x', '1%']]), ['wrong-format', 'line 1']],
    [htsFile([]), ['empty', 'line 2']],
    [someHts().slice(0, -40), ['cut', 'line 9']],
    [Buffer.concat([Buffer.from(someHts()), Buffer.from([0xff, 0xfe])]), ['wrong-encoding', 'line 9 or after']],
    [Buffer.from(someHts(), 'utf16le'), ['wrong-encoding', 'line 1 or after']],
  ])('takes nothing of a file that is none of its own (%#)', async (file, refused) => {
    expect(await refusedWith('usitc-hts-csv', file)).toEqual(refused);
  });
});

describe('uk-global-tariff', () => {
  const line = (code: string, expression: string) =>
    JSON.stringify({ code, description: 'Goods', uk: { expression }, eu2020: { expression: '99%' } });

  it('reads the published CSV and its rows as JSON lines alike', async () => {
    const csv = await read(
      'uk-global-tariff',
      ukList([
        ['01012100', 'Goods', '0.0%'],
        ['0102291010', 'Goods', '10.00% + 77.00 GBP / 100 kg'],
      ]),
    );
    const lines = await read(
      'uk-global-tariff',
      `${line('01012100', '0.0%')}\n${line('0102291010', '10.00% + 77.00 GBP / 100 kg')}\n`,
    );
    expect(lines).toEqual(csv);
    expect(csv.measures).toMatchObject([
      { commodity: '01012100', type: '103', area: '1011', expression: '0.0%' },
      { commodity: '0102291010', expression: '10.00% + 77.00 GBP / 100 kg' },
    ]);
    expect(csv.areas).toEqual({ '1011': null });
  });

  it('refuses rows, not the file', async () => {
    const { refused, codes } = await read(
      'uk-global-tariff',
      ukList([
        ['0101', 'x', '1%'],
        ['01012100', 'x', '1%'],
        ['01012100', 'x', '2%'],
        ['01012910', 'x', 'entry price'],
      ]),
    );
    expect(refused.map(({ line: at, column }) => [at, column])).toEqual([
      [2, 'commodity'],
      [4, 'commodity'],
      [5, 'ukgt_duty_rate'],
    ]);
    expect(codes.map(({ code }) => code)).toEqual(['01012100', '01012910']);
  });

  it.each([
    [`${line('01012100', '0.0%')}\n${line('01012910', '1%').slice(0, -9)}`, ['cut', 'line 2']],
    [`${line('01012100', '0.0%').slice(0, -9)}\n${line('01012910', '1%')}`, ['wrong-format', 'line 1']],
    ['{}\n', ['empty', 'line 2']],
    [someHts(), ['wrong-format', 'line 1']],
  ])('takes nothing of a file that is cut or another (%#)', async (file, refused) => {
    expect(await refusedWith('uk-global-tariff', file)).toEqual(refused);
  });
});

/** A commodity as the API answers, by hand: one heading, a third country duty, a preference with its document, VAT, a control. */
const apiCommodity = (code = '8712003000', duty = '14.00 %') => {
  const measure = (
    id: string,
    type: string,
    expression: string | null,
    more: Record<string, unknown> = {},
    area = '1011',
  ) => [
    {
      id,
      type: 'measure',
      attributes: { effective_start_date: '2021-01-01T00:00:00.000Z', effective_end_date: null, import: true },
      relationships: {
        measure_type: { data: { id: type, type: 'measure_type' } },
        geographical_area: { data: { id: area, type: 'geographical_area' } },
        duty_expression: {
          data: expression === null ? null : { id: `${id}-duty_expression`, type: 'duty_expression' },
        },
        excluded_countries: { data: [] },
        ...more,
      },
    },
    ...(expression === null
      ? []
      : [{ id: `${id}-duty_expression`, type: 'duty_expression', attributes: { base: expression } }]),
  ];
  return {
    data: {
      id: '1',
      type: 'commodity',
      attributes: {
        goods_nomenclature_item_id: code,
        description: 'Other',
        formatted_description: 'Bicycles, with <abbr>ball</abbr> bearings',
        declarable: true,
      },
      relationships: {
        heading: { data: { id: 'h', type: 'heading' } },
        ancestors: { data: [] },
        import_measures: { data: ['1', '2', '3', '4', '5'].map((id) => ({ id, type: 'measure' })) },
      },
    },
    included: [
      {
        id: 'h',
        type: 'heading',
        attributes: { goods_nomenclature_item_id: '8712000000', description: 'Bicycles and other cycles' },
      },
      ...measure('1', '103', duty),
      ...measure(
        '2',
        '142',
        '0.00 %',
        {
          measure_conditions: { data: ['p', 'n'].map((id) => ({ id, type: 'measure_condition' })) },
          excluded_countries: { data: [{ id: 'XU', type: 'geographical_area' }] },
        },
        '1013',
      ),
      ...measure('3', '305', '20.00 %'),
      ...measure('4', '410', null),
      ...measure('5', '142', '0.00 %', {}, '2200'),
      {
        id: '1013',
        type: 'geographical_area',
        attributes: { description: 'EU' },
        relationships: {
          children_geographical_areas: {
            data: [
              { id: 'DE', type: 'geographical_area' },
              { id: 'FR', type: 'geographical_area' },
            ],
          },
        },
      },
      {
        id: 'p',
        type: 'measure_condition',
        attributes: { condition_code: 'Q', document_code: 'U116', action_code: '27', duty_expression: '' },
      },
      {
        id: 'n',
        type: 'measure_condition',
        attributes: { condition_code: 'Q', document_code: '', action_code: '07', duty_expression: '' },
      },
    ],
  };
};

describe('uk-trade-tariff-json', () => {
  it('reads a commodity of the API: headings, measures, areas, documents', async () => {
    const found = await read('uk-trade-tariff-json', JSON.stringify(apiCommodity()));
    expect(found.codes).toMatchObject([
      { code: '8712', declarable: false, description: 'Bicycles and other cycles' },
      { code: '8712003000', declarable: true, description: 'Bicycles, with ball bearings', ancestors: [1] },
    ]);
    expect(found.measures).toMatchObject([
      { id: 'gb-1-8712003000', role: 'basic-duty', type: '103', expression: '14.00 %', from: '2021-01-01', to: null },
      {
        role: 'preference',
        area: '1013',
        except: ['XU'],
        claim: { preferenceCode: '300', proofs: ['U116'] },
      },
      { role: 'vat', expression: '20.00 %' },
    ]);
    expect(found.measures[1]).not.toHaveProperty('conditions');
    expect(found.areas).toEqual({ '1011': null, '1013': ['DE', 'FR'] });
    expect(found.skipped).toEqual({ 'measure type 410: no charge': 1 });
    expect(found.refused).toMatchObject([{ column: 'measure 5, area', text: '2200' }]);
  });

  it('reads one document, an array, and a document a line alike, however it is printed', async () => {
    const two = [apiCommodity(), apiCommodity('8712007000', '0.00 %')];
    const forms = [
      JSON.stringify(two),
      JSON.stringify(two, null, 2),
      two.map((each) => JSON.stringify(each)).join('\n'),
      two.map((each) => JSON.stringify(each, null, 1)).join('\n'),
    ];
    const [first, ...rest] = await Promise.all(forms.map((text) => read('uk-trade-tariff-json', text)));
    expect(first!.measures).toHaveLength(6);
    for (const each of rest) expect([each.codes, each.measures]).toEqual([first!.codes, first!.measures]);
  });

  it('reads an extract with the same measures flattened', async () => {
    const extract = {
      commodities: [
        {
          commodityCode: '1006107900',
          description: 'Other',
          measures: [
            {
              id: '7',
              measureType: '103',
              area: '1011',
              from: '2021-01-01',
              expression: '25.00 GBP / 100 kg',
              conditions: [],
            },
            { id: '6', measureType: '142', area: '1006', from: '2021-01-01', expression: '0.00 %' },
            { id: '8', measureType: '142', area: 'KH', from: '2021-01-01', to: null, expression: '0.00 %' },
            {
              id: '3',
              measureType: '552',
              area: 'CN',
              from: '2021-01-01',
              expression: '70.00 %',
              additionalCode: 'B999',
              conditions: [
                {
                  conditionCode: 'A',
                  document: 'D008',
                  action: 'Apply the amount of the action',
                  expression: '50.30 %',
                },
                {
                  conditionCode: 'A',
                  action: 'Apply the amount of the action (see components)',
                  expression: '70.00 %',
                },
              ],
            },
            {
              id: '4',
              measureType: '305',
              area: '1011',
              from: '2021-01-01',
              expression: '0.00 %',
              additionalCode: 'VATZ',
            },
            {
              id: '5',
              measureType: '103',
              area: '1011',
              from: '2021-01-01',
              expression: '1.00 %',
              conditions: [{ conditionCode: 'A', document: 'D008', action: 'Something else' }],
            },
            { id: '9', measureType: '696', area: '1011', from: '2021-01-01' },
          ],
        },
      ],
    };
    const { measures, refused, areas } = await read('uk-trade-tariff-json', JSON.stringify(extract, null, 1));
    expect(measures.slice(0, 3)).toMatchObject([
      { id: 'gb-7-1006107900' },
      { area: '1006' },
      { area: 'KH', claim: { preferenceCode: '300', proofs: [] } },
    ]);
    expect(areas).toEqual({ '1011': null, '1006': ['CA'] });
    expect(measures.slice(3)).toMatchObject([
      {
        role: 'anti-dumping',
        additionalCode: 'B999',
        conditions: [
          {
            code: 'A',
            document: 'D008',
            action: '01',
            components: [{ op: 'add', term: { kind: 'percent', rate: '50.30', of: 'customsValue' } }],
          },
          {
            code: 'A',
            document: null,
            action: '01',
            components: [{ op: 'add', term: { kind: 'percent', rate: '70.00', of: 'customsValue' } }],
          },
        ],
      },
      { role: 'vat', option: 'VATZ' },
    ]);
    expect(refused).toMatchObject([
      { column: 'measure 5, conditions', reason: 'a condition whose action or amount cannot be read' },
      { reason: 'a charge without an expression' },
    ]);
  });

  it.each([
    [JSON.stringify(apiCommodity()).slice(0, -30), ['cut', 'line 1']],
    [
      `${JSON.stringify(apiCommodity())}\n${JSON.stringify(apiCommodity('8712007000'), null, 1).slice(0, -5)}`,
      ['cut', 'line 2'],
    ],
    ['<html></html>', ['wrong-format', 'line 1']],
    [JSON.stringify({ data: 'x' }), ['wrong-format', 'line 1']],
    ['', ['empty', 'line 1']],
  ])('takes nothing of a file that is cut or another (%#)', async (file, refused) => {
    expect(await refusedWith('uk-trade-tariff-json', file)).toEqual(refused);
  });
});

describe('tidewaiter-csv', () => {
  const own = (...rows: Partial<Record<(typeof OWN_COLUMNS)[number], string>>[]): string =>
    [OWN_COLUMNS.join(','), ...rows.map((row) => OWN_COLUMNS.map((column) => `"${row[column] ?? ''}"`).join(','))].join(
      '\n',
    );
  const measure = {
    kind: 'measure',
    code: '8712',
    role: 'basic-duty',
    area: 'all',
    expression: '6 %',
    law: 'Tariff Act 1',
  };

  it('reads codes, measures and areas', async () => {
    const found = await read(
      'tidewaiter-csv',
      own(
        { kind: 'area', area: 'all', members: '*' },
        { kind: 'area', area: 'FTA', members: 'NO, CH' },
        { kind: 'code', code: '8712', level: '0', description: 'Bicycles', declarable: 'no' },
        { kind: 'code', code: '871200', level: '1', description: 'Bicycles', units: 'NAR' },
        measure,
        {
          ...measure,
          role: 'preference',
          area: 'FTA',
          expression: '0 %',
          preference: '300',
          proofs: 'N954',
          from: '2026-07-01',
          to: '2026-09-30',
          confidence: 'low',
        },
      ),
    );
    expect(found.areas).toEqual({ all: null, FTA: ['NO', 'CH'] });
    expect(found.codes).toMatchObject([
      { code: '8712', declarable: false },
      { code: '871200', declarable: true, ancestors: [1], units: ['NAR'] },
    ]);
    expect(found.measures).toMatchObject([
      { id: 'basic-duty-basic-duty-all-8712', from: '2026-01-01', to: '2026-12-31', confidence: 'medium' },
      {
        role: 'preference',
        claim: { preferenceCode: '300', proofs: ['N954'] },
        from: '2026-07-01',
        to: '2026-09-30',
        confidence: 'low',
      },
    ]);
    expect(found.refused).toEqual([]);
  });

  it.each([
    [{ ...measure, kind: 'rate' }, 'kind'],
    [{ ...measure, code: 'x' }, 'code'],
    [{ ...measure, role: 'duty' }, 'role'],
    [{ ...measure, area: '' }, 'area'],
    [{ ...measure, law: '' }, 'law'],
    [{ ...measure, from: '2026-02-30' }, 'from'],
    [{ ...measure, from: '2026-02-02', to: '2026-02-01' }, 'to'],
    [{ ...measure, preference: '300' }, 'proofs'],
    [{ ...measure, confidence: 'sure' }, 'confidence'],
    [{ ...measure, expression: 'some' }, 'expression'],
    [{ kind: 'code', code: '8712', level: 'a', description: 'x' }, 'level'],
    [{ kind: 'code', code: '8712' }, 'description'],
    [{ kind: 'code', code: '8712', description: 'x', declarable: 'maybe' }, 'declarable'],
    [{ kind: 'area', area: 'x', members: 'Norway' }, 'members'],
  ])('refuses the row %j for its %s', async (row, column) => {
    const { refused } = await read('tidewaiter-csv', own({ kind: 'code', code: '0101', description: 'x' }, row));
    expect(refused).toMatchObject([{ line: 3, column }]);
  });

  it('refuses columns that it does not know', async () => {
    expect(await refusedWith('tidewaiter-csv', `${OWN_COLUMNS.join(',')},colour\n`)).toEqual([
      'wrong-format',
      'line 1',
    ]);
    expect(await refusedWith('tidewaiter-csv', 'kind,code\n')).toEqual(['wrong-format', 'line 1']);
  });
});
