import { listShipments } from '@tidewaiter/contracts';
import { api } from '../api/client.js';

/** References as people paste them: by comma, blank or line, each once. */
export const referencesIn = (text: string): string[] => [
  ...new Set(text.split(/[\s,;]+/).filter((each) => each !== '')),
];

/** The shipments that have these references, and the references that none has. */
export async function shipmentsOf(references: readonly string[]): Promise<{ shipments: string[]; unknown: string[] }> {
  const shipments: string[] = [];
  const unknown: string[] = [];
  for (const reference of references) {
    const { items } = await api.call(listShipments, { query: { limit: 1, reference } });
    if (items[0]) shipments.push(items[0].shipmentId);
    else unknown.push(reference);
  }
  return { shipments, unknown };
}
