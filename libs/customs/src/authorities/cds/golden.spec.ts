import { readdirSync, readFileSync } from 'node:fs';
import type { CustomsEvent } from '@tidewaiter/contracts';
import { fold } from '@tidewaiter/kernel';
import type { DeclarationContent } from '../../domain/content.js';
import { declaration, statusOf, type DeclarationCommand, type FilingReferences } from '../../domain/declaration.js';
import { summaryOf } from '../../domain/summary.js';
import type { ReadMessage } from '../authority.js';
import { readProfiles, type Profile } from '../profile.js';
import { buildDeclaration } from './build.js';
import { interpretNotification } from './parse.js';
import { validateDeclaration } from './validate.js';

const GOLDEN = new URL('../../../golden/', import.meta.url);
const RECEIVED = '2026-11-24T12:00:00.000000Z';

interface Neutral {
  references: FilingReferences;
  content: DeclarationContent;
}

const json = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, GOLDEN), 'utf8')) as T;
const bytes = (path: string): Buffer => readFileSync(new URL(path, GOLDEN));
/** What the CDS family of messages looks like where other authorities speak it. */
const ELSEWHERE: Record<string, Partial<Profile>> = {
  DE: { authority: 'Zoll', destination: 'DE', zone: 'Europe/Berlin', currency: 'EUR', payee: 'Bundeskasse' },
  US: {
    ...{ authority: 'CBP', destination: 'US', zone: 'America/New_York', currency: 'USD', basis: 'FOB' },
    ...{ importerScheme: 'EIN', taxTypes: ['056'], payee: 'U.S. Customs and Border Protection' },
  },
};
const profileOf = ({ content: { destination } }: Neutral): Profile => ({
  ...readProfiles().find((each) => each.channel === 'cds')!,
  ...ELSEWHERE[destination],
});

/** Vector, summary and problems after the answers, taken in the order given. */
function outcome(neutral: Neutral, answers: readonly Buffer[]) {
  const profile = profileOf(neutral);
  const filing = {
    declarationId: '01938f00-0000-7000-8000-0000000000d1',
    shipmentId: '01938f00-0000-7000-8000-000000000001',
    channel: profile.channel,
    authority: profile.authority,
    ...neutral.references,
  };
  const digest = `sha256:${'0'.repeat(64)}`;
  const commands: DeclarationCommand[] = [
    {
      type: 'PrepareVersion',
      filing,
      version: 1,
      contentDigest: digest,
      bytesDigest: digest,
      assessmentDigest: digest,
      documentSetDigest: digest,
      leftOut: [],
    },
    { type: 'RecordAttempt', version: 1, attempt: 1, result: { kind: 'received', conversationId: 'c1' } },
    ...answers.flatMap((answer) =>
      (interpretNotification({ bytes: answer, conversationId: 'c1' }, profile) as ReadMessage[]).map(
        (read): DeclarationCommand => ({
          type: 'TakeMessage',
          message: {
            messageId: read.identity!,
            channel: 'cds',
            functionCode: read.functionCode,
            sha256: '0'.repeat(64),
            receivedAt: RECEIVED,
            authorityTime: read.authorityTime!,
            authorityVersion: read.authorityVersion,
            keys: read.keys,
            facts: read.facts,
          },
          declared: {},
          zone: profile.zone,
        }),
      ),
    ),
  ];
  const events = commands.reduce<CustomsEvent[]>(
    (past, command) => [...past, ...declaration.decide(fold(declaration, past), command)],
    [],
  );
  const state = fold(declaration, events);
  const vector = statusOf(state);
  const errors = state.notices.flatMap((each) => (each.type === 'DeclarationRejected' ? each.data.errors : []));
  return { summary: summaryOf(vector).word, vector, errors };
}

describe.each(readdirSync(GOLDEN))('%s', (name) => {
  const neutral = json<Neutral>(`${name}/neutral.json`);
  const answers = readdirSync(new URL(`${name}/answers/`, GOLDEN))
    .sort()
    .map((file) => bytes(`${name}/answers/${file}`));

  it('is built to these bytes, and nothing is found wrong with it', () => {
    const built = buildDeclaration(neutral.content, neutral.references, profileOf(neutral));
    expect(built.bytes.toString()).toBe(bytes(`${name}/declaration.xml`).toString());
    expect(validateDeclaration(built, profileOf(neutral))).toEqual([]);
  });

  it('stands like this after its answers, in their order and in reverse', () => {
    expect(outcome(neutral, answers)).toEqual(json(`${name}/outcome.json`));
    expect(outcome(neutral, [...answers].reverse())).toEqual(json(`${name}/outcome.json`));
  });
});
