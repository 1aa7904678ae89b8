/** Characters of a record; what stands behind the last one is no data. */
export const WIDTH = 80;

export interface Field {
  /** first and last character, from 1, as the chapters of CATAIR print them */
  from: number;
  to: number;
}

/** The text of a field, without the blanks around it. */
export const field = (record: string, from: number, to = from): string => record.slice(from - 1, to).trim();

/**
 * Writes a record of 80 characters: a control identifier and values at their places. What is longer than its field is cut off;
 * numbers stand to the right with zeros before them.
 */
export function record(
  id: string,
  ...values: [from: number, to: number, value: string | number | undefined][]
): string {
  const characters = [...id.padEnd(WIDTH)];
  for (const [from, to, value] of values) {
    const width = to - from + 1;
    const text = typeof value === 'number' ? String(value).padStart(width, '0') : (value ?? '');
    for (const [index, char] of [...text.slice(0, width).padEnd(width)].entries()) characters[from - 1 + index] = char;
  }
  return characters.join('');
}

export interface Block {
  /** what the block answers or carries: `SX`, `SO`, `AX` … */
  application: string;
  /** comes back as we wrote it: our reference of the transmission */
  userText: string;
  records: string[];
}

export interface Batch {
  /** `MMDDYY`, empty without an envelope */
  date: string;
  blocks: Block[];
}

export type Batched = { kind: 'read'; batch: Batch } | { kind: 'unreadable'; code: string; says: string };

const LARGEST = 5_000_000;
const MOST = 60_000;

const unreadable = (code: string, says: string): Batched => ({ kind: 'unreadable', code: `ace.${code}`, says });

/** Application of records that came without an envelope, by their first characters. */
function applicationOf(first: string): string {
  if (first.startsWith('SE')) return 'SX';
  if (/^(SO|UC|PF|MS)/.test(first)) return first.slice(0, 2);
  if (/^X[01]/.test(first)) return 'X';
  return /^E[01]/.test(first) ? 'AX' : '';
}

/** Records may be lines, or follow one another without any; blanks at their ends may be missing. */
function linesOf(text: string): string[] | null {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trimEnd());
  if (lines.filter((line) => line !== '').length === 1 && lines[0]!.length > WIDTH)
    return lines[0]!.match(new RegExp(`.{1,${WIDTH}}`, 'g'));
  return lines.some((line) => line.length > WIDTH) ? null : lines.filter((line) => line !== '');
}

/**
 * Takes a batch apart: A … B … Y … Z, or records without an envelope. Never throws.
 * @see ACE CATAIR, batch and block control
 */
export function readBatch(bytes: Uint8Array): Batched {
  if (bytes.length > LARGEST) return unreadable('too-large', `${bytes.length} bytes, at most ${LARGEST} are read`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const stray = /[^\n\r\u0020-\u007e]/.exec(text);
  if (stray) return unreadable('character', `a character at byte ${stray.index} that no record may hold`);
  const lines = linesOf(text);
  if (!lines) return unreadable('width', `a record has ${WIDTH} characters, one of these has more`);
  if (lines.length === 0) return unreadable('empty', 'there is no record');
  if (lines.length > MOST) return unreadable('too-large', `${lines.length} records, at most ${MOST} are read`);
  return blocksOf(lines.map((line) => line.padEnd(WIDTH)));
}

function blocksOf(lines: readonly string[]): Batched {
  const batch: Batch = { date: '', blocks: [] };
  let open: Block | null = null;
  let enveloped = false;
  let ended = false;
  for (const [index, line] of lines.entries()) {
    if (ended) return unreadable('envelope', 'records after the end of the batch');
    if (line.startsWith('A') && index === 0) {
      enveloped = true;
      batch.date = field(line, 15, 20);
    } else if (/^B[ 0-9]/.test(line) && (open === null || enveloped)) {
      if (open) return unreadable('envelope', 'a block begins before the last one has ended');
      open = { application: field(line, 11, 12), userText: field(line, 60, 80), records: [] };
      batch.blocks.push(open);
    } else if (/^Y[ 0-9]/.test(line) && open) {
      const counted = field(line, 13, 17);
      // Whether the count includes the two control records is told differently: both are believed.
      if (/^\d+$/.test(counted) && ![0, 2].includes(Number(counted) - open.records.length))
        return unreadable('count', `${Number(counted)} records counted, ${open.records.length} found`);
      open = null;
    } else if (line.startsWith('Z') && enveloped) {
      if (open) return unreadable('envelope', 'the batch ends inside a block');
      ended = true;
    } else if (open) {
      open.records.push(line);
    } else {
      const loose: Block | undefined = batch.blocks.at(-1);
      if (enveloped && !/^X[01]/.test(line)) return unreadable('envelope', 'a record outside of a block');
      if (loose && loose.userText === '' && !enveloped) loose.records.push(line);
      else batch.blocks.push({ application: applicationOf(line), userText: '', records: [line] });
    }
  }
  if (open) return unreadable('envelope', 'the block is not ended');
  if (enveloped && !ended) return unreadable('envelope', 'the batch is not ended');
  return { kind: 'read', batch };
}
