import { Readable } from 'node:stream';
import type { CallerIdentity } from '@tidewaiter/platform';
import type { ImportOrder } from '../application/tariffs.js';

/** A file as it comes over the wire, in pieces of this size. */
export const bytes = (text: string | Buffer, piece = 64): AsyncIterable<Buffer> => {
  const whole = Buffer.from(text as string);
  return Readable.from(
    (function* () {
      for (let at = 0; at < whole.length; at += piece) yield whole.subarray(at, at + piece);
    })(),
  );
};

export const aCaller = (over: Partial<CallerIdentity> = {}): CallerIdentity => ({
  tenant: 'acme',
  subject: 'ada',
  actor: 'user:ada',
  roles: ['operator'],
  name: 'Ada',
  ...over,
});

export const anOrder = (over: Partial<ImportOrder> = {}): ImportOrder => ({
  source: 'uk-global-tariff',
  destination: null,
  name: null,
  scope: null,
  validFrom: '2026-01-01',
  validTo: null,
  ...over,
});

/** Rows as the UK list publishes them: code, description, rate. */
export const ukList = (rows: readonly (readonly [code: string, description: string, rate: string])[]): string =>
  [
    'commodity,description,cet_duty_rate,ukgt_duty_rate,change',
    ...rows.map(([code, description, rate]) => `${code},"${description.replace(/"/g, '""')}",99.0%,${rate},No change`),
    '',
  ].join('\n');

const HTS_HEADER =
  'HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty,Quota Quantity,Additional Duties';

export interface HtsRow {
  number?: string;
  indent: number;
  description: string;
  units?: readonly string[];
  general?: string;
  special?: string;
  column2?: string;
}

const quote = (cell: string): string => `"${cell.replace(/"/g, '""')}"`;

/** Rows as the US schedule's export has them. */
export const htsFile = (rows: readonly HtsRow[]): string =>
  [
    HTS_HEADER,
    ...rows.map(({ number = '', indent, description, units = [], general = '', special = '', column2 = '' }) =>
      [
        number,
        String(indent),
        description,
        units.length > 0 ? JSON.stringify(units) : '',
        general,
        special,
        column2,
        '',
        '',
      ]
        .map(quote)
        .join(','),
    ),
    '',
  ].join('\n');

/** A made-up corner of a schedule: a heading with a number, one without, codes of eight and of ten digits. */
export const someHts = (over: { shirts?: string } = {}): string =>
  htsFile([
    { number: '6105', indent: 0, description: "Men's or boys' shirts, knitted or crocheted:" },
    {
      number: '6105.10.00',
      indent: 1,
      description: 'Of cotton',
      general: over.shirts ?? '19.7%',
      special: 'Free (AU,BH,S) 8% (KR)',
      column2: '45%',
    },
    { indent: 2, description: "Men's:" },
    { number: '6105.10.00.10', indent: 3, description: 'Dress shirts', units: ['doz.', 'kg'] },
    { number: '6105.10.00.30', indent: 3, description: 'Other', units: ['doz.', 'kg'] },
    { number: '6105.90', indent: 1, description: 'Of other textile materials:' },
    {
      number: '6105.90.10.00',
      indent: 2,
      description: 'Of wool or fine animal hair',
      general: '14.9%',
      column2: '77.5%',
    },
    {
      number: '6105.90.80',
      indent: 2,
      description: 'Other',
      general: 'See additional note 9',
      special: 'Free (A+, ZZ)',
      column2: '45%',
    },
  ]);
