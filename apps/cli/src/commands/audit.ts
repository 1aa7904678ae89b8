import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TidewaiterClient } from '@tidewaiter/client';
import {
  exportEvidence,
  issueReaderKey,
  listCheckpoints,
  listReaders,
  listReconciliations,
  proveConsistency,
  proveInclusion,
  replayDifference,
  replayShipment,
  replayStep,
  reportAccess,
  reportCompleteness,
  reportSeparationOfDuties,
  revokeReaderKey,
  showCheckpoint,
  showLeaf,
  showVerifierKey,
  showWitnessKeys,
  startReconciliation,
} from '@tidewaiter/contracts';
import { Argument, type Command } from 'commander';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { fsck } from '../fsck.js';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { counted, ProgressBar } from '../progress-bar.js';
import { verifyLog } from '../verify.js';
import { surroundings } from './command.js';
import { findShipment } from './find.js';
import { collect, firstOf, showList } from './list.js';
import { newSecret } from './secret.js';

const pins = z.record(z.string(), z.string());
const DISTRUST = 'Keep what you have seen, stop relying on this log, and tell its operator.';

async function tenantOf(command: Command, asked?: string): Promise<string> {
  if (asked !== undefined) return asked;
  const { house } = surroundings(command);
  return z.object({ tenant: z.string() }).parse(decodeJwt(await house.session().token())).tenant;
}

export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('the log and what is proved from it');
  verifyCommand(audit);
  fsckCommand(audit);
  proveCommand(audit);
  replayCommand(audit);
  checkpointCommand(audit);
  reportCommand(audit);
  exportCommand(audit);
  reconcileCommand(audit);
  readerCommands(audit);
}

function verifyCommand(audit: Command): void {
  audit
    .command('verify')
    .option('--tenant <tenant>', 'whose log; default: the signed-in user’s')
    .option('--key <key>', 'verifier key you trust; default: the one seen first on this machine')
    .option(
      '--witness <key>',
      'verifier key of a witness that must have cosigned; may be given several times',
      collect,
      [],
    )
    .description('recompute the whole log from its leaves and compare with the signed checkpoint')
    .action(async (options: { tenant?: string; key?: string; witness: string[] }, command: Command) => {
      const { house, out } = surroundings(command);
      const tenant = await tenantOf(command, options.tenant);
      const known = pins.catch({}).parse(house.recall('known-logs.json') ?? {});
      const client = house.client();
      const pinned = options.key ?? known[tenant];
      const bar = new ProgressBar(out, 'reads', 0, { measure: counted('leaves') });
      const proof = await verifyLog(client, tenant, {
        ...(pinned === undefined ? {} : { pinned }),
        witnesses: options.witness,
        progress: (done, size) => bar.reach(done, size),
      });
      bar.clear();
      if (out.json) out.emit(proof);
      else if (proof.holds) {
        out.data(`log         ${proof.origin}`);
        out.data(`leaves      ${proof.size} of ${proof.size} hash as recorded`);
        out.data(`root        ${proof.root}`);
        out.data(
          `checkpoint  signed by the ${pinned === undefined ? 'key shown by the log itself, now pinned' : 'pinned key'}`,
        );
        out.data(`witnesses   ${proof.cosigned.length === 0 ? 'none' : `cosigned by ${proof.cosigned.join(', ')}`}`);
        out.data(`streams     ${proof.streams}, versions without a gap`);
        out.data(`PROVEN in ${proof.seconds.toFixed(1)} s`);
        out.next('audit report completeness');
      }
      if (!proof.holds) throw new CommandFailed(`NOT PROVEN: ${proof.says}`, EXIT.notProven, DISTRUST);
      if (pinned === undefined) house.keep('known-logs.json', { ...known, [tenant]: proof.key });
    });
}

function fsckCommand(audit: Command): void {
  audit
    .command('fsck')
    .option('--tenant <tenant>', 'whose log; default: the signed-in user’s')
    .description(
      'check every tile, bundle, checkpoint and proof of the log, and say all that is wrong, not the first alone',
    )
    .action(async (options: { tenant?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const tenant = await tenantOf(command, options.tenant);
      const bar = new ProgressBar(out, 'checks', 0, { measure: counted('tiles and bundles') });
      const result = await fsck(house.client(), tenant, (done, of) => bar.reach(done, of));
      bar.clear();
      if (out.json) out.emit(result);
      else {
        for (const fault of result.faults) out.data(`✗ ${fault.place}: ${fault.says}`);
        out.data(
          `${result.tiles} tiles and ${result.bundles} bundles over ${result.size} leaves, ${result.faults.length} faults`,
        );
      }
      if (result.faults.length > 0) throw new CommandFailed('The log is damaged.', EXIT.notProven, DISTRUST);
    });
}

function proveCommand(audit: Command): void {
  audit
    .command('prove <event-id>')
    .option('--size <leaves>', 'under the checkpoint over so many leaves; default: the newest')
    .option(
      '--from <leaves>',
      'prove instead that the newest log begins with that of so many leaves; EVENT-ID is then "log"',
    )
    .option('-o, --output <file>', 'proof file; the event’s bytes are written beside it')
    .description('write a proof that public tools verify: inclusion of an event (C2SP tlog-proof), or consistency')
    .action(async (eventId: string, options: { size?: string; from?: string; output?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      if (options.from !== undefined) {
        const proof = await client.call(proveConsistency, { query: { from: Number(options.from) } });
        write(out, options.output, proof);
        return;
      }
      const query = options.size === undefined ? {} : { size: Number(options.size) };
      const proof = await client.call(proveInclusion, { params: { eventId }, query });
      write(out, options.output, proof);
      if (options.output !== undefined) {
        const leaf = `${options.output}.leaf`;
        writeFileSync(leaf, await client.bytes(showLeaf, { eventId }));
        out.say(`${leaf}: the event’s bytes as logged`);
      }
    });
}

function write(out: Output, path: string | undefined, text: string): void {
  if (path === undefined) process.stdout.write(text);
  else {
    writeFileSync(path, text);
    out.say(`${path}: the proof`);
  }
}

function replayCommand(audit: Command): void {
  audit
    .command('replay <shipment>')
    .option('--known <instant>', 'what had been recorded by then; default: now')
    .option('--as-of <instant>', 'what was true by then, by the authorities’ and parties’ own times')
    .option('--step <n>', 'the nth event and what it changed')
    .option('--diff <from..to>', 'what is another between two instants, field by field')
    .option('--by <axis>', 'axis of --diff: known or asOf', 'known')
    .description('the shipment as it stood at a moment, folded from the log alone')
    .action(
      async (
        name: string,
        options: { known?: string; asOf?: string; step?: string; diff?: string; by: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { shipmentId } = await findShipment(client, name);
        const params = { shipmentId };
        const query = {
          ...(options.known === undefined ? {} : { known: options.known }),
          ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
        };
        if (options.diff !== undefined) {
          const [from, to] = options.diff.split('..');
          if (!from || !to) throw new CommandFailed('--diff takes two instants: FROM..TO', EXIT.usage);
          const by = options.by === 'asOf' ? ('asOf' as const) : ('known' as const);
          const answer = await client.call(replayDifference, { params, query: { from, to, by } });
          if (out.json) out.emit(answer);
          else showChanges(out, answer.changes);
          return;
        }
        if (options.step !== undefined) {
          const answer = await client.call(replayStep, { params: { shipmentId, step: Number(options.step) }, query });
          if (out.json) out.emit(answer);
          else {
            const { event } = answer;
            out.data(
              `${answer.step} of ${answer.of}: leaf ${event.index}, ${event.type}, ${event.time}, ${event.actor}`,
            );
            showChanges(out, answer.changes);
          }
          return;
        }
        const answer = await client.call(replayShipment, { params, query });
        if (out.json) out.emit(answer);
        else {
          out.table(
            ['leaf', 'recorded', 'true since', 'event', 'by'],
            answer.timeline.map(({ index, time, happened, type, actor }) => [
              String(index),
              time.slice(0, 23),
              happened.slice(0, 23),
              type.replace(/^tidewaiter\./, ''),
              actor,
            ]),
          );
          out.data(`${answer.events} events of ${Object.keys(answer.streams).length} streams; --json shows the states`);
        }
      },
    );
}

function showChanges(
  out: Output,
  changes: readonly { stream: string; path: (string | number)[]; before?: unknown; after?: unknown }[],
): void {
  if (changes.length === 0) out.data('nothing is another');
  out.table(
    ['stream', 'field', 'before', 'after'],
    changes.map(({ stream, path, before, after }) => [
      stream.replace(/-.{20,}$/, '-…'),
      path.join('.'),
      short(before),
      short(after),
    ]),
  );
}

const short = (value: unknown): string => {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

function exportCommand(audit: Command): void {
  audit
    .command('export <shipment>')
    .requiredOption('--reason <text>', 'why it is taken away; recorded with who took it')
    .option('-o, --output <file>', 'default: evidence-<shipment>.tar')
    .option('--with-verifier', 'write the offline verifier beside it')
    .description('one file that proves the shipment without this system')
    .action(
      async (name: string, options: { reason: string; output?: string; withVerifier?: boolean }, command: Command) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { shipmentId } = await findShipment(client, name);
        const bytes = await client.bytes(exportEvidence, { shipmentId }, { query: { reason: options.reason } });
        const file = options.output ?? `evidence-${shipmentId}.tar`;
        writeFileSync(file, bytes);
        const tenant = await tenantOf(command);
        const key = (await client.call(showVerifierKey, { params: { log: tenant } })).trim();
        const witnesses = (await client.call(showWitnessKeys, { params: { log: tenant } })).split('\n').filter(Boolean);
        const verify = [
          'node',
          'verify.mjs',
          file,
          '--key',
          key,
          ...witnesses.flatMap((each) => ['--witness', each]),
        ].join(' ');
        if (options.withVerifier) {
          const verifier = join(house.root, 'apps/verify/dist/verify.mjs');
          if (!existsSync(verifier))
            throw new CommandFailed('The verifier is not built.', EXIT.failed, 'Build it: `npm run verifier`.');
          copyFileSync(verifier, 'verify.mjs');
        }
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        if (out.json) out.emit({ file, bytes: bytes.length, sha256, verify });
        else {
          out.data(`${file}  ${bytes.length} bytes  sha256:${sha256}`);
          out.say(`Check it anywhere with Node alone:\n  ${verify}`);
        }
      },
    );
}

function checkpointCommand(audit: Command): void {
  audit
    .command('checkpoint')
    .option('--list <n>', 'instead the newest so many, with who cosigned them')
    .option(
      '-o, --output <file>',
      'write the newest signed head there: keep it, and later logs are proved to begin with it',
    )
    .description('the newest signed head of the log, as it was published')
    .action(async (options: { list?: string; output?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      if (options.list === undefined) {
        const note = await client.call(showCheckpoint, { params: { log: await tenantOf(command) } });
        if (options.output !== undefined) writeFileSync(options.output, note);
        if (out.json) return out.emit({ note });
        if (options.output === undefined) process.stdout.write(note);
        return out.next(`audit prove log --from ${note.split('\n')[1]}`);
      }
      const limit = Number(options.list);
      const pages = client.all(
        listCheckpoints,
        { query: { limit: Math.min(limit, 200), oldest: 'false' } },
        (page) => page,
      );
      showList(out, await firstOf(pages, limit), {
        head: ['Leaves', 'Published', 'Root', 'Cosigned by'],
        row: ({ size, at, root, cosigned }) => [String(size), out.at(at), root, cosigned.join(', ')],
        empty: 'Nothing is signed yet.',
      });
    });
}

interface Span {
  from?: string;
  to?: string;
}

/** What auditors ask for; each answers whether it holds. */
const REPORTS = {
  async 'separation-of-duties'(client: TidewaiterClient, out: Output, span: Span): Promise<boolean> {
    const found = await client.call(reportSeparationOfDuties, { query: span });
    if (out.json) out.emit(found);
    else {
      out.table(
        ['Shipment', 'Act', 'Prepared by', 'Approved by', 'Approved = executed', 'Exception'],
        found.items.map(({ shipmentId, what, prepared, approved, needed, digests, exceptions }) => [
          ...[shipmentId, what, prepared.join(' '), `${approved.length} of ${needed}: ${approved.join(' ')}`],
          digests?.executed ? (digests.approved.every((each) => each === digests.executed) ? '✓' : '✗') : '',
          exceptions.join('; '),
        ]),
      );
      const refused = found.items.flatMap((each) => each.refused);
      for (const { by, says } of refused) out.data(`✓ refused: ${by}: ${says}`);
      out.data(`${found.exceptions} exceptions in ${found.items.length} acts, ${refused.length} attempts refused`);
    }
    return found.exceptions === 0;
  },
  async access(client: TidewaiterClient, out: Output, span: Span): Promise<boolean> {
    const { items } = await client.call(reportAccess, { query: span });
    showList(out, items, {
      head: ['When', 'Who', 'What', 'Of', 'Says', 'Why'],
      row: ({ at, by, what, subject, says, reason }) => [out.at(at), by, what, subject, says, reason ?? ''],
      empty: 'Nobody read anything.',
    });
    return true;
  },
  async completeness(client: TidewaiterClient, out: Output): Promise<boolean> {
    const found = await client.call(reportCompleteness);
    if (out.json) out.emit(found);
    else {
      for (const stream of found.broken) out.data(`✗ ${stream} has a gap`);
      for (const { stream, version, reason } of found.parked) out.data(`✗ ${stream} waits at ${version}: ${reason}`);
      const { reconciled } = found;
      out.data(`Streams     ${found.streams}, ${found.broken.length} with a gap`);
      out.data(
        `Events      ${found.events}, ${found.outside} not in the log, ${found.unpublished} under no signed head yet`,
      );
      out.data(
        `Reconciled  ${reconciled ? `${out.at(reconciled.at)}, ${reconciled.differences} differences` : 'not yet: tidewaiter audit reconcile'}`,
      );
      out.data(found.complete ? 'Complete.' : 'Not complete.');
      out.next(found.complete ? 'audit report separation-of-duties' : 'audit reconcile');
    }
    return found.complete;
  },
} satisfies Record<string, (client: TidewaiterClient, out: Output, span: Span) => Promise<boolean>>;

function reportCommand(audit: Command): void {
  audit
    .command('report')
    .addArgument(new Argument('<report>', 'which').choices(Object.keys(REPORTS)))
    .option('--from <instant>', 'recorded since')
    .option('--to <instant>', 'recorded until')
    .description('reports of the log; exit 7 where one does not hold. Retention: tidewaiter admin retention')
    .action(async (report: keyof typeof REPORTS, span: Span, command: Command) => {
      const { house, out } = surroundings(command);
      const holds = await REPORTS[report](house.client(), out, span);
      if (!holds) throw new CommandFailed(`The report of ${report} does not hold.`, EXIT.notProven);
    });
}

function reconcileCommand(audit: Command): void {
  audit
    .command('reconcile')
    .option('--no-wait', 'start it and come back at once')
    .description('compare the event stores with the log now, stream by stream')
    .action(async (options: { wait: boolean }, command: Command) => {
      const { house, out, signal } = surroundings(command);
      const client = house.client();
      const newest = async () => (await client.call(listReconciliations)).items[0];
      const before = (await newest())?.runId;
      const { workflowId } = await client.call(startReconciliation);
      if (!options.wait) {
        if (out.json) out.emit({ workflowId });
        else out.data(workflowId);
        return;
      }
      out.say('The event stores are compared with the log …');
      let run = await newest();
      while (run === undefined || run.runId === before) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 300));
        run = await newest();
      }
      if (out.json) out.emit(run);
      else {
        for (const { kind, context, stream, version, index } of run.differences) {
          out.data(`✗ ${kind}: version ${version} of ${stream} (${context})${index === null ? '' : `, leaf ${index}`}`);
        }
        out.data(
          `${run.streams} streams with ${run.events} events recorded more than a minute ago, ${run.differences.length} differences`,
        );
      }
      if (run.differences.length > 0)
        throw new CommandFailed('The log and the event stores differ.', EXIT.notProven, DISTRUST);
    });
}

function readerCommands(audit: Command): void {
  const reader = audit.command('reader').description('keys with which outside parties read the log');
  reader
    .command('issue <name>')
    .requiredOption('--until <instant>', 'end of the key’s life, at most a year away')
    .description('make a key that reads this log and nothing else; it is shown once')
    .action(async (name: string, options: { until: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const { secret, digest } = newSecret();
      const { readerId, log } = await house
        .client()
        .call(issueReaderKey, { body: { name, until: options.until, digest } });
      const key = `twr_${log}.${readerId}.${secret}`;
      if (out.json) out.emit({ readerId, log, key });
      else {
        out.data(key);
        out.say(
          `Reads /log/${log}/checkpoint, /key, /witnesses and /tile/… as a bearer token until ${options.until}. It is not shown again.`,
        );
      }
    });
  reader
    .command('list')
    .description('who has a key')
    .action(async (_: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const { items } = await house.client().call(listReaders);
      if (out.json) out.emit({ items });
      else if (items.length === 0) out.data('Nobody outside has a key.');
      else {
        out.table(
          ['reader', 'name', 'until', 'issued by', ''],
          items.map((each) => [each.readerId, each.name, each.until, each.issuedBy, each.revoked ? 'revoked' : '']),
        );
      }
    });
  reader
    .command('revoke <reader-id>')
    .description('end a key at once')
    .action(async (readerId: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      await house.client().call(revokeReaderKey, { params: { readerId } });
      if (out.json) out.emit({ readerId, revoked: true });
      else out.data(`${readerId} is revoked.`);
    });
}
