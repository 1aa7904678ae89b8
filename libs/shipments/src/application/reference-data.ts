import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Invalid } from '@tidewaiter/kernel';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { ContractRateRule } from '../domain/contract-rate.js';
import type { Embargo } from '../domain/embargo.js';
import type { NameRules } from '../domain/names.js';
import { prepareList, type ListEntry, type ScreeningList } from '../domain/screening.js';
import type { StandingRule } from '../domain/standing.js';

const DATA = new URL('../../data/', import.meta.url);

const standingFile = z.strictObject({
  version: z.iso.date(),
  rules: z.array(
    z.strictObject({
      destination: z.string().length(2),
      zone: z.string(),
      validFrom: z.iso.date(),
      validTo: z.iso.date().nullable(),
      scheme: z.enum(['EORI', 'EIN', 'VAT', 'DAN', 'JPCN']),
      prefixes: z.array(z.string()),
      needs: z.string(),
      law: z.string(),
      title: z.strictObject({ needs: z.string(), instead: z.string(), law: z.string() }).optional(),
    }),
  ),
});

const embargoFile = z.strictObject({
  version: z.iso.date(),
  note: z.string(),
  rows: z.array(
    z.strictObject({
      destination: z.string().length(2),
      origin: z.string().length(2),
      commodities: z.array(z.string().regex(/^\d{2,10}$/)),
      validFrom: z.iso.date(),
      validTo: z.iso.date().nullable(),
      law: z.string(),
    }),
  ),
});

const ruled = {
  destinations: z.array(z.string().length(2)).min(1),
  validFrom: z.iso.date(),
  validTo: z.iso.date().nullable(),
  law: z.string().max(200),
};
const contractRateFile = z.strictObject({
  version: z.iso.date(),
  about: z.string(),
  rows: z.array(
    z.discriminatedUnion('allowed', [
      z.strictObject({ ...ruled, allowed: z.literal(true), own: z.string().length(3) }),
      z.strictObject({ ...ruled, allowed: z.literal(false) }),
    ]),
  ),
});

const share = z.number().min(0).max(1);
const rulesFile = z.strictObject({
  version: z.string(),
  hitAt: share,
  tokenAt: share,
  spacing: share,
  particleWeight: share,
  extraWordWeight: share,
  commonWeight: share,
  commonWords: z.array(z.string()),
  legalForms: z.array(z.string()),
  particles: z.array(z.string()),
  spellings: z.record(z.string(), z.string()),
});

const listRow = z.object({
  id: z.string().min(1).max(80),
  name: z.string().min(2),
  kind: z.string().min(1),
  programme: z.string(),
  aliases: z.string().default(''),
});

const readData = (name: string): Promise<string> => readFile(new URL(name, DATA), 'utf8');

/** Rules on who may stand as importer of record, from the context's dated file. */
export const loadStandingRules = async (): Promise<StandingRule[]> =>
  standingFile.parse(JSON.parse(await readData('standing.json'))).rules;

/** Import bans by origin, with the digest of the file that a proof names. */
export async function loadEmbargoes(): Promise<ReferenceData['embargoes']> {
  const text = await readData('embargoes.json');
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { digest, rows: embargoFile.parse(JSON.parse(text)).rows };
}

/** Where a rate by contract may stand in place of the published one, with the law that says so or says no. */
export const loadContractRateRules = async (): Promise<ContractRateRule[]> =>
  contractRateFile.parse(JSON.parse(await readData('contract-rates.json'))).rows;

export const loadNameRules = async (): Promise<NameRules> =>
  rulesFile.parse(JSON.parse(await readData('screening-rules.json')));

/**
 * Reads a screening list: CSV with a header, columns `id,name,kind,programme` and, parted by `|`, `aliases`.
 *
 * @throws Invalid `shipments.screening.list-unreadable` naming the row: an unread list must stop the start, never clear anybody
 */
export function readScreeningList(name: string, bytes: Buffer, rules: NameRules): ScreeningList {
  const entries = rowsOf(name, bytes).map((row, index): ListEntry => {
    const parsed = listRow.safeParse(row);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      throw unreadable(name, `row ${index + 2}, column ${issue.path.join('.')}`, issue.message);
    }
    const { aliases, ...entry } = parsed.data;
    return {
      ...entry,
      aliases: aliases
        .split('|')
        .map((alias) => alias.trim())
        .filter((alias) => alias !== ''),
    };
  });
  if (entries.length === 0) throw unreadable(name, 'row 2', 'at least one entry expected');
  return prepareList(name, `sha256:${createHash('sha256').update(bytes).digest('hex')}`, entries, rules);
}

function rowsOf(name: string, bytes: Buffer): unknown[] {
  try {
    return parse(bytes, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    throw unreadable(name, 'file', error instanceof Error ? error.message : String(error));
  }
}

const unreadable = (name: string, pointer: string, reason: string): Invalid =>
  new Invalid('shipments.screening.list-unreadable', `screening list ${name}, ${pointer}: ${reason}`, {
    advice: 'Give a CSV file with the columns id, name, kind, programme and aliases (SCREENING_LIST).',
    places: [{ pointer, reason }],
  });

/** @param path of a list; the context's own example list when left out */
export async function loadScreeningList(path: string | undefined, rules: NameRules): Promise<ScreeningList> {
  const file = path ?? new URL('screening-list.csv', DATA);
  return readScreeningList(basename(path ?? 'screening-list.csv'), await readFile(file), rules);
}

export const REFERENCE_DATA = Symbol('REFERENCE_DATA');

/** What screening and standing are decided by; loaded once at the start. */
export interface ReferenceData {
  standing: readonly StandingRule[];
  names: NameRules;
  list: ScreeningList;
  embargoes: { digest: string; rows: readonly Embargo[] };
  contractRates: readonly ContractRateRule[];
}

export async function loadReferenceData(listPath: string | undefined): Promise<ReferenceData> {
  const names = await loadNameRules();
  return {
    standing: await loadStandingRules(),
    names,
    list: await loadScreeningList(listPath, names),
    embargoes: await loadEmbargoes(),
    contractRates: await loadContractRateRules(),
  };
}
