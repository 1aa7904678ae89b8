import { engagementOpened, shipmentOpened } from '../shipments/events.js';
import { SEALED, withoutPersonal } from './without-personal.js';

it('takes out names and streets of every party and leaves the rest as it was', () => {
  const parties = [
    { role: 'consignor', name: 'Ada', address: { street: 'Main 1', city: 'Hull', postcode: 'HU1', country: 'GB' } },
    { role: 'consignee', name: 'Bo', address: { street: 'Side 2', city: 'Bonn', postcode: '53111', country: 'DE' } },
  ];
  const shown = withoutPersonal(shipmentOpened, { reference: 'S-1', parties });

  expect(shown).toEqual({
    reference: 'S-1',
    parties: [
      { ...parties[0], name: SEALED, address: { ...parties[0]!.address, street: SEALED } },
      { ...parties[1], name: SEALED, address: { ...parties[1]!.address, street: SEALED } },
    ],
  });
});

it('makes nothing up where a personal value is missing', () => {
  const data = { customer: { name: 'Northwind' } };
  expect(withoutPersonal(engagementOpened, data)).toEqual(data);
});
