import {
  listCheckpoints,
  listLogEntries,
  proveConsistency,
  showCheckpoint,
  showTile,
  showVerifierKey,
  showWitnessKeys,
} from '@tidewaiter/contracts';
import type { TidewaiterClient } from '@tidewaiter/client';
import type { LeafToProve, ToProve } from '@tidewaiter/evidence/steps';
import {
  makeInclusion,
  parseAddCheckpoint,
  parseCheckpoint,
  readBundle,
  readTile,
  TILE_WIDTH,
  tileNodes,
  tilePath,
  treeHasher,
  widthIn,
} from '@tidewaiter/merkle';
import { i18n } from '../words/words.js';

export interface FromLog {
  what: ToProve;
  size: number;
  /** events of the shipment that no checkpoint covers yet */
  uncovered: number;
}

/**
 * Fetches everything that proves a shipment out of the live log: entries and tiles as static files, the checkpoint, its keys, and an
 * older head. Nothing of it is believed before the worker has checked it.
 *
 * @param own what the person brought: a key, an older checkpoint
 */
export async function fetchFromLog(
  api: TidewaiterClient,
  log: string,
  shipment: string,
  own: { key?: string | undefined; earlier?: string | undefined } = {},
): Promise<FromLog> {
  const [checkpoint, key, witnesses, indexes] = await Promise.all([
    api.call(showCheckpoint, { params: { log } }),
    api.call(showVerifierKey, { params: { log } }),
    api.call(showWitnessKeys, { params: { log } }),
    indexesOf(api, shipment),
  ]);
  const { size } = parseCheckpoint(checkpoint);
  const covered = indexes.filter((index) => index < size);
  const fetched = new Map<string, Promise<Uint8Array>>();
  const tile = (level: number | 'entries', index: number): Promise<Uint8Array> => {
    const width = widthIn(size, level === 'entries' ? 0 : level, index);
    const path = tilePath({ level, index, width }).slice('tile/'.length);
    const known = fetched.get(path) ?? api.bytes(showTile, { log, path });
    fetched.set(path, known);
    return known;
  };
  const hasher = treeHasher();
  const nodes = tileNodes(hasher, size, ({ level, index }) => tile(level, index));
  const leaves = await Promise.all(
    covered.map(async (index): Promise<LeafToProve> => {
      const [bundle, offset] = [Math.floor(index / TILE_WIDTH), index % TILE_WIDTH];
      const width = widthIn(size, 0, bundle);
      const [entries, hashes] = await Promise.all([tile('entries', bundle), tile(0, bundle)]);
      return {
        index,
        place: i18n.t('leaf {index}', { index }),
        bytes: readBundle(entries, width)[offset]!,
        recorded: readTile(hashes, width)[offset]!,
        path: await makeInclusion(hasher, index, size, nodes),
      };
    }),
  );
  return {
    size,
    uncovered: indexes.length - covered.length,
    what: {
      tenant: log,
      shipment,
      leaves,
      files: [],
      checkpoint,
      key: { text: own.key ?? key, pinned: own.key !== undefined },
      witnesses: witnesses.split('\n').filter((line) => line !== ''),
      earlier: await earlierHead(api, size, own.earlier, covered[0] ?? 0),
    },
  };
}

async function indexesOf(api: TidewaiterClient, subject: string): Promise<number[]> {
  const indexes: number[] = [];
  for (let below: number | undefined; ;) {
    const page = await api.call(listLogEntries, {
      query: { subject, limit: 200, ...(below === undefined ? {} : { below }) },
    });
    indexes.push(...page.items.map(({ index }) => index));
    if (page.next === null) return indexes.reverse();
    below = page.next;
  }
}

/** The person's own older checkpoint; without one the oldest that was published over the shipment's first event. */
async function earlierHead(
  api: TidewaiterClient,
  size: number,
  own: string | undefined,
  first: number,
): Promise<ToProve['earlier']> {
  const published =
    own === undefined
      ? await api.call(listCheckpoints, { query: { oldest: 'true', covering: first, limit: 1 } })
      : null;
  const checkpoint = own ?? published?.items[0]?.note;
  if (checkpoint === undefined) return null;
  const older = parseCheckpoint(checkpoint).size;
  const from =
    own === undefined
      ? i18n.t('since the first head over this shipment ({at})', { at: published?.items[0]?.at.slice(0, 10) })
      : i18n.t('since the checkpoint that you gave');
  const proof =
    older < size
      ? parseAddCheckpoint(await api.call(proveConsistency, { query: { from: older, to: size } })).proof
      : [];
  return { checkpoint, proof, from };
}
