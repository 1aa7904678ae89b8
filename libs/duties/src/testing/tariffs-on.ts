import type { EventStore, InlineProjection } from '@tidewaiter/event-store';
import type { Clock } from '@tidewaiter/platform';
import { Classifying } from '../application/classifying.js';
import { loadRuleBooks } from '../application/rule-books.js';
import { TariffBooks } from '../application/tariff-books.js';
import { TariffSnapshots } from '../application/tariff-snapshots.js';
import { Tariffs } from '../application/tariffs.js';
import { projections } from '../postgres/projections.js';

/** Tariffs as the service wires them, on a store with its read models. */
export function tariffsOn(open: (inline: InlineProjection[]) => EventStore, clock: Clock) {
  const store = open(projections);
  const books = loadRuleBooks();
  const snapshots = new TariffSnapshots(store);
  const tariffBooks = new TariffBooks(store, snapshots, books);
  const classifying = new Classifying(store, snapshots, books, clock);
  const tariffs = new Tariffs(store, snapshots, tariffBooks, classifying, books, clock);
  return { store, books, snapshots, tariffBooks, classifying, tariffs };
}
