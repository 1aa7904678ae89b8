import { readFileSync } from 'node:fs';
import {
  checkWebhook,
  WEBHOOK_TOLERANCE_SECONDS,
  webhookHeadersIn,
  type SentWebhook,
  type TidewaiterClient,
} from '@tidewaiter/client';
import { showWebhookDelivery } from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { CommandFailed, EXIT } from '../output.js';
import { surroundings } from './command.js';

interface Options {
  headers: string;
  secretFile?: string;
  at?: string;
  tolerance: string;
  compare?: boolean;
  computed?: string;
}

const GLYPHS = { passed: '✓', failed: '✗', 'not-reached': '·' } as const;
/** A byte order mark is part of the bytes that were signed or were not. */
const textOf = (file: string): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(readFileSync(file));

export function checkSignatureCommand(partner: Command): void {
  partner
    .command('check-signature <body>')
    .requiredOption('--headers <file>', 'webhook-id, webhook-timestamp and webhook-signature: lines or JSON')
    .option('--secret-file <file>', 'file with the signing secret; default: the environment’s WEBHOOK_SECRET')
    .option('--at <instant>', 'when it came; default: now')
    .option('--tolerance <seconds>', 'how old it may be', String(WEBHOOK_TOLERANCE_SECONDS))
    .option('--computed <signature>', 'what your program works out: says what it does otherwise')
    .option('--compare', 'look up what was sent under its webhook-id, to say what differs')
    .description('check a webhook that was received, here: the secret goes nowhere; exit 7 when it does not verify')
    .action(async (file: string, options: Options, command: Command) => {
      const { house, out } = surroundings(command);
      const headers = webhookHeadersIn(textOf(options.headers));
      const sent = options.compare ? await sentUnder(house.client(), headers.id) : undefined;
      const found = await checkWebhook(
        { body: textOf(file), ...headers },
        {
          secret: secretOf(options),
          ...timeOf(options),
          ...(options.computed === undefined ? {} : { computed: options.computed }),
          ...(sent ? { sent } : {}),
        },
      );
      if (out.json) out.emit(found);
      else {
        for (const { step, outcome, says } of found.steps) out.data(`${GLYPHS[outcome]} ${step.padEnd(11)}${says}`);
        for (const { text, outcome } of found.signatures) out.data(`  ${text}  ${outcome}`);
        for (const { says, advice } of found.program ?? []) out.data(`✗ program    ${says} ${advice}`);
        if (found.program?.length === 0) out.data('✓ program    works out the right signature');
        if (found.expected !== null) out.data(`  ${found.expected}  by this secret`);
      }
      const [fault] = [...found.faults, ...(found.program ?? [])];
      if (fault) throw new CommandFailed(`${fault.says} (${fault.code})`, EXIT.notProven, fault.advice);
    });
}

function secretOf({ secretFile }: Options): string {
  const secret = secretFile === undefined ? process.env['WEBHOOK_SECRET'] : readFileSync(secretFile, 'utf8');
  if (secret === undefined) {
    throw new CommandFailed('No signing secret.', EXIT.usage, 'Set WEBHOOK_SECRET, or name a file by --secret-file.');
  }
  return secret;
}

function timeOf({ at, tolerance }: Options): { at: number; toleranceSeconds: number } {
  const [instant, toleranceSeconds] = [at === undefined ? Date.now() : Date.parse(at), Number(tolerance)];
  if (Number.isNaN(instant)) throw new CommandFailed('--at is an instant such as 2026-11-28T13:00:00Z.', EXIT.usage);
  if (!(toleranceSeconds >= 0)) throw new CommandFailed('--tolerance is in seconds.', EXIT.usage);
  return { at: instant, toleranceSeconds };
}

async function sentUnder(client: TidewaiterClient, deliveryId: string): Promise<SentWebhook> {
  const { body, attempts } = await client.call(showWebhookDelivery, { params: { deliveryId } });
  return { id: deliveryId, body, tries: attempts.map(({ headers }) => webhookHeadersIn(JSON.stringify(headers))) };
}
