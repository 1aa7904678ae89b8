import { readdirSync, readFileSync } from 'node:fs';
import type { AnswerOf, interpretMessages } from '@tidewaiter/contracts';
import { Checks } from '../application/checks.js';
import type { DeclarationContent } from '../domain/content.js';
import type { FilingReferences } from '../domain/declaration.js';
import { aceAuthority } from './ace/channel.js';
import { edifactAuthority } from './edifact/channel.js';
import { readProfiles } from './profile.js';
import { Authorities } from './registry.js';

const GOLDEN = new URL('../../golden-channels/', import.meta.url);

interface Neutral {
  authority: string;
  channel: 'edifact' | 'ace';
  /** what our transmission is called in the answers */
  conversationId: string;
  references: FilingReferences;
  content: DeclarationContent;
}

const noWire = {} as never;
const authorities = new Authorities(readProfiles(), {
  edifact: (profile) => edifactAuthority(profile, noWire),
  ace: (profile) => aceAuthority(profile, noWire),
});
const checks = new Checks(authorities, () => '2026-11-24T12:00:00.000000Z');
const file = (path: string): Buffer => readFileSync(new URL(path, GOLDEN));

/** Vector, summary and problems after the answers, taken in the order given. */
function outcome({ channel, references, conversationId }: Neutral, answers: readonly Buffer[]) {
  const { vector, summary, messages }: AnswerOf<typeof interpretMessages> = checks.interpret({
    declaration: { references, version: 1, attempts: [{ purpose: 'declare', conversationId }] },
    messages: answers.map((body) => ({
      channel,
      conversationId: null,
      receivedAt: '2026-11-24T18:00:00Z',
      body: { base64: body.toString('base64') },
    })),
  });
  return { summary, vector, problems: messages.flatMap((each) => each.problems) };
}

describe.each(readdirSync(GOLDEN))('%s', (name) => {
  const neutral = JSON.parse(file(`${name}/neutral.json`).toString()) as Neutral;
  const answers = readdirSync(new URL(`${name}/answers/`, GOLDEN))
    .sort()
    .map((answer) => file(`${name}/answers/${answer}`));
  const expected: unknown = JSON.parse(file(`${name}/outcome.json`).toString());

  it('is built to these bytes, and nothing is found wrong with it', () => {
    const authority = authorities.called(neutral.authority, '2026-11-24T12:00:00.000000Z');
    const built = authority.build(neutral.content, neutral.references);
    expect(built.bytes.toString('latin1')).toBe(file(`${name}/declaration.txt`).toString('latin1'));
    expect(authority.validate(built)).toEqual([]);
  });

  it('stands like this after its answers, in their order, in reverse, and each twice', () => {
    expect(outcome(neutral, answers)).toEqual(expected);
    expect(outcome(neutral, [...answers].reverse()).vector).toEqual((expected as { vector: unknown }).vector);
    expect(outcome(neutral, [...answers, ...answers]).vector).toEqual((expected as { vector: unknown }).vector);
  });
});
