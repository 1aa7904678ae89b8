import type { TidewaiterClient } from '@tidewaiter/client';
import { listTariffs, type diffTariffs, type AnswerOf, type TariffVersion } from '@tidewaiter/contracts';
import { CommandFailed, EXIT, type Output } from '../output.js';

export const short = (tariffId: string): string => tariffId.slice(0, 8);

/** A version by its id, the beginning of it, or the beginning of its digest. */
export async function findTariff(client: TidewaiterClient, name: string): Promise<TariffVersion> {
  const { items } = await client.call(listTariffs);
  const found = items.filter(
    ({ tariffId, digest }) => tariffId.startsWith(name) || digest.slice('sha256:'.length).startsWith(name),
  );
  if (found.length === 1 && name.length >= 4) return found[0]!;
  throw new CommandFailed(
    found.length > 1 ? `${found.length} versions begin with ${name}.` : `There is no tariff version ${name}.`,
    EXIT.notFound,
    'See `tidewaiter rules list`.',
  );
}

export function printTouched(
  out: Output,
  touched: AnswerOf<typeof diffTariffs>['touched'],
  { tariffId }: TariffVersion,
): void {
  if (touched.length === 0) return out.say('It touches no shipment that is under way.');
  out.data(
    `${touched.length} shipments under way would be assessed otherwise; they stay as they are until they are moved:`,
  );
  for (const { shipmentId, n, commodities } of touched)
    out.data(`  ${shipmentId}  assessment ${n}  ${commodities.join(', ')}`);
  out.say(`move one: tidewaiter rules adopt ${short(tariffId)} --shipment <id> --reason …`);
}
