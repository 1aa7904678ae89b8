import { resendOf } from '../../domain/resend.js';
import type { Authority } from '../authority.js';
import type { Profile } from '../profile.js';
import { buildDeclaration } from './build.js';
import { NOTIFICATIONS } from './codes.js';
import { interpretNotification } from './parse.js';
import { buildRequest, buildSlotsRequest } from './requests.js';
import type { CdsTransport } from './transport.js';
import { validateDeclaration } from './validate.js';

/** The CDS channel for one profile: the United Kingdom's own. */
export const cdsAuthority = (
  profile: Profile,
  transport: Pick<CdsTransport, 'submit' | 'slots' | 'enquire' | 'collect'>,
): Authority => ({
  profile,
  build: (content, references) => buildDeclaration(content, references, profile),
  validate: (built) => validateDeclaration(built, profile),
  buildRequest: (asking) => buildRequest(asking, profile),
  again: (bytes) => bytes,
  submit: (bytes, purpose) => transport.submit(bytes, purpose),
  slots: (mrn, files) => transport.slots(buildSlotsRequest(mrn, files)),
  interpret: (raw) => interpretNotification(raw, profile),
  enquire: (references, passed) => transport.enquire(references, passed),
  pushes: true,
  collect: () => transport.collect(),
  resend: (attempts, evidence, now) => resendOf(profile.resend, attempts, evidence, now),
  nameOf: (functionCode) => NOTIFICATIONS[functionCode] ?? functionCode,
});
