import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  DOCUMENT_TYPES,
  downloadContent,
  listDocuments,
  showChecklist,
  showDocument,
  showFindings,
  uploadDocument,
} from '@tidewaiter/contracts';
import { Argument, type Command } from 'commander';
import { bytesOf, mediaTypeOf } from '../files.js';
import { CommandFailed, EXIT } from '../output.js';
import { surroundings } from './command.js';
import { findShipment } from './find.js';
import { showList } from './list.js';

export function documentCommands(program: Command): void {
  const document = program.command('document').description('papers of a shipment: what is there, missing, contradicts');

  document
    .command('list')
    .argument('<shipment>', 'id or reference')
    .description('papers with their newest version')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId } = await findShipment(client, name);
      const { items } = await client.call(listDocuments, { params: { shipmentId } });
      showList(out, items, {
        head: ['Document', 'Type', 'State', 'File', 'Version', 'Bytes', 'SHA-256'],
        row: ({ documentId, type, state, versions }) => {
          const newest = versions.at(-1);
          return [
            ...[documentId, type, state, newest?.name ?? ''],
            ...[String(newest?.version ?? ''), String(newest?.size ?? ''), newest?.sha256.slice(0, 12) ?? ''],
          ];
        },
        empty: `No paper is in. next: tidewaiter document add ${name} <type> <file>`,
        next: () => `document checks ${name}`,
      });
    });

  document
    .command('add')
    .argument('<shipment>', 'id or reference')
    .addArgument(new Argument('<type>', 'what it is').choices(DOCUMENT_TYPES))
    .argument('<file>', 'the paper')
    .option('--supersedes <document>', 'id of the paper of which this is a newer version')
    .option('--media-type <type>', 'where the file’s name does not say it')
    .description('upload a paper, or a newer version of one')
    .action(
      async (
        name: string,
        type: string,
        file: string,
        options: { supersedes?: string; mediaType?: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { shipmentId } = await findShipment(client, name);
        const { supersedes, mediaType = mediaTypeOf(file) } = options;
        const fields = { type, ...(supersedes === undefined ? {} : { supersedes }) };
        const sent = { name: basename(file), mediaType, bytes: bytesOf(file) };
        const added = await client.upload(uploadDocument, { shipmentId }, fields, sent);
        if (out.json) return out.emit(added);
        out.data(`${added.documentId}  version ${added.version}  ${added.size} bytes  sha256:${added.sha256}`);
        if (added.duplicate) out.say('The same bytes were here already: nothing was added.');
        for (const { outcome, says } of added.findings) out.data(`▲ ${outcome}: ${says}`);
        out.next(`document checks ${name}`);
      },
    );

  document
    .command('get')
    .argument('<document>', 'id')
    .option('--version-number <n>', 'which version; default: the newest')
    .option('--reason <text>', 'why it is read; kept with who read it')
    .option('-o, --output <file>', 'default: the name under which it came')
    .description('the bytes as they came in; - for standard output')
    .action(
      async (
        documentId: string,
        options: { versionNumber?: string; reason?: string; output?: string },
        command: Command,
      ) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const { versions } = await client.call(showDocument, { params: { documentId } });
        const wanted = versions.find(({ version }) => String(version) === options.versionNumber) ?? versions.at(-1);
        if (!wanted || (options.versionNumber !== undefined && String(wanted.version) !== options.versionNumber)) {
          throw new CommandFailed(`The document has no version ${options.versionNumber ?? 1}.`, EXIT.notFound);
        }
        const asked = options.reason === undefined ? {} : { query: { reason: options.reason } };
        const bytes = await client.bytes(downloadContent, { documentId, n: String(wanted.version) }, asked);
        // The name was chosen by whoever sent the paper: it stays in this folder.
        const file = options.output ?? (basename(wanted.name.replaceAll('\\', '/')) || `${documentId}.bin`);
        if (file === '-') return void process.stdout.write(bytes);
        writeFileSync(file, bytes, { flag: options.output === undefined ? 'wx' : 'w' });
        if (out.json) return out.emit({ file, bytes: bytes.length, sha256: wanted.sha256, version: wanted.version });
        out.data(`${file}  ${bytes.length} bytes  sha256:${wanted.sha256}`);
      },
    );

  document
    .command('checks')
    .argument('<shipment>', 'id or reference')
    .description('what is required and why, what is missing, what contradicts; exit 3 where filing is blocked')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId } = await findShipment(client, name);
      const params = { shipmentId };
      const [checklist, { findings, cannotTell }] = await Promise.all([
        client.call(showChecklist, { params }),
        client.call(showFindings, { params }),
      ]);
      if (out.json) out.emit({ checklist, findings, cannotTell });
      else {
        showList(out, checklist.requirements, {
          head: ['Needed', 'State', 'Before', 'Because', 'Law'],
          row: ({ types, choose, state, blocks, reasons }) => [
            ...[types.join(choose === 'one' ? ' or ' : ' and '), state, blocks],
            ...[reasons.map(({ because }) => because).join('; '), reasons.map(({ law }) => law).join('; ')],
          ],
          empty: 'What is needed was not derived yet.',
        });
        for (const { outcome, says, difference, tolerance, accepted } of findings) {
          const sizes = [difference && `difference ${difference}`, tolerance && `tolerance ${tolerance}`].filter(
            Boolean,
          );
          const stands = accepted ? `, accepted by ${accepted.by}: ${accepted.reason}` : '';
          out.data(
            `${accepted ? '✓' : '▲'} ${outcome}: ${says}${sizes.length > 0 ? ` (${sizes.join(', ')})` : ''}${stands}`,
          );
        }
        for (const says of cannotTell) out.data(`◌ cannot tell: ${says}`);
        out.data(`Checklist  ${checklist.state}`);
      }
      if (checklist.state === 'blocked') {
        throw new CommandFailed(
          'Filing is blocked.',
          EXIT.refused,
          `next: tidewaiter document add ${name} <type> <file>`,
        );
      }
    });
}
