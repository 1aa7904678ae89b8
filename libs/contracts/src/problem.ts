import { z } from 'zod';

/** RFC 9457 problem document; `code` is stable, `type` is its URI. */
export const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    advice: z.string().optional(),
    places: z.array(z.object({ pointer: z.string(), reason: z.string() })).optional(),
    correlationId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

export const problemType = (code: string): string => `/problems/${code}`;
