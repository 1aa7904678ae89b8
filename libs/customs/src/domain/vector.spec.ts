import type { CustomsEvent } from '@tidewaiter/contracts';
import { fold } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import fc from 'fast-check';
import {
  aboutOf,
  contentInForce,
  CUSTOMS,
  declaration,
  statusOf,
  summaryOf,
  type AuthorityMessage,
  type DeclarationCommand,
  type Fact,
  type SummaryWord,
} from './index.js';

const given = specFor(declaration);
const LRN = 'TW-ABCDEFGHIJKLMNOPQR';
const MRN = '26GB22WOA1EV2P6AR9';
const digest = `sha256:${'a'.repeat(64)}`;
const filing = {
  declarationId: '01938f00-0000-7000-8000-0000000000d1',
  shipmentId: '01938f00-0000-7000-8000-000000000001',
  lrn: LRN,
  ducr: '6GB123456789012-A',
  channel: 'cds',
  authority: 'HMRC',
};
const DOCUMENT = '01938f00-0000-7000-8000-00000000000f';
const DECLARED = [
  { line: 1, quantity: { value: '40', unit: 'NAR' } },
  { line: 2, quantity: { value: '10', unit: 'NAR' } },
];

const sent: DeclarationCommand[] = [
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
  { type: 'RecordAttempt', version: 1, attempt: 1, result: { kind: 'received', conversationId: 'conv-1' } },
];

const at = (minute: number): string => `2026-11-24T10:${String(minute).padStart(2, '0')}:00.000000Z`;

interface Told {
  minute: number;
  facts: Fact[];
  version?: number;
  conversationId?: string;
  lrn?: string;
  messageId?: string;
}

const message = ({
  minute,
  facts,
  version = 1,
  conversationId = 'conv-1',
  lrn = LRN,
  messageId,
}: Told): AuthorityMessage => ({
  messageId: messageId ?? `m${minute}-${facts.map((fact) => fact.kind).join('-')}`,
  channel: 'cds',
  functionCode: '01',
  sha256: 'c'.repeat(64),
  receivedAt: at(59),
  authorityTime: at(minute),
  authorityVersion: version,
  keys: { conversationId, lrn, mrn: MRN },
  facts,
});
const take = (told: Told): DeclarationCommand => ({
  type: 'TakeMessage',
  message: message(told),
  declared: { 1: DECLARED, 2: [{ line: 1, quantity: { value: '39', unit: 'NAR' } }] },
  zone: 'Europe/London',
});
const say = (minute: number, ...facts: Fact[]): DeclarationCommand => take({ minute, facts });

function past(...commands: DeclarationCommand[]): CustomsEvent[] {
  return commands.reduce<CustomsEvent[]>(
    (events, command) => [...events, ...declaration.decide(fold(declaration, events), command)],
    [],
  );
}
const after = (...commands: DeclarationCommand[]) => fold(declaration, past(...sent, ...commands));
const wordOf = (...commands: DeclarationCommand[]): SummaryWord => summaryOf(statusOf(after(...commands))).word;

const accepted: Fact = { kind: 'accepted', warnings: [] };
const registered: Fact = { kind: 'registered' };
const cleared: Fact = { kind: 'released', release: 'full' };
const released: Fact = { kind: 'released', release: 'conditional' };
const exam: Fact = { kind: 'control', route: 'physical' };
const papers: Fact = { kind: 'documents-wanted', due: at(50), says: '' };
const place = { bill: null, lines: [] as number[], says: '' };
const hold = (agency: string, lines: number[] = []): Fact => ({
  kind: 'hold',
  decision: 'hold',
  ...place,
  agency,
  lines,
});
const lifted = (agency: string, lines: number[] = []): Fact => ({ kind: 'hold-lifted', ...place, agency, lines });
const duty = (stage: 'indicative' | 'secured' | 'final', paymentReference: string | null = null): Fact => ({
  kind: 'duty',
  stage,
  taxes: [],
  total: { amount: '20.00', currency: 'GBP' },
  paymentReference,
  payee: null,
});
const request = (purpose: 'amend' | 'cancel' | 'arrive', minute: number, lrn = 'TW-REQUEST-1'): DeclarationCommand => ({
  type: 'MakeRequest',
  orderId: `01938f00-0000-7000-8000-0000000000${lrn.slice(-1).padStart(2, '0')}`,
  purpose,
  reason: 'a mistake',
  lrn,
  proposed: purpose === 'amend' ? { version: 2, contentDigest: digest } : null,
  fields: [],
  bytesDigest: digest,
  at: at(minute),
});
const answered = (minute: number, fact: Fact, lrn = 'TW-REQUEST-1'): DeclarationCommand =>
  take({ minute, facts: [fact], lrn, conversationId: `conv-${lrn}` });

describe('holds of agencies', () => {
  it('stop the goods until the agency itself lifts them', () => {
    expect(wordOf(say(1, accepted), say(2, hold('FSA')))).toBe('Hold');
    expect(wordOf(say(1, accepted), say(2, hold('FSA')), say(3, lifted('FSA')))).toBe('Accepted');
    expect(wordOf(say(1, accepted), say(2, hold('FSA')), say(3, lifted('APHA')))).toBe('Hold');
  });

  it('of another agency outlive the release of customs', () => {
    const vector = statusOf(after(say(1, accepted), say(2, hold('FSA')), say(9, cleared)));
    expect(vector.agencies['FSA']).toMatchObject({ value: 'hold', at: at(2) });
    expect(vector.gaps).toEqual([]);
    expect(summaryOf(vector).word).toBe('Hold');
  });

  it('of customs end with its release, and the unseen lifting is a gap', () => {
    const vector = statusOf(after(say(1, accepted), say(2, hold(CUSTOMS)), say(9, cleared)));
    expect(vector.gaps).toEqual(['lifting of the hold of customs on entry not seen']);
    expect(summaryOf(vector).word).toBe('Released');
    const seen = after(say(1, accepted), say(2, hold(CUSTOMS)), say(3, lifted(CUSTOMS)), say(9, cleared));
    expect(statusOf(seen).gaps).toEqual([]);
  });

  it('stand by line, the worst of all agencies there; one message may hold two results for a line', () => {
    const two: Fact[] = [
      { ...lifted('FSA', [1]), at: at(4) },
      { ...hold('FSA', [1, 2]), at: at(3) },
    ];
    const vector = statusOf(after(say(1, accepted), say(5, ...two)));
    expect(Object.entries(vector.lines).map(([line, cell]) => [line, cell.value])).toEqual([
      ['1', 'proceed'],
      ['2', 'hold'],
    ]);
    expect(vector.agencies['FSA']?.value).toBe('hold');
  });

  it('by a newer word about the whole entry end for every line', () => {
    const vector = statusOf(after(say(1, accepted), say(2, hold('FSA', [1, 2])), say(3, lifted('FSA'))));
    expect(vector.lines).toEqual({});
    expect(vector.agencies['FSA']?.value).toBe('proceed');
  });
});

describe('a release', () => {
  const suspended: Fact = { kind: 'release-suspended', refused: false, says: 'redelivery' };

  it('that is recalled is a hold until a newer release', () => {
    expect(wordOf(say(1, accepted), say(2, released), say(3, suspended))).toBe('Hold');
    expect(wordOf(say(3, suspended), say(2, released), say(1, accepted))).toBe('Hold');
    expect(wordOf(say(1, accepted), say(2, released), say(3, suspended), say(4, released))).toBe(
      'ConditionallyReleased',
    );
  });

  it('that was refused says so', () => {
    expect(statusOf(after(say(1, accepted), say(3, { ...suspended, refused: true }))).release.value).toBe('refused');
  });

  it('leaves Seized only by a newer decision that a person recorded', () => {
    const seized: Fact = { kind: 'seized', reason: 'counterfeit' };
    const reverse = (minute: number): DeclarationCommand => ({
      type: 'ReverseOutcome',
      of: 'seized',
      reason: 'petition granted',
      documentId: DOCUMENT,
      authorityTime: at(minute),
    });
    expect(wordOf(say(1, accepted), say(3, seized), say(4, cleared))).toBe('Seized');
    given(...past(...sent, say(1, accepted), say(3, seized)))
      .when(reverse(2))
      .thenRefused('customs.declaration.older-decision');
    expect(wordOf(say(1, accepted), say(3, seized), reverse(5), say(6, cleared))).toBe('Released');
    given(...past(...sent, say(1, accepted)))
      .when(reverse(5))
      .thenRefused('customs.declaration.not-so');
  });

  it('lets go what an examination found, not what was declared', () => {
    const conclude: DeclarationCommand = {
      type: 'ConcludeExamination',
      result: 'shortage',
      found: [{ line: 1, quantity: { value: '38', unit: 'NAR' } }],
      declared: DECLARED,
      says: 'two cartons empty',
      documentIds: [],
      at: at(5),
    };
    const events = past(...sent, say(1, accepted), say(2, exam), conclude, say(6, cleared));
    expect(events.at(-1)?.data).toMatchObject({
      quantities: [
        { line: 1, quantity: { value: '38' } },
        { line: 2, quantity: { value: '10' } },
      ],
    });
    given(...past(...sent, say(1, accepted)))
      .when({ ...conclude, found: [{ line: 1, quantity: { value: '41', unit: 'NAR' } }] })
      .thenRefused('customs.examination.finding-invalid');
  });
});

describe('papers and queries', () => {
  it('that went out are with the officer until a newer reminder or the release', () => {
    const send: DeclarationCommand = {
      type: 'SendDocuments',
      files: [{ documentId: DOCUMENT, documentVersion: 1, sha256: 'b'.repeat(64), slot: null }],
      at: at(5),
    };
    expect(statusOf(after(say(1, accepted), say(2, papers), send)).documents.value).toBe('sent');
    expect(statusOf(after(say(1, accepted), say(2, papers), send, say(7, papers))).documents.value).toBe('asked');
    expect(statusOf(after(say(1, accepted), say(2, papers), send, say(9, cleared))).documents.value).toBe('settled');
  });

  it('that came by post stand beside those of the mailbox until each is answered', () => {
    const post: DeclarationCommand = {
      type: 'RecordQuery',
      queryId: 'CF-28 7',
      says: 'value of the moulds',
      due: at(40),
      documentId: DOCUMENT,
      authorityTime: at(3),
    };
    const answer = (queryId: string): DeclarationCommand => ({
      type: 'AnswerQuery',
      queryId,
      answer: 'invoice enclosed',
      documentIds: [],
      at: at(9),
    });
    const mailbox = say(2, { kind: 'query', due: null, says: '' });
    expect(wordOf(say(1, accepted), mailbox, post)).toBe('UnderReview');
    const half = after(say(1, accepted), mailbox, post, answer('m2-query'));
    expect(statusOf(half).query).toMatchObject({ value: 'open', detail: at(40) });
    expect(wordOf(say(1, accepted), mailbox, post, answer('m2-query'), answer('CF-28 7'))).toBe('Accepted');
    given(...past(...sent, say(1, accepted), post, answer('CF-28 7')))
      .when(answer('CF-28 7'))
      .thenRefused('customs.query.answered');
  });
});

describe('a request', () => {
  it('is one at a time, and asks only about what the authority has', () => {
    given(...past(...sent))
      .when(request('amend', 1))
      .thenRefused('customs.request.too-early');
    given(...past(...sent, say(1, accepted)))
      .when(request('arrive', 2))
      .thenRefused('customs.request.too-early');
    given(...past(...sent, say(1, accepted), request('amend', 2)))
      .when(request('cancel', 3, 'TW-REQUEST-2'))
      .thenRefused('customs.request.open');
  });

  it('has its answer, and not its receipt, as the last word where both bear the same second', () => {
    const denied: Fact = { kind: 'request-answered', answer: 'denied' };
    for (const [receipt, answer] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const told = (messageId: string, fact: Fact): DeclarationCommand =>
        take({ minute: 3, facts: [fact], lrn: 'TW-REQUEST-1', conversationId: 'conv-TW-REQUEST-1', messageId });
      const state = after(say(1, accepted), request('cancel', 2), told(receipt, registered), told(answer, denied));
      expect(statusOf(state).request.value).toBe('denied');
      const turned = after(say(1, accepted), request('cancel', 2), told(answer, denied), told(receipt, registered));
      expect(statusOf(turned).request.value).toBe('denied');
    }
  });

  it('that is rejected or denied leaves the declaration as it was', () => {
    const rejected: Fact = { kind: 'rejected', errors: [], sameReference: false };
    for (const fact of [rejected, { kind: 'request-answered', answer: 'denied' }] as Fact[]) {
      const state = after(say(1, accepted), request('amend', 2), answered(3, registered), answered(4, fact));
      expect(statusOf(state).legal.value).toBe('accepted');
      expect(statusOf(state).request).toMatchObject({ value: fact.kind === 'rejected' ? 'rejected' : 'denied' });
      expect(contentInForce(state, 1)).toBe(1);
    }
  });

  it('of a pre-lodged declaration is told apart from the declaration by its own reference', () => {
    const rejected: Fact = { kind: 'rejected', errors: [], sameReference: false };
    const state = after(say(1, registered), request('arrive', 2), answered(3, rejected));
    expect(statusOf(state).legal.value).toBe('registered');
    expect(statusOf(state).request.value).toBe('rejected');
  });

  it('that is granted puts its content into force, and a release lets that go', () => {
    const grant = answered(4, { kind: 'request-answered', answer: 'granted' });
    const events = past(...sent, say(1, accepted), request('amend', 2), grant, say(9, cleared));
    expect(contentInForce(fold(declaration, events), 1)).toBe(2);
    expect(events.at(-1)?.data).toMatchObject({ quantities: [{ line: 1, quantity: { value: '39' } }] });
    expect(statusOf(fold(declaration, events)).request).toMatchObject({ value: 'granted', detail: 'amend' });
  });

  it('of arrival is granted by the acceptance, of cancellation by the invalidation', () => {
    expect(statusOf(after(say(1, registered), request('arrive', 2), say(3, accepted))).request.value).toBe('granted');
    const gone: Fact = { kind: 'invalidated', reason: '' };
    expect(statusOf(after(say(1, accepted), request('cancel', 2), say(3, gone))).request.value).toBe('granted');
  });

  it('that the gateway refused makes room for another one', () => {
    const refused: DeclarationCommand = {
      type: 'RecordRequestAttempt',
      request: 1,
      attempt: 1,
      result: { kind: 'refused', problems: [{ code: 'BAD_REQUEST', pointer: '', field: null, says: '' }] },
    };
    const state = after(say(1, accepted), request('amend', 2), refused, request('cancel', 3, 'TW-REQUEST-2'));
    expect(state.requests.map((each) => each.request)).toEqual([1, 2]);
    expect(statusOf(state).request).toMatchObject({ value: 'pending', detail: 'cancel' });
    expect(aboutOf(state, { conversationId: null, lrn: 'TW-REQUEST-1', mrn: MRN }).request).toBe(1);
  });

  it('that is older than the newest moves nothing any more', () => {
    const denied: Fact = { kind: 'request-answered', answer: 'denied' };
    const state = after(
      say(1, accepted),
      request('amend', 2),
      answered(4, denied),
      request('cancel', 5, 'TW-REQUEST-2'),
      answered(3, registered),
    );
    expect(statusOf(state).request).toMatchObject({ value: 'pending', detail: 'cancel' });
  });
});

describe('a clearance that is given up', () => {
  const abandon: DeclarationCommand = {
    type: 'GiveUp',
    how: 'abandoned',
    reason: 'storage costs more than the goods',
    documentIds: [],
    at: at(5),
  };

  it('is Abandoned, whatever still comes', () => {
    expect(wordOf(say(1, accepted), abandon, say(9, cleared))).toBe('Abandoned');
  });

  it('is none after the clearance, nor while the outcome is unknown', () => {
    given(...past(...sent, say(1, accepted), say(2, cleared)))
      .when(abandon)
      .thenRefused('customs.declaration.cleared');
    given(...past(sent[0]!, { type: 'RecordAttempt', version: 1, attempt: 1, result: { kind: 'unknown', says: '' } }))
      .when(abandon)
      .thenRefused('customs.declaration.outcome-unknown');
  });
});

describe('every way the authority can tell a story', () => {
  /** What comes between acceptance and release, each with all its messages. */
  const middle = fc.subarray<Fact[]>([
    [exam],
    [papers],
    [hold('FSA', [1]), lifted('FSA', [1])],
    [hold(CUSTOMS), lifted(CUSTOMS)],
    [duty('secured')],
    [{ kind: 'funds-short', amount: null, account: 'DAN', reminder: false }],
    [{ kind: 'query', due: null, says: '' }],
  ]);
  const end = fc.constantFrom<Fact[]>(
    [duty('final', 'PAY-1'), cleared],
    [released, duty('final', 'PAY-1'), cleared],
    [released],
    [{ kind: 'invalidated', reason: 'not arrived' }],
    [{ kind: 'seized', reason: 'counterfeit' }],
    [released, { kind: 'release-suspended', refused: false, says: '' }],
  );
  const story = fc
    .tuple(fc.constantFrom<Fact[]>([accepted], [registered, accepted]), fc.boolean(), middle, end)
    .map(([start, taxed, between, last]): Told[] =>
      [...start, ...(taxed ? [duty('indicative')] : []), ...between.flat(), ...last].map((fact, index) => ({
        minute: index + 1,
        facts: [fact],
        version: 1,
      })),
    );

  const same = (commands: DeclarationCommand[]) => {
    const vector = statusOf(after(...commands));
    return { vector, word: summaryOf(vector).word };
  };

  it('gives one vector for every order and any doubling of its messages', () => {
    const told = story.chain((messages) =>
      fc.tuple(
        fc.constant(messages),
        fc.shuffledSubarray([...messages, ...messages], {
          minLength: messages.length * 2,
          maxLength: messages.length * 2,
        }),
      ),
    );
    fc.assert(
      fc.property(told, ([messages, shuffled]) => {
        expect(same(shuffled.map(take))).toEqual(same(messages.map(take)));
      }),
      { numRuns: 300 },
    );
  });

  it('gives one vector however its facts are split over messages', () => {
    const split = story.chain((messages) => fc.tuple(fc.constant(messages), fc.nat({ max: messages.length })));
    const without = (commands: DeclarationCommand[]) =>
      JSON.stringify(same(commands)).replaceAll(/"messageId":"[^"]*"/g, '');
    fc.assert(
      fc.property(split, ([messages, where]) => {
        const facts = messages.map(({ minute, facts: [fact] }): Fact => ({ ...fact!, at: at(minute) }));
        const halves = [facts.slice(0, where), facts.slice(where)].filter((half) => half.length > 0);
        const joined = halves.map((half, index) => take({ minute: 55 + index, facts: half }));
        expect(without(joined)).toBe(without(messages.map(take)));
      }),
      { numRuns: 200 },
    );
  });

  it('with messages lost ends in the same word, or says what is missing, or still waits and is asked about', () => {
    const final: SummaryWord[] = ['Released', 'Invalidated', 'Seized', 'Rejected', 'Abandoned'];
    const lossy = story.chain((messages) => fc.tuple(fc.constant(messages), fc.subarray(messages)));
    fc.assert(
      fc.property(lossy, ([messages, seen]) => {
        const whole = same(messages.map(take));
        const part = same(seen.map(take));
        const isSame = part.word === whole.word;
        // Without its lifting a hold of another agency stands: a person asks that agency.
        const waits = !final.includes(part.word);
        expect(isSame || waits || part.vector.gaps.length > 0).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
