import { groundOfEmbargo, type Embargo } from './embargo.js';

const steel: Embargo = {
  destination: 'GB',
  origin: 'RU',
  commodities: ['72', '73'],
  validFrom: '2023-12-31',
  validTo: null,
  law: 'steel regulations',
};
const everything: Embargo = { ...steel, origin: 'KP', commodities: [], validTo: '2026-06-30' };
const ground = (origin: string, commodity: string, on = '2026-01-01', destination = 'GB') =>
  groundOfEmbargo(
    [steel, everything],
    destination,
    'CN',
    [
      { origin: 'CN', commodity: '851713' },
      { origin, commodity },
    ],
    on,
  );

describe('an embargo', () => {
  it('stands against the goods it names, in its destination, on its days', () => {
    expect(ground('RU', '7208100000')).toMatchObject({ code: 'shipments.embargo' });
    expect(ground('RU', '7208100000')?.says).toContain('steel regulations');
    expect(ground('RU', '8517130000')).toBeNull();
    expect(ground('RU', '7208100000', '2023-12-30')).toBeNull();
    expect(ground('RU', '7208100000', '2026-01-01', 'US')).toBeNull();
  });

  it('that names no goods stands against all, to its last day', () => {
    expect(ground('KP', '8517130000', '2026-06-30')).toMatchObject({ code: 'shipments.embargo' });
    expect(ground('KP', '8517130000', '2026-07-01')).toBeNull();
  });

  it('looks at where goods without lines are sent from', () => {
    expect(groundOfEmbargo([everything], 'GB', 'KP', [], '2026-01-01')).toMatchObject({ code: 'shipments.embargo' });
  });
});
