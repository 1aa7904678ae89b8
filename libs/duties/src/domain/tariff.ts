import type { TariffEvent } from '@tidewaiter/contracts';
import { Refused, type Decider, type LegalDate } from '@tidewaiter/kernel';

export type TariffImported = Extract<TariffEvent, { type: 'TariffImported' }>['data'];
type Imported = Extract<TariffEvent, { type: 'TariffImported' }>;
export type TariffAdopted = Extract<TariffEvent, { type: 'TariffAdopted' }>['data'];
type Adopted = Extract<TariffEvent, { type: 'TariffAdopted' }>;
export type TariffRef = TariffAdopted['tariffs'][number];

const sameVersion = (a: TariffImported, b: TariffImported): boolean =>
  a.digest === b.digest &&
  a.validFrom === b.validFrom &&
  a.validTo === b.validTo &&
  a.scope === b.scope &&
  a.source === b.source;

/** The version that these rows and days were imported as before, if they were. */
export const knownAs = (versions: readonly TariffImported[], next: TariffImported): TariffImported | undefined =>
  versions.find((each) => sameVersion(each, next));

/** Tariff versions of one destination, in the order of their import. The same rows for the same days are one version. */
export const tariff: Decider<TariffImported[], { type: 'RecordImport'; version: TariffImported }, Imported> = {
  initial: [],
  decide: (versions, { version }) => (knownAs(versions, version) ? [] : [{ type: 'TariffImported', data: version }]),
  evolve: (versions, event) => (event.type === 'TariffImported' ? [...versions, event.data] : versions),
};

export interface DatedTariff {
  scope: 'whole' | 'part';
  validFrom: LegalDate;
  validTo: LegalDate | null;
}

/**
 * The versions that answer for a day, in the order they are asked: the later validity first, then the later import. What lies
 * behind a whole tariff is not asked: a code that the newer one dropped is no code any more.
 *
 * @param versions in the order of their import
 */
export function inForceOn<V extends DatedTariff>(versions: readonly V[], on: LegalDate): V[] {
  const valid = versions
    .map((version, at) => ({ version, at }))
    .filter(({ version }) => version.validFrom <= on && (version.validTo === null || on <= version.validTo))
    .sort((a, b) =>
      a.version.validFrom === b.version.validFrom ? b.at - a.at : a.version.validFrom < b.version.validFrom ? 1 : -1,
    )
    .map(({ version }) => version);
  const whole = valid.findIndex(({ scope }) => scope === 'whole');
  return whole < 0 ? valid : valid.slice(0, whole + 1);
}

const sameRefs = (a: readonly TariffRef[], b: readonly TariffRef[]): boolean =>
  a.length === b.length && a.every(({ tariffId }, index) => tariffId === b[index]!.tariffId);

/** What a running shipment was moved to by decision; null: it stands on what its first assessment found. */
export const adoption: Decider<TariffAdopted | null, { type: 'AdoptTariff' } & TariffAdopted, Adopted> = {
  initial: null,
  decide(_state, { type: _type, ...adopted }) {
    if (sameRefs(adopted.tariffs, adopted.replaced)) {
      throw new Refused('duties.tariff.stands-already', 'the shipment stands on this version already', {
        advice: 'Nothing has to be done; a new assessment will use it.',
      });
    }
    return [{ type: 'TariffAdopted', data: adopted }];
  },
  evolve: (state, event) => (event.type === 'TariffAdopted' ? event.data : state),
};
