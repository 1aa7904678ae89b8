import { z } from 'zod';
import type { Said } from './house.js';

const verdict = z.object({
  reference: z.string(),
  shipmentId: z.string(),
  passed: z.boolean(),
  checks: z.array(z.object({ says: z.string(), holds: z.boolean() })),
  seconds: z.number(),
});

/** How a story ended; `story` is what was told until then. */
export interface Told {
  reference: string;
  shipmentId: string;
  seconds: number;
  /** what did not hold, with the story; empty when all of it held */
  failed: string[];
}

/** Reads what `tidewaiter --json scenario run` printed. */
export function told({ code, stdout, stderr }: Said): Told {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const parsed = verdict.safeParse(JSON.parse(lines.at(-1) ?? 'null'));
  if (!parsed.success) {
    return { reference: '', shipmentId: '', seconds: 0, failed: [`no verdict, code ${code}: ${stderr}`, ...lines] };
  }
  const { passed, checks, ...rest } = parsed.data;
  const broken = checks.filter(({ holds }) => !holds).map(({ says }) => says);
  return { ...rest, failed: passed && code === 0 ? [] : [...broken, ...lines, stderr] };
}
