import { resendOf } from '../../domain/resend.js';
import type { Asking, Authority, BuiltRequest } from '../authority.js';
import type { Profile } from '../profile.js';
import { digestOfBytes } from '../texts.js';
import { buildCusdec, buildHead, resent } from './build.js';
import { interpretInterchange } from './parse.js';
import type { EdifactTransport } from './transport.js';
import { validateCusdec } from './validate.js';

const NAMES: Record<string, string> = {
  CONTRL: 'CONTRL',
  '961': 'CUSRES 961',
  '962': 'CUSRES 962',
  '963': 'CUSRES 963',
  '964': 'CUSRES 964',
};

/** A change is the whole message again under function 4 with the authority's number; a cancellation its head. */
function buildRequest(asking: Asking, profile: Profile): BuiltRequest {
  const { lrn, mrn, reason, references } = asking;
  const filed = { purpose: asking.purpose, lrn, mrn, reason };
  if (asking.purpose !== 'amend') {
    return { ...buildHead(filed, references.lrn, references, profile), pointers: [] };
  }
  const { bytes, digest } = buildCusdec(asking.after, references, profile, filed);
  const before = buildCusdec(asking.before, references, profile, filed);
  return { bytes, digest, pointers: digestOfBytes(before.bytes) === digest ? [] : ['1'] };
}

/** UN/EDIFACT for one profile: CUSDEC out, CONTRL and CUSRES in. */
export const edifactAuthority = (
  profile: Profile,
  transport: Pick<EdifactTransport, 'submit' | 'enquire' | 'collect'>,
): Authority => ({
  profile,
  build: (content, references) => buildCusdec(content, references, profile),
  validate: (built) => validateCusdec(built, profile),
  buildRequest: (asking) => buildRequest(asking, profile),
  again: (bytes, attempt) => resent(bytes, attempt),
  submit: (bytes) => transport.submit(bytes, profile),
  slots: () => Promise.resolve(null),
  interpret: (raw) => interpretInterchange(raw, profile),
  enquire: (references, passed) => transport.enquire(references, passed, profile),
  collect: (cursor) => transport.collect(cursor, profile),
  resend: (attempts, evidence, now) => resendOf(profile.resend, attempts, evidence, now),
  nameOf: (functionCode) => NAMES[functionCode] ?? `CUSRES ${functionCode}`,
});
