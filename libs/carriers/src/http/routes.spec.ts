import 'reflect-metadata';
import { allRoutes } from '@tidewaiter/contracts';
import { ROUTE } from '@tidewaiter/platform';
import { CarriersController } from './carriers.controller.js';

it('serves every route of the contract, each once', () => {
  const served = Object.values(Object.getOwnPropertyDescriptors(CarriersController.prototype))
    .map(({ value }) => (Reflect.getMetadata(ROUTE, value as object) as { id: string } | undefined)?.id)
    .filter((id) => id !== undefined);
  const expected = allRoutes()
    .filter(({ context }) => context === 'carriers')
    .map(({ id }) => id);
  expect(served.sort()).toEqual(expected.sort());
});
