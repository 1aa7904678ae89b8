import { z } from 'zod';

/** A setting is missing or bad: the start stops with its name, what was expected and what to do. */
export class BadSettings extends Error {}

/**
 * Parses the environment once, by one schema. Names are those of the environment.
 * @throws BadSettings naming every setting that is missing or bad
 */
export function settings<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv = process.env): z.infer<S> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = issue.path.map(String).join('.');
    const description = (schema.shape[name] as z.ZodType | undefined)?.meta()?.description;
    return `  ${name}: ${issue.message}${description ? ` (${description})` : ''}`;
  });
  throw new BadSettings(
    `Settings are missing or bad:\n${lines.join('\n')}\nSet them in the environment and start again.`,
  );
}

export const secret32 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'base64 of 32 bytes')
  .transform((text) => Buffer.from(text, 'base64'));
