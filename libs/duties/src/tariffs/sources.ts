import { MEASURE_ROLES, type MeasureRole, type TariffSource } from '@tidewaiter/contracts';
import { readOwnCsv } from './own-csv.js';
import type { TariffReader } from './read.js';
import { readUkGlobalTariff } from './uk-global-tariff.js';
import { readUkTradeTariff } from './uk-trade-tariff.js';
import { readHts } from './usitc-hts.js';

export interface SourceOfTariffs {
  name: string;
  read: TariffReader;
  /** the only destination it is of; null: the import says which */
  destination: string | null;
  /** whether a file is the whole tariff or some codes of it, when the import does not say */
  scope: 'whole' | 'part';
  /** roles that it states in full for each code; null: those that its rows have */
  roles: readonly MeasureRole[] | null;
}

export const SOURCES: Readonly<Record<TariffSource, SourceOfTariffs>> = {
  'uk-global-tariff': {
    name: 'UK Global Tariff',
    read: readUkGlobalTariff,
    destination: 'GB',
    scope: 'whole',
    roles: ['basic-duty'],
  },
  'usitc-hts-csv': {
    name: 'Harmonized Tariff Schedule of the United States',
    read: readHts,
    destination: 'US',
    scope: 'whole',
    roles: ['basic-duty', 'preference'],
  },
  'uk-trade-tariff-json': {
    name: 'UK Trade Tariff',
    read: readUkTradeTariff,
    destination: 'GB',
    scope: 'part',
    roles: MEASURE_ROLES.filter((role) => role !== 'fee'),
  },
  'tidewaiter-csv': { name: 'Tariff', read: readOwnCsv, destination: null, scope: 'whole', roles: null },
};
