import { Invalid } from '@tidewaiter/kernel';
import { fixture } from '../testing/files.js';
import { readPermit } from './permit.js';

const permit = () => JSON.parse(fixture('gb/permit.json').toString()) as Record<string, unknown>;
const refusal = (bytes: string): Invalid => {
  try {
    readPermit(Buffer.from(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    return error as Invalid;
  }
  throw new Error('it was read');
};

it('reads ours, each value with its place', () => {
  const { values, places } = readPermit(fixture('gb/permit.json'));
  expect(values).toMatchObject({ code: 'L001', commodities: ['8712'], holds: { value: '100', unit: 'NAR' } });
  expect(places['/holds']).toEqual({ place: '/authorised' });
});

it.each([
  ['a code of three characters', { documentCode: 'L10' }, '/documentCode'],
  ['nothing authorised', { authorised: { value: '0', unit: 'NAR' } }, '/authorised'],
  ['no goods', { commodities: [] }, '/commodities'],
  ['a member that it does not know', { colour: 'red' }, '/'],
])('names the place of %s', (_, change, place) => {
  const { code, details } = refusal(JSON.stringify({ ...permit(), ...change }));
  expect([code, details.places?.[0]?.pointer]).toEqual(['documents.permit.unreadable', place]);
});

it('refuses what is no JSON', () => {
  expect(refusal('{').code).toBe('documents.permit.unreadable');
});
