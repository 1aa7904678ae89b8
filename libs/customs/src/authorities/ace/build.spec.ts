import { contentOf, type DeclarationContent } from '../../domain/content.js';
import { americanLodging } from '../../testing/lodging.js';
import { readProfiles } from '../profile.js';
import { buildAce, withPassword } from './build.js';
import { field, readBatch, WIDTH } from './records.js';
import { validateAce } from './validate.js';

const [release, summary] = readProfiles().filter((each) => each.channel === 'ace');
const REFERENCES = {
  lrn: 'TW-ABCDEFGHIJKLMNOPQR',
  ducr: '6US123456789-NWR',
  entryNumber: 'ABC-1234567-6',
  preparedAt: '2026-11-24T12:30:00.000000Z',
};
const content = contentOf(americanLodging(), 'EIN');

function records(
  change: Partial<DeclarationContent> = {},
  profile = release!,
  action: 'A' | 'R' | 'U' | 'D' = 'A',
): string[] {
  const { bytes } = buildAce({ ...content, ...change }, REFERENCES, profile, { action, lrn: REFERENCES.lrn });
  const reading = readBatch(bytes);
  if (reading.kind === 'unreadable') throw new Error(reading.says);
  return reading.batch.blocks[0]!.records;
}
const of = (kind: string, all: string[]): string[] => all.filter((each) => each.startsWith(kind));

describe('a cargo release', () => {
  it('is a batch of records of 80 characters with our reference in its block', () => {
    const { bytes } = buildAce(content, REFERENCES, release!);
    const lines = bytes.toString('latin1').split('\n').slice(0, -1);
    expect(lines.every((each) => each.length === WIDTH)).toBe(true);
    expect(lines.map((each) => each.slice(0, 1))).toEqual(expect.arrayContaining(['A', 'B', 'Y', 'Z']));
    expect(field(lines[0]!, 15, 20)).toBe('112426');
    expect(field(lines[0]!, 26, 27)).toBe('SE');
    expect(field(lines[1]!, 60, 80)).toBe(REFERENCES.lrn);
  });

  it('carries the entry, the importer, the value in whole dollars and the ports', () => {
    const [head] = of('SE10', records());
    expect(field(head!, 5)).toBe('A');
    expect(field(head!, 6, 8) + field(head!, 11, 18)).toBe('ABC12345676');
    expect(field(head!, 22, 24)).toBe('EI');
    expect(field(head!, 25, 36)).toMatch(/^\d{2}-\d{7}[0-9A-Z]{2}$/);
    expect(field(head!, 40, 49)).toMatch(/^\d{10}$/);
    expect(field(head!, 50, 54)).toMatch(/^\d{4}$/);
  });

  it('carries each line with its commodity', () => {
    const all = records();
    expect(of('SE40', all).map((each) => field(each, 5, 7))).toEqual(
      content.lines.map((line) => String(line.number).padStart(3, '0')),
    );
    expect(of('SE60', all).map((each) => field(each, 5, 14))).toEqual(content.lines.map((line) => line.commodity));
  });

  it('tells the value net of duty that the price held, and says that it does', () => {
    const lines = content.lines.map((line) => ({
      ...line,
      price: { amount: '28750.00', currency: 'USD' },
      customsValue: '28150',
      additions: [{ type: 'BC', amount: { amount: '600.00', currency: 'USD' } }],
    }));
    expect(of('SE60', records({ lines })).map((each) => field(each, 15, 24))).toEqual(['0000028150']);
    const { leftOut } = buildAce({ ...content, lines }, REFERENCES, release!);
    expect(leftOut).toContain('lines[0].additions BC 600.00 USD: the entered value is told net of it');
  });

  it('carries bills and conveyance, and as an update nothing else', () => {
    const moves: Partial<DeclarationContent> = {
      bills: [{ kind: 'master', issuer: 'MAEU', number: '123456789', quantity: 5 }],
      conveyance: { carrier: 'MAEU', voyage: '412W', name: 'Demo Vessel' },
      entry: { type: '01', port: '2704', bond: '8', location: 'W123' },
    };
    const update = records(moves, release, 'U');
    expect(new Set(update.map((each) => each.slice(0, 4)))).toEqual(new Set(['SE10', 'SE11', 'SE15', 'SE16', 'SE20']));
    expect(field(of('SE15', update)[0]!, 6, 59)).toMatch(/^MAEU123456789/);
  });

  it('cancels with a reason', () => {
    expect(field(of('SE13', records({}, release, 'D'))[0]!, 60, 61)).toBe('01');
  });

  it('finds nothing wrong with a good entry', () => {
    expect(validateAce(buildAce(content, REFERENCES, release!), release!)).toEqual([]);
  });

  it.each<[string, string, string, Partial<DeclarationContent>, Partial<typeof REFERENCES>]>([
    ['an entry number with a wrong digit', 'ENT', 'references.entryNumber', {}, { entryNumber: 'ABC-1234567-5' }],
    ['a port without a district', 'PRT', 'portOfEntry', { portOfEntry: 'USXXX' }, {}],
    ['a bond that is none', 'BND', 'entry.bond', { entry: { type: '01', port: '2704', bond: '5' } }, {}],
    ['a type that is not filed', 'TYP', 'entry.type', { entry: { type: '86', port: '2704', bond: '8' } }, {}],
    ['a reference too long', 'LRN', 'references.lrn', {}, { lrn: 'TW-ABCDEFGHIJKLMNOPQRS' }],
    [
      'a container with a wrong digit',
      'CTR',
      'containers[0].number',
      { containers: [{ number: 'MSKU1234564', seals: [] }] },
      {},
    ],
  ])('says of %s: %s', (_, code, name, change, references) => {
    const built = buildAce({ ...content, ...change }, { ...REFERENCES, ...references }, release!);
    expect(validateAce(built, release!)).toContainEqual(expect.objectContaining({ code, field: name }));
  });

  it('has its password on the wire alone', () => {
    const { bytes } = buildAce(content, REFERENCES, release!);
    expect(field(bytes.toString('latin1').slice(0, WIDTH), 9, 14)).toBe('');
    expect(field(withPassword(bytes, 'SECRET').toString('latin1'), 9, 14)).toBe('SECRET');
    expect(bytes.toString('latin1')).not.toContain('SECRET');
  });

  it('refuses a character that no record may hold with its field', () => {
    const strange = { ...content, importer: { ...content.importer, name: 'Łódź' } };
    expect(() => buildAce(strange, REFERENCES, release!)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ places: [expect.objectContaining({ pointer: 'importer.name' })] }),
      }),
    );
  });
});

describe('an entry summary', () => {
  it('carries duty in cents, value in dollars, fees and totals', () => {
    const usd = (amount: string) => ({ amount, currency: 'USD' });
    const lines = [
      {
        ...content.lines[0]!,
        taxes: [
          { type: '056', amount: usd('12.345') },
          { type: '499', amount: usd('31.67') },
        ],
      },
    ];
    const all = records({ lines }, summary);
    expect(field(of('50', all)[0]!, 14, 23)).toBe('0000001235');
    expect(field(of('62', all)[0]!, 3, 13)).toBe('49900003167');
    expect(field(of('90', all)[0]!, 3, 24)).toBe('0000000123500000003167');
    expect(field(of('10', all)[0]!, 3, 6)).toBe('AABC');
  });
});
