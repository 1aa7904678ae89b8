/** 80-character records as the CATAIR chapters lay them out, read and written by this authority for itself. Places are 1-based, both ends included. */

export const LENGTH = 80;

export const field = (record: string, from: number, to: number): string => record.slice(from - 1, to).trim();

/** Puts values into their places; a number goes to the right end with zeroes before it, text to the left. */
export function record(tag: string, ...fields: [from: number, to: number, value: string | number][]): string {
  let text = tag.padEnd(LENGTH);
  for (const [from, to, value] of fields) {
    const room = to - from + 1;
    const written =
      typeof value === 'number' ? String(value).padStart(room, '0').slice(-room) : value.slice(0, room).padEnd(room);
    text = text.slice(0, from - 1) + written + text.slice(to);
  }
  return text;
}

export interface Block {
  port: string;
  filer: string;
  application: string;
  /** comes back as it was */
  userText: string;
  records: string[];
}

export interface Batch {
  site: string;
  id: string;
  password: string;
  application: string;
  blocks: Block[];
}

/** @returns the reason where it is no batch: what X0 and X1 then say */
export function readBatch(bytes: Buffer): Batch | { refused: string } {
  const lines = bytes
    .toString('latin1')
    .split(/\r?\n/)
    .map((line) => line.padEnd(LENGTH))
    .filter((line) => line.trim() !== '');
  const first = lines[0] ?? '';
  if (!first.startsWith('A')) return { refused: 'A RECORD EXPECTED FIRST' };
  if (!lines.at(-1)!.startsWith('Z')) return { refused: 'Z RECORD EXPECTED LAST' };
  if (lines.some((line) => line.length > LENGTH)) return { refused: 'A RECORD IS LONGER THAN 80' };
  const batch: Batch = {
    site: field(first, 2, 5),
    id: field(first, 6, 8),
    password: field(first, 9, 14),
    application: field(first, 26, 27),
    blocks: [],
  };
  let open: Block | null = null;
  for (const line of lines.slice(1, -1)) {
    if (line.startsWith('B') && !open) {
      open = {
        port: field(line, 4, 7),
        filer: field(line, 8, 10),
        application: field(line, 11, 12),
        userText: line.slice(59, 80),
        records: [],
      };
    } else if (line.startsWith('Y') && open) {
      batch.blocks.push(open);
      open = null;
    } else if (open) open.records.push(line);
    else return { refused: 'A RECORD STANDS OUTSIDE A BLOCK' };
  }
  if (open) return { refused: 'Y RECORD EXPECTED' };
  return batch.blocks.length > 0 ? batch : { refused: 'NO BLOCK' };
}

const eastern = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  ...({ year: '2-digit', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
});

/** Date MMDDYY and time HHMM on the clocks of the east coast: the messages name no zone. */
export function localTime(at: Date): { date: string; time: string } {
  const parts = Object.fromEntries(eastern.formatToParts(at).map(({ type, value }) => [type, value]));
  return { date: `${parts['month']}${parts['day']}${parts['year']}`, time: `${parts['hour']}${parts['minute']}` };
}

/** Envelope and one block around records. */
export function writeBatch(
  to: { site: string; id: string; port: string; filer: string; userText: string },
  application: string,
  records: readonly string[],
  at: Date,
): string {
  const { date } = localTime(at);
  return [
    record('A', [2, 5, to.site], [6, 8, to.id], [15, 20, date], [26, 27, application]),
    record('B', [4, 7, to.port], [8, 10, to.filer], [11, 12, application], [60, 80, to.userText]),
    ...records,
    record('Y', [4, 7, to.port], [8, 10, to.filer], [11, 12, application], [13, 17, records.length]),
    record('Z', [2, 5, to.site], [6, 8, to.id], [15, 20, date]),
  ].join('\r\n');
}

const VALUES: Record<string, number> = {};
'ABCDEFGHI'.split('').forEach((letter, index) => (VALUES[letter] = index + 1));
'JKLMNOPQR'.split('').forEach((letter, index) => (VALUES[letter] = index + 1));
'STUVWXYZ'.split('').forEach((letter, index) => (VALUES[letter] = index + 2));

/** Check digit of an entry number: every second of the ten is doubled, the digits of what comes of it are summed up. */
export function entryCheck(filer: string, serial: string): string {
  const digits = `${filer}${serial}`.split('').map((sign) => VALUES[sign] ?? Number(sign));
  const sum = digits.reduce((total, digit, index) => {
    const value = index % 2 === 1 ? digit * 2 : digit;
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** Filer, serial and check digit in eleven signs. */
export const isEntryNumber = (entry: string): boolean =>
  /^[0-9A-Z]{3}\d{8}$/.test(entry) && entryCheck(entry.slice(0, 3), entry.slice(3, 10)) === entry[10];
