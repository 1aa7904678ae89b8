import { readFileSync } from 'node:fs';
import { Invalid, newId } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { importer, type ImporterEvent, type RegisterImporter } from './importer.js';
import { groundAgainst, zoneOf, type StandingRule } from './standing.js';

const { rules } = JSON.parse(readFileSync(new URL('../../data/standing.json', import.meta.url), 'utf8')) as {
  rules: StandingRule[];
};
const given = specFor(importer);
const importerId = newId();

const register = (changes: Partial<RegisterImporter> = {}): RegisterImporter => ({
  type: 'RegisterImporter',
  importerId,
  code: 'tidewaiter-gb',
  name: 'Tidewaiter Imports Ltd',
  destinations: ['GB'],
  identifiers: [{ scheme: 'EORI', value: 'GB 123456789000' }],
  rules,
  on: '2026-11-24',
  ...changes,
});
const registered = (changes: Partial<ImporterEvent['data']> = {}): ImporterEvent => ({
  type: 'ImporterRegistered',
  data: {
    importerId,
    code: 'tidewaiter-gb',
    name: 'Tidewaiter Imports Ltd',
    destinations: ['GB'],
    identifiers: [{ scheme: 'EORI', value: 'GB123456789000' }],
    ...changes,
  },
});

describe('an importer of record', () => {
  it('is registered under its identifiers in their plain form', () => {
    given().when(register()).then(registered());
  });

  it('names each destination once', () => {
    given()
      .when(register({ destinations: ['GB', 'GB'] }))
      .then(registered());
  });

  it('may act in several destinations, each by its own identifier', () => {
    const identifiers = [
      { scheme: 'EORI' as const, value: 'DE123456789012345' },
      { scheme: 'EIN' as const, value: '12-345678900' },
    ];
    given()
      .when(register({ destinations: ['DE', 'US'], identifiers }))
      .then(registered({ destinations: ['DE', 'US'], identifiers }));
  });

  it('is refused an identifier that fails its check digit, with the place and the digit expected', () => {
    const identifiers = [
      { scheme: 'EORI' as const, value: 'GB123456789000' },
      { scheme: 'VAT' as const, value: 'DE136695977' },
    ];
    given().when(register({ identifiers })).thenRefused('shipments.importer.identifier-invalid');
    expect.assertions(2 + 1);
    try {
      importer.decide(importer.initial, register({ identifiers }));
    } catch (error) {
      expect((error as Invalid).details.places).toEqual([
        { pointer: '/identifiers/1/value', reason: 'check digit 6 expected, 7 found' },
      ]);
    }
  });

  it.each([
    ['GB with the EORI of a member state', 'GB', { scheme: 'EORI', value: 'DE1234567' }],
    ['DE with an EORI of the United Kingdom', 'DE', { scheme: 'EORI', value: 'GB123456789000' }],
    ['US with an EORI', 'US', { scheme: 'EORI', value: 'GB123456789000' }],
    ['GB with a VAT number only', 'GB', { scheme: 'VAT', value: 'GB999999973' }],
  ] as const)('cannot act in %s', (_, destination, identifier) => {
    given()
      .when(register({ destinations: [destination], identifiers: [identifier] }))
      .thenRefused('shipments.importer.identifier-missing');
  });

  it('may act in GB under a Northern Irish EORI', () => {
    const identifiers = [{ scheme: 'EORI' as const, value: 'XI123456789000' }];
    given().when(register({ identifiers })).then(registered({ identifiers }));
  });

  it('is refused a destination for which no rule is known, and is told which are', () => {
    given()
      .when(register({ destinations: ['GB', 'BR'] }))
      .thenRefused('shipments.importer.destination-unknown');
    expect(groundAgainst([], 'BR', rules, '2026-11-24')).toMatchObject({
      advice: expect.stringContaining('GB, DE, US, JP'),
    });
  });

  it('is refused a day before the rule of a destination begins', () => {
    given()
      .when(register({ on: '2020-12-31' }))
      .thenRefused('shipments.importer.destination-unknown');
  });

  it('is registered once', () => {
    given(registered()).when(register()).thenRefused('shipments.importer.registered');
  });

  it('keeps the calendar of its destination', () => {
    expect([zoneOf(rules, 'GB'), zoneOf(rules, 'US'), zoneOf(rules, 'BR')]).toEqual([
      'Europe/London',
      'America/New_York',
      'UTC',
    ]);
  });
});
