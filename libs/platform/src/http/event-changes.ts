import { createRequire } from 'node:module';
import { outermost, type SchemaChanges } from '@tidewaiter/contracts';

let known: SchemaChanges | undefined;

/** What each release brought to one version of an event, oldest first, as the releases wrote it down. */
export function changesOf(address: string): { on: string; first: boolean; added: string[] }[] {
  known ??= createRequire(import.meta.url)('@tidewaiter/contracts/released/event-changes.json') as SchemaChanges;
  return (known[address] ?? []).map(({ on, added }, index) => ({ on, first: index === 0, added: outermost(added) }));
}
