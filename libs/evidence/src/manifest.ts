import { fromUtf8, Malformed, utf8 } from '@tidewaiter/merkle';
import { z } from 'zod';
import { MANIFEST } from './paths.js';

export const EVIDENCE_FORMAT = 'tidewaiter-evidence/1';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

/** What an evidence file says that it holds. Nothing of it is believed before it is checked. */
export const manifest = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  shipment: z.uuid(),
  tenant: z.string().regex(/^[a-z0-9-]{1,40}$/),
  exportedAt: z.string(),
  exportedBy: z.string(),
  log: z.strictObject({
    /** verifier key in signed-note form; compare it with one that you got another way */
    key: z.string().max(400),
    witnesses: z.array(z.string().max(400)).max(16),
  }),
  checkpoint: z.strictObject({ size: z.int().positive(), sha256: digest }),
  /** an older head that this one continues, where the file holds one */
  earlier: z.strictObject({ size: z.int().positive(), checkpoint: digest, proof: digest }).optional(),
  /** every event of the shipment under the checkpoint, in the log's order */
  events: z
    .array(
      z.strictObject({
        index: count,
        /** leaf hash (RFC 6962); files made before it was kept have none */
        leaf: digest.optional(),
        id: z.uuid(),
        stream: z.string().max(80),
        version: z.int().positive(),
        type: z.string().max(120),
      }),
    )
    .min(1)
    .max(100_000),
  /** papers that the events name by digest; their bytes may be in the file or not */
  documents: z.array(
    z.strictObject({ sha256: digest, size: count, mediaType: z.string().max(120), name: z.string().max(255) }),
  ),
  /** rule versions that decisions in the events name; their bytes may be in the file or not */
  rules: z.array(z.strictObject({ set: z.string().max(80), version: z.string().max(40), sha256: digest })),
  /** files for reading; what they say is evidence only as far as the events say it */
  readable: z.array(z.strictObject({ path: z.string().max(100), sha256: digest })),
});
export type Manifest = z.infer<typeof manifest>;

export const writeManifest = (value: Manifest): Uint8Array => utf8(`${JSON.stringify(value, null, 2)}\n`);

/** @throws Malformed */
export function readManifest(bytes: Uint8Array): Manifest {
  const text = fromUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw new Malformed(MANIFEST, 'text', 'not JSON in UTF-8');
  }
  const parsed = manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Malformed(MANIFEST, `/${issue!.path.map(String).join('/')}`, issue!.message);
}
