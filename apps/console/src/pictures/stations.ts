import { i18n } from '../words/words.js';
export interface CarrierReport {
  milestone: string;
  classifier: string;
  place: string | null;
  at: string;
  effect: string;
}
export interface Station {
  place: string;
  says: string;
  at: string;
  state: 'passed' | 'here' | 'ahead';
}

/** A route as a line of stations: the newest report of each place, in the order in which the goods come by. */
export function stations(reports: readonly CarrierReport[]): Station[] {
  const counting = reports.filter(
    ({ effect, place }) => place !== null && (effect === 'applied' || effect === 'no-effect'),
  );
  const byPlace = new Map<string, CarrierReport>();
  for (const report of [...counting].sort((a, b) => (a.at < b.at ? -1 : 1))) {
    const known = byPlace.get(report.place!);
    // An actual report outweighs an estimate of the same place, whichever names the later hour.
    if (!known || known.classifier !== 'actual' || report.classifier === 'actual') byPlace.set(report.place!, report);
  }
  const line = [...byPlace].sort(([, a], [, b]) => (a.at < b.at ? -1 : 1));
  const here = line.findLastIndex(([, { classifier }]) => classifier === 'actual');
  return line.map(([place, { milestone, at }], i) => ({
    place,
    says: milestone,
    at,
    state: i < here ? 'passed' : i === here ? 'here' : 'ahead',
  }));
}

/** The way from the port of entry on, where no report has named that port. */
export const fromEntry = (line: readonly Station[], portOfEntry: string): readonly Station[] =>
  line.length === 0 || line.some(({ place }) => place === portOfEntry)
    ? line
    : [{ place: portOfEntry, says: i18n.t('port of entry'), at: line[0]!.at, state: 'passed' }, ...line];
