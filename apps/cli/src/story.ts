import { showDossier } from '@tidewaiter/contracts';
import type { Surroundings } from './commands/command.js';
import { play, readScenario, type Played } from './scenario/player.js';
import { verifyLog } from './verify.js';

const MARKS = { '·': ' ', '?': '▲', '✓': '✓', '✗': '✗' } as const;

/** The duty paid, as the bank and the ledger know it: from the shipment's own timeline. */
const paidOf = (played: Played): string => {
  const settled = played.timeline.filter((entry) => entry.context === 'duties' && entry.name === 'PaymentSettled');
  const amounts = settled.map((entry) => entry.data['amount'] as { amount: string; currency: string });
  return amounts.length === 0
    ? 'nothing was payable'
    : amounts.map((amount) => `${amount.amount} ${amount.currency}`).join(' + ');
};

/** Plays scenarios side by side and tells them as one story, line by line, with the money and the proof at its end. */
export async function printStory(around: Surroundings, files: readonly string[], runId: string): Promise<boolean> {
  const { house, out, signal } = around;
  for (const file of files) {
    const { scenario, given } = readScenario(file);
    out.data(`${given?.engagement.destination ?? '--'}  ${scenario}`);
  }
  out.data('');
  const results = await Promise.all(
    files.map((file) => {
      const destination = readScenario(file).given?.engagement.destination ?? '--';
      return play({
        house,
        file,
        runId,
        signal,
        line: ({ at, context, says, mark }) => {
          if (out.json) out.emit({ at, destination, context, says });
          else
            out.data(
              `${out.color.dim(out.clock(at))}  ${out.color.bold(destination)} ${MARKS[mark]} ${out.color.dim(context.padEnd(9))} ${says}`,
            );
        },
      });
    }),
  );
  if (signal.aborted) return false;
  out.data('');
  for (const played of results) {
    const failed = played.verdict.checks.filter((check) => !check.holds);
    const verdict =
      failed.length === 0
        ? out.color.green('held')
        : out.color.red(`did not hold: ${failed.map((check) => check.says).join('; ')}`);
    out.data(
      `${played.reference.padEnd(18)} paid ${paidOf(played).padEnd(22)} ${played.timeline.length} events  ${verdict}  (${played.seconds.toFixed(1)} s)`,
    );
  }
  const tenants = [...new Set(results.map((played) => played.scenario.tenant))];
  let proven = true;
  for (const tenant of tenants) {
    const auditor = house.client(`auditor@${tenant}`);
    const ours = results.filter((played) => played.scenario.tenant === tenant);
    const dossiers = await Promise.all(
      ours.map(({ shipmentId }) => auditor.call(showDossier, { params: { shipmentId } })),
    );
    const proof = await verifyLog(auditor, tenant);
    const sealed = dossiers.filter((dossier) => dossier.sealed).length;
    out.data(
      `sealed             ${sealed} of ${ours.length}, newest under tree size ${Math.max(...dossiers.map((dossier) => dossier.treeSize ?? 0))}`,
    );
    out.data(`checkpoint         ${proof.origin}, size ${proof.size}, root ${proof.root.slice(0, 16)}…`);
    out.data(
      `verified           ${proof.holds ? `${proof.size} of ${proof.size} leaves lead to the signed root, ${proof.streams} streams without a gap` : `NOT PROVEN: ${proof.says}`}`,
    );
    proven &&= proof.holds && sealed === ours.length;
  }
  return proven && results.every((played) => played.verdict.passed);
}
