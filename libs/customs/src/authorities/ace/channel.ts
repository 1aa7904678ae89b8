import { resendOf } from '../../domain/resend.js';
import type { Asking, Authority, BuiltRequest, Summarising } from '../authority.js';
import { localTime } from '../local-time.js';
import { partOf, type Profile } from '../profile.js';
import { digestOfBytes } from '../texts.js';
import { batched, buildAce, summaryRecords } from './build.js';
import { interpretBatch } from './parse.js';
import { record } from './records.js';
import type { AceTransport } from './transport.js';
import { validateAce } from './validate.js';

/** Why an entry is cancelled, SE13: not needed any more. */
const NOT_NEEDED = '01';

/**
 * A correction replaces the whole transaction (R): while one is open another is refused, so it is never sent to be sure. A
 * cancellation and the report of an arrival carry head and movement alone.
 */
function buildRequest(asking: Asking, profile: Profile): BuiltRequest {
  const { lrn, references } = asking;
  if (asking.purpose === 'amend') {
    const about = { action: 'R', lrn } as const;
    const { bytes, digest } = buildAce(asking.after, references, profile, about);
    const before = buildAce(asking.before, references, profile, about);
    return { bytes, digest, pointers: digestOfBytes(before.bytes) === digest ? [] : ['SE10'] };
  }
  const { filing, filer } = partOf(profile, 'ace');
  const number = (references.entryNumber ?? asking.mrn).replace(/[\s-]/g, '');
  const [code, entry] = [number.slice(0, 3) || filer, number.slice(3)];
  const action = asking.purpose === 'cancel' ? 'D' : 'U';
  const records =
    filing === 'entry-summary'
      ? [record('10', [3, 3, 'D'], [4, 6, code], [9, 16, entry])]
      : [
          record('SE10', [5, 5, action], [6, 8, code], [11, 18, entry]),
          ...(action === 'D' ? [record('SE13', [60, 61, NOT_NEEDED])] : []),
          record('SE20', [5, 7, 'LRN'], [8, 57, lrn]),
        ];
  const at = localTime(references.preparedAt, profile.zone);
  const bytes = batched(filing === 'entry-summary' ? 'AE' : 'SE', lrn, records, at, profile);
  return { bytes, digest: digestOfBytes(bytes), pointers: [] };
}

/** The entry summary (AE) under the number of the release; a replacement carries all of it again. @see CATAIR, entry summary create/update */
function buildSummary({ lrn, references, content, replaces }: Summarising, profile: Profile): BuiltRequest {
  const records = summaryRecords(content, references, profile, replaces ? 'R' : 'A');
  const bytes = batched('AE', lrn, records, localTime(references.preparedAt, profile.zone), profile);
  return { bytes, digest: digestOfBytes(bytes), pointers: [] };
}

/** ACE for one profile: cargo release, or the entry summary, each a filing of its own. */
export const aceAuthority = (
  profile: Profile,
  transport: Pick<AceTransport, 'submit' | 'enquire' | 'collect'>,
): Authority => ({
  profile,
  build: (content, references) => buildAce(content, references, profile),
  validate: (built) => validateAce(built, profile),
  buildRequest: (asking) => buildRequest(asking, profile),
  ...(partOf(profile, 'ace').filing === 'cargo-release'
    ? { buildSummary: (summarising: Summarising) => buildSummary(summarising, profile) }
    : {}),
  again: (bytes) => bytes,
  submit: (bytes) => transport.submit(bytes, profile),
  slots: () => Promise.resolve(null),
  interpret: (raw) => interpretBatch(raw, profile),
  enquiryAnswers: ['C1', 'ER'],
  enquire: (references) => transport.enquire(references, profile),
  collect: (cursor) => transport.collect(cursor, profile),
  resend: (attempts, evidence, now) => resendOf(profile.resend, attempts, evidence, now),
  nameOf: (functionCode) => functionCode,
});
