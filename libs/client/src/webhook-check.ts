import { canonicalJson } from '@tidewaiter/kernel';

/** HMAC-SHA-256, by the platform where nothing else is given. */
export type Hmac = (key: Uint8Array, message: Uint8Array) => Promise<Uint8Array>;

/** A webhook as a receiver got it: the body as text, byte for byte, and three headers. */
export interface WebhookMessage {
  body: string;
  id: string;
  timestamp: string;
  signature: string;
}

/** What is known to have been sent under one `webhook-id`: the bytes, and the headers of each try. */
export interface SentWebhook {
  id: string;
  body: string;
  tries: readonly Pick<WebhookMessage, 'timestamp' | 'signature'>[];
}

export interface WebhookCheckOptions {
  /** `whsec_…` */
  secret: string;
  /** the receiver's clock, epoch milliseconds */
  at: number;
  /** how far the timestamp may lie from the receiver's clock */
  toleranceSeconds?: number;
  /** what a program works out over the same message: says what it does otherwise */
  computed?: string;
  /** tells what differs from what was sent, where that can be looked up */
  sent?: SentWebhook;
  hmac?: Hmac;
}

export const WEBHOOK_CHECK_STEPS = ['headers', 'secret', 'signatures', 'time'] as const;
export interface WebhookCheckStep {
  step: (typeof WEBHOOK_CHECK_STEPS)[number];
  outcome: 'passed' | 'failed' | 'not-reached';
  says: string;
}

export interface CheckedSignature {
  /** as it stands in the list */
  text: string;
  outcome: 'matches' | 'differs' | 'other-scheme' | 'malformed';
}

/** What is wrong, by a stable name, in words, and what to do. */
export interface WebhookFault {
  code:
    | 'header-missing'
    | 'timestamp-malformed'
    | 'timestamp-differs'
    | 'timestamp-old'
    | 'timestamp-ahead'
    | 'secret-malformed'
    | 'secret-other'
    | 'signature-list-malformed'
    | 'signature-list-changed'
    | 'id-differs'
    | 'body-whitespace'
    | 'body-reserialised'
    | 'body-changed'
    | 'secret-or-bytes'
    | 'program-key'
    | 'program-text'
    | 'program-encoding'
    | 'program-other';
  says: string;
  advice: string;
}

export interface WebhookCheck {
  /** `out-of-time`: signed by this secret, and a receiver refuses it all the same */
  verdict: 'verified' | 'out-of-time' | 'not-verified';
  steps: WebhookCheckStep[];
  /** `<id>.<timestamp>.<body>`; null while a header is missing */
  signedText: string | null;
  /** what this secret gives over that text */
  expected: string | null;
  signatures: CheckedSignature[];
  faults: WebhookFault[];
  /** what the program does otherwise; empty where it works out the right signature; null where none was given, or it cannot be told */
  program: WebhookFault[] | null;
}

/** How far a timestamp may lie from the receiver's clock, either way. @see Standard Webhooks 1.0.0, "Verifying webhook authenticity" */
export const WEBHOOK_TOLERANCE_SECONDS = 300;

const HEADERS = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' } as const;

/** The three headers in whatever was pasted: lines of a request, `-H` options of curl, or a JSON object. What is not there is empty. */
export function webhookHeadersIn(text: string): Omit<WebhookMessage, 'body'> {
  const valueOf = (name: string): string =>
    (new RegExp(`${name}["']?\\s*[:=]\\s*\\[?\\s*["']?([^"'\\]\\r\\n]*)`, 'i').exec(text)?.[1] ?? '').trim();
  return { id: valueOf(HEADERS.id), timestamp: valueOf(HEADERS.timestamp), signature: valueOf(HEADERS.signature) };
}

/** Headers as they are pasted: one a line. */
export const webhookHeaderLines = ({ id, timestamp, signature }: Omit<WebhookMessage, 'body'>): string =>
  `${HEADERS.id}: ${id}\n${HEADERS.timestamp}: ${timestamp}\n${HEADERS.signature}: ${signature}`;

const byPlatform: Hmac = async (key, message) => {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', Uint8Array.from(key), hmac, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, Uint8Array.from(message)));
};

/** Bytes of a base64 text; null where it is none. */
function fromBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/**
 * The entry of `webhook-signature` for one secret.
 *
 * @throws RangeError for what is no signing secret
 */
export async function signWebhook(
  message: Omit<WebhookMessage, 'signature'>,
  secret: string,
  hmac: Hmac = byPlatform,
): Promise<string> {
  const sign = signer(keyOf(secret.trim()), hmac);
  if (sign === null) throw new RangeError('not a signing secret: whsec_ and 24 to 64 bytes in base64');
  return sign(message);
}

/** @returns null for what is no secret of the scheme: 24 to 64 bytes in base64 */
function keyOf(secret: string): Uint8Array | null {
  const key = fromBase64(secret.replace(/^whsec_/, ''));
  return key !== null && key.length >= 24 && key.length <= 64 ? key : null;
}

/**
 * Checks a webhook's signature as a receiver has to, and says what is wrong with what does not verify. Needs nothing but what it is given:
 * the secret goes nowhere.
 *
 * @see Standard Webhooks 1.0.0, "Signature scheme"
 */
export async function checkWebhook(message: WebhookMessage, options: WebhookCheckOptions): Promise<WebhookCheck> {
  const { id, timestamp, body } = message;
  const missing = (['id', 'timestamp', 'signature'] as const).filter((each) => message[each] === '');
  const malformed = timestamp !== '' && !/^\d{1,12}$/.test(timestamp);
  const headers = headerFaults(missing, malformed ? timestamp : null);
  const key = keyOf(options.secret.trim());
  const listed = message.signature.split(/[\s]+/).map((each) => each.replace(/^,|,$/g, ''));
  const signatures = listed.filter((text) => text !== '').map((text) => ({ text, outcome: shapeOf(text) }));
  const signedText = missing.includes('id') || missing.includes('timestamp') ? null : `${id}.${timestamp}.${body}`;

  const sign = signer(key, options.hmac ?? byPlatform);
  const expected = signedText === null || sign === null ? null : await sign({ id, timestamp, body });
  for (const each of signatures) if (each.text === expected) each.outcome = 'matches';
  const signed = signatures.some(({ outcome }) => outcome === 'matches');

  const faults = [...headers, ...(key === null ? [secretFault(options.secret.trim())] : [])];
  const reached = faults.length === 0;
  if (reached && !signed) faults.push(...(await unsigned(message, signatures, sign!, options.sent)));
  const late = missing.includes('timestamp') || malformed ? null : timeFault(Number(timestamp), options);
  if (late) faults.push(late);

  const computed = options.computed?.trim() ?? '';
  const program =
    key === null || expected === null || computed === ''
      ? null
      : await programFaults(computed, message, options.secret.trim(), key, options.hmac ?? byPlatform);

  return {
    verdict: !signed || !reached ? 'not-verified' : late ? 'out-of-time' : 'verified',
    steps: [
      step('headers', headers[0], 'The three headers are there.'),
      step('secret', key === null ? secretFault(options.secret.trim()) : undefined, `A key of ${key?.length} bytes.`),
      reached
        ? signaturesStep(signatures)
        : { step: 'signatures', outcome: 'not-reached', says: 'Needs the headers and the secret.' },
      timestamp === '' || malformed
        ? { step: 'time', outcome: 'not-reached', says: 'Needs the timestamp.' }
        : step('time', late, `${distance(Number(timestamp), options.at)}, within ${toleranceOf(options)} s.`),
    ],
    signedText,
    expected,
    signatures,
    faults,
    program,
  };
}

const step = (
  name: WebhookCheckStep['step'],
  fault: WebhookFault | undefined | null,
  says: string,
): WebhookCheckStep =>
  fault ? { step: name, outcome: 'failed', says: fault.says } : { step: name, outcome: 'passed', says };

function signaturesStep(signatures: readonly CheckedSignature[]): WebhookCheckStep {
  const at = signatures.findIndex(({ outcome }) => outcome === 'matches');
  return at < 0
    ? { step: 'signatures', outcome: 'failed', says: `None of ${signatures.length} is.` }
    : {
        step: 'signatures',
        outcome: 'passed',
        says: `Number ${at + 1} of ${signatures.length} is; one is enough.`,
      };
}

function shapeOf(text: string): CheckedSignature['outcome'] {
  const [scheme, value = ''] = text.split(',');
  if (scheme !== 'v1') return value === '' ? 'malformed' : 'other-scheme';
  return fromBase64(value)?.length === 32 ? 'differs' : 'malformed';
}

type Signed = Pick<WebhookMessage, 'id' | 'timestamp' | 'body'>;
type Sign = (text: Signed) => Promise<string>;

const signer = (key: Uint8Array | null, hmac: Hmac): Sign | null =>
  key === null
    ? null
    : async ({ id, timestamp, body }) =>
        `v1,${toBase64(await hmac(key, new TextEncoder().encode(`${id}.${timestamp}.${body}`)))}`;

function headerFaults(missing: readonly (keyof typeof HEADERS)[], timestamp: string | null): WebhookFault[] {
  const faults: WebhookFault[] = missing.map((name) => ({
    code: 'header-missing',
    says: `The header ${HEADERS[name]} is missing.`,
    advice: 'A proxy or framework may drop or rename headers: log them where they arrive.',
  }));
  if (timestamp !== null) {
    faults.push({
      code: 'timestamp-malformed',
      says: `webhook-timestamp is ${timestamp}, not whole seconds since 1970${/^\d{13}$/.test(timestamp) ? ' but milliseconds' : ''}.`,
      advice: 'Sign over the header as it came, not over a date made of it.',
    });
  }
  return faults;
}

const secretFault = (secret: string): WebhookFault => ({
  code: 'secret-malformed',
  says: secret.startsWith('twk_')
    ? 'This is a key that opens the API, not a signing secret.'
    : secret === ''
      ? 'There is no secret.'
      : 'This is no signing secret: whsec_ and 24 to 64 bytes in base64.',
  advice: 'Take the secret that was shown when the endpoint was added or its secret was made anew.',
});

const toleranceOf = ({ toleranceSeconds = WEBHOOK_TOLERANCE_SECONDS }: WebhookCheckOptions): number => toleranceSeconds;

function distance(timestamp: number, at: number): string {
  const seconds = Math.round(at / 1000 - timestamp);
  return seconds >= 0 ? `Sent ${seconds} s before` : `Sent ${-seconds} s after`;
}

function timeFault(timestamp: number, options: WebhookCheckOptions): WebhookFault | null {
  const seconds = Math.round(options.at / 1000 - timestamp);
  if (Math.abs(seconds) <= toleranceOf(options)) return null;
  return seconds > 0
    ? {
        code: 'timestamp-old',
        says: `The timestamp is ${seconds} s old, more than ${toleranceOf(options)} s: a receiver takes it for a replay.`,
        advice: 'Have it sent again: each try is signed anew with its own instant.',
      }
    : {
        code: 'timestamp-ahead',
        says: `The timestamp is ${-seconds} s ahead of the receiver’s clock, more than ${toleranceOf(options)} s.`,
        advice: 'Set the receiver’s clock by NTP.',
      };
}

/** Why no signature of the list is by this secret over these bytes, the likeliest first. */
async function unsigned(
  message: WebhookMessage,
  signatures: readonly CheckedSignature[],
  sign: Sign,
  sent: SentWebhook | undefined,
): Promise<WebhookFault[]> {
  if (!signatures.some(({ outcome }) => outcome === 'differs')) {
    return [
      {
        code: 'signature-list-malformed',
        says: 'webhook-signature holds no signature of the scheme v1.',
        advice: 'It is a list, separated by spaces, of v1, a comma and 32 bytes in base64.',
      },
    ];
  }
  const matches = async (text: Signed): Promise<boolean> => {
    const expected = await sign(text);
    return signatures.some((each) => each.text === expected);
  };
  for (const [body, fault] of otherBodies(message.body)) if (await matches({ ...message, body })) return [fault];
  if (sent) return againstSent(message, sign, sent);
  if ((parsed(message.body) as { id?: unknown } | undefined)?.id === message.id) {
    return [
      {
        code: 'id-differs',
        says: 'webhook-id is the id of the event in the body, which is not the one that was signed.',
        advice: 'Take the header webhook-id: it names the delivery.',
      },
    ];
  }
  return [
    {
      code: 'secret-or-bytes',
      says: 'No signature is by this secret over these bytes: it is another secret, or something was changed on the way.',
      advice: 'Compare with what was sent under this webhook-id: it tells the two apart.',
    },
  ];
}

/** Bodies that receivers often have in the place of the one that came. */
function otherBodies(body: string): [body: string, fault: WebhookFault][] {
  const whitespace: WebhookFault = {
    code: 'body-whitespace',
    says: 'The body has white space or a byte order mark at its edges, or other line ends, that were not signed.',
    advice: 'Check over the bytes as they came, before anything trims them or writes them to a file.',
  };
  const found: [string, WebhookFault][] = [
    [body.trim(), whitespace],
    [body.replaceAll('\r\n', '\n'), whitespace],
  ];
  const compact = parsed(body);
  if (compact !== undefined) found.push([JSON.stringify(compact), reserialised()]);
  return found.filter(([other]) => other !== body);
}

const reserialised = (): WebhookFault => ({
  code: 'body-reserialised',
  says: 'The body is the same JSON in other bytes: it was read and written anew, with other spaces, escapes or order.',
  advice: 'Check over the raw body, before a framework parses it (Express: express.raw, Flask: request.get_data()).',
});

const timestampDiffers = (): WebhookFault => ({
  code: 'timestamp-differs',
  says: 'webhook-timestamp is not the one that was signed.',
  advice: 'Sign over the header as it came, in whole seconds; a later try has a timestamp of its own.',
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** With what was sent at hand nothing is left open: either the secret is another, or it is said what differs. */
async function againstSent(message: WebhookMessage, sign: Sign, sent: SentWebhook): Promise<WebhookFault[]> {
  const pasted = new Set(message.signature.split(/\s+/));
  const listOf = (signature: string): string[] => signature.split(' ');
  // The try that the pasted signatures come from, else the one of the pasted timestamp, else any.
  const tried =
    sent.tries.find(({ signature }) => listOf(signature).some((each) => pasted.has(each))) ??
    sent.tries.find(({ timestamp }) => timestamp === message.timestamp) ??
    sent.tries[0];
  if (!tried) {
    return [
      {
        code: 'secret-or-bytes',
        says: 'Nothing was sent under this webhook-id yet.',
        advice: 'Look at the delivery’s tries.',
      },
    ];
  }
  const known = { id: sent.id, timestamp: tried.timestamp, body: sent.body };
  const faults: WebhookFault[] = [];
  const expected = await sign(known);
  if (!listOf(tried.signature).includes(expected)) {
    faults.push({
      code: 'secret-other',
      says: 'What was sent was signed with another secret: one of another endpoint, or one that is retired or newer.',
      advice: 'Look at the endpoint’s signing secrets; make a new one where it is lost.',
    });
  }
  if (message.id !== sent.id) {
    faults.push({
      code: 'id-differs',
      says: `webhook-id is not the one that was signed, which is ${sent.id}.`,
      advice: 'Take the header webhook-id, not the id of the event in the body.',
    });
  }
  if (message.timestamp !== tried.timestamp) faults.push(timestampDiffers());
  if (message.body !== sent.body) faults.push(bodyFault(message.body, sent.body));
  if (!listOf(tried.signature).some((each) => pasted.has(each))) {
    faults.push({
      code: 'signature-list-changed',
      says: 'None of the signatures is one that was sent.',
      advice: 'Take the header webhook-signature whole: a list is cut where a program reads its first entry only.',
    });
  }
  return faults;
}

function bodyFault(got: string, sent: string): WebhookFault {
  const [one, other] = [parsed(got), parsed(sent)];
  if (one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other)) return reserialised();
  const [a, b] = [new TextEncoder().encode(got), new TextEncoder().encode(sent)];
  const at = b.findIndex((byte, index) => a[index] !== byte);
  const place = at < 0 ? b.length : at;
  const around = (bytes: Uint8Array): string =>
    new TextDecoder().decode(bytes.slice(Math.max(0, place - 8), place + 8));
  return {
    code: 'body-changed',
    says: `The body differs from byte ${place} on: ${around(a)} came, ${around(b)} was sent (${a.length} and ${b.length} bytes).`,
    advice: 'Look at what stands between: a proxy that rewrites bodies, a cut, another character set.',
  };
}

const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const KEY_ADVICE = 'Take what stands behind whsec_ and decode it from base64: those bytes are the key.';
const TEXT_ADVICE = 'Sign webhook-id, a full stop, webhook-timestamp, a full stop, and the body as it came.';

/** Finds the way in which a program came to its signature among those in which programs go wrong, alone and together. */
async function programFaults(
  computed: string,
  { id, timestamp, body }: Signed,
  secret: string,
  right: Uint8Array,
  hmac: Hmac,
): Promise<WebhookFault[]> {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const fault = (code: WebhookFault['code'], says: string, advice: string): WebhookFault => ({ code, says, advice });
  const bare = secret.replace(/^whsec_/, '');
  const keys: [Uint8Array, WebhookFault | null][] = [
    [right, null],
    [bytesOf(secret), fault('program-key', 'The key is the text of the whole secret.', KEY_ADVICE)],
    [bytesOf(bare), fault('program-key', 'The key is text in base64 that was not decoded.', KEY_ADVICE)],
  ];
  const texts: [string, WebhookFault | null][] = [
    [`${id}.${timestamp}.${body}`, null],
    ...otherBodies(body).map(([other, why]): [string, WebhookFault] => [`${id}.${timestamp}.${other}`, why]),
    [body, fault('program-text', 'Only the body is signed.', TEXT_ADVICE)],
    [`${timestamp}.${body}`, fault('program-text', 'webhook-id is not signed.', TEXT_ADVICE)],
    [`${id}.${body}`, fault('program-text', 'webhook-timestamp is not signed.', TEXT_ADVICE)],
    [
      `${timestamp}.${id}.${body}`,
      fault('program-text', 'webhook-id and webhook-timestamp change places.', TEXT_ADVICE),
    ],
    [`${id}${timestamp}${body}`, fault('program-text', 'The full stops are missing.', TEXT_ADVICE)],
  ];
  const encodings: [(bytes: Uint8Array) => string, WebhookFault | null][] = [
    [toBase64, null],
    [toHex, fault('program-encoding', 'It is written in hexadecimal.', 'Write the 32 bytes in base64.')],
    [
      (bytes) => toBase64(bytesOf(toHex(bytes))),
      fault('program-encoding', 'It is base64 of the hexadecimal text.', 'Write the 32 bytes themselves in base64.'),
    ],
    [
      (bytes) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      fault('program-encoding', 'It is written in base64url.', 'Write the 32 bytes in base64 with its padding.'),
    ],
  ];
  const given = computed.replace(/^v1,/, '');
  for (const [key, keyFault] of keys) {
    for (const [text, textFault] of texts) {
      const bytes = await hmac(key, bytesOf(text));
      for (const [write, writtenFault] of encodings) {
        if (write(bytes) !== given) continue;
        return [keyFault, textFault, writtenFault].filter((each) => each !== null);
      }
    }
  }
  return [
    fault(
      'program-other',
      'The program works out something else, in none of the ways that are known here.',
      'Take one of the samples, and compare the text that it signs byte for byte.',
    ),
  ];
}
