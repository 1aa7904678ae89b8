import { fold } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import type { CustomsEvent } from '@tidewaiter/contracts';
import fc from 'fast-check';
import {
  aboutOf,
  declaration,
  mrnOf,
  sendingOf,
  statusOf,
  summaryOf,
  vectorOf,
  type AuthorityMessage,
  type DeclarationCommand,
  type Fact,
  type Notice,
} from './index.js';

const given = specFor(declaration);

const ID = '01938f00-0000-7000-8000-0000000000d1';
const SHIPMENT = '01938f00-0000-7000-8000-000000000001';
const LRN = 'TW-ABCDEFGHIJKLMNOPQR';
const digest = `sha256:${'a'.repeat(64)}`;
const filing = {
  declarationId: ID,
  shipmentId: SHIPMENT,
  lrn: LRN,
  ducr: '6GB123456789012-A',
  channel: 'cds',
  authority: 'HMRC',
};

const prepareVersion = (version: number): DeclarationCommand => ({
  type: 'PrepareVersion',
  filing,
  version,
  contentDigest: digest,
  bytesDigest: digest,
  assessmentDigest: digest,
  documentSetDigest: digest,
  leftOut: [],
});
const recordAttempt = (
  version: number,
  attempt: number,
  result: Extract<DeclarationCommand, { type: 'RecordAttempt' }>['result'],
): DeclarationCommand => ({
  type: 'RecordAttempt',
  version,
  attempt,
  result,
});
const taken = (conversationId: string) => ({ kind: 'received', conversationId }) as const;
const lost = { kind: 'unknown', says: 'no answer' } as const;

const message = (messageId: string, facts: Fact[], more: Partial<AuthorityMessage> = {}): AuthorityMessage => ({
  messageId,
  channel: 'cds',
  functionCode: '01',
  sha256: 'c'.repeat(64),
  receivedAt: '2026-11-24T10:00:05.000000Z',
  authorityTime: '2026-11-24T10:00:01.000000Z',
  authorityVersion: 1,
  keys: { conversationId: 'conv-1', lrn: LRN, mrn: '26GB22WOA1EV2P6AR9' },
  facts,
  ...more,
});
const takeMessage = (of: AuthorityMessage): DeclarationCommand => ({
  type: 'TakeMessage',
  message: of,
  declared: {
    1: [{ line: 1, quantity: { value: '40', unit: 'NAR' } }],
    2: [{ line: 1, quantity: { value: '39', unit: 'NAR' } }],
  },
  zone: 'Europe/London',
});

/** All that the commands lead to, one after the other. */
function past(...commands: DeclarationCommand[]): CustomsEvent[] {
  return commands.reduce<CustomsEvent[]>(
    (events, command) => [...events, ...declaration.decide(fold(declaration, events), command)],
    [],
  );
}
const after = (...commands: DeclarationCommand[]) => fold(declaration, past(...commands));

const sent = [prepareVersion(1), recordAttempt(1, 1, taken('conv-1'))];
const rejection: Fact = { kind: 'rejected', errors: [], sameReference: false };

describe('a version', () => {
  it('is prepared once, whoever asks again', () => {
    given(...past(prepareVersion(1)))
      .when(prepareVersion(1))
      .thenNothing();
  });

  it('cannot follow one that is with the authority', () => {
    given(...past(...sent))
      .when(prepareVersion(2))
      .thenRefused('customs.declaration.version-stands');
  });

  it('cannot follow one whose outcome is unknown', () => {
    given(...past(prepareVersion(1), recordAttempt(1, 1, lost)))
      .when(prepareVersion(2))
      .thenRefused('customs.declaration.version-stands');
  });

  it('follows a rejection under the same references, and leaves Rejected', () => {
    const state = after(...sent, takeMessage(message('m1', [rejection])), prepareVersion(2));
    expect(state.version).toBe(2);
    expect(state.filing?.lrn).toBe(LRN);
    expect(statusOf(state).legal.value).toBe('none');
    expect(summaryOf(statusOf(state)).word).toBe('ReadyToFile');
  });

  it('follows a refusal by our own check', () => {
    const refused: DeclarationCommand = {
      type: 'RefuseVersion',
      filing,
      version: 1,
      problems: [{ code: 'CDS10001', pointer: '42A', field: null, says: 'x' }],
    };
    expect(after(refused, prepareVersion(2)).version).toBe(2);
    given(...past(refused))
      .when(refused)
      .thenNothing();
  });

  it('never goes back', () => {
    given(...past(...sent, takeMessage(message('m1', [rejection])), prepareVersion(2)))
      .when({ ...prepareVersion(1), type: 'RefuseVersion', problems: [] } as DeclarationCommand)
      .thenRefused('customs.declaration.version-passed');
  });
});

describe('a transmission', () => {
  it('with an unknown outcome may still turn out to be received, and never the other way round', () => {
    given(...past(prepareVersion(1), recordAttempt(1, 1, lost)))
      .when(recordAttempt(1, 1, taken('conv-1')))
      .thenState((state) => {
        expect(sendingOf(state)).toBe('sent');
      });
    given(...past(...sent))
      .when(recordAttempt(1, 1, lost))
      .thenNothing();
  });

  it('is proven by an enquiry that finds it', () => {
    const state = after(prepareVersion(1), recordAttempt(1, 1, lost), {
      type: 'RecordEnquiry',
      answer: 'found',
      mrn: null,
      resend: 'no',
    });
    expect(statusOf(state).legal.value).toBe('sent');
    expect(state.enquiries).toBe(1);
  });

  it('of a version that was not prepared is refused', () => {
    given()
      .when(recordAttempt(1, 1, lost))
      .thenRefused('customs.declaration.not-prepared');
  });
});

describe('a message of the authority', () => {
  it('leads to nothing the second time', () => {
    const accepted = takeMessage(message('m1', [{ kind: 'accepted', warnings: [] }]));
    given(...past(...sent, accepted))
      .when(accepted)
      .thenNothing();
  });

  it('fixes the legal date in the authority’s own zone', () => {
    const late = takeMessage(
      message('m1', [{ kind: 'accepted', warnings: [] }], { authorityTime: '2026-06-30T23:30:00.000000Z' }),
    );
    const event = past(...sent, late).find((each) => each.type === 'DeclarationAccepted');
    expect(event?.data).toMatchObject({ acceptedOn: '2026-07-01' });
  });

  it('releases the quantities of the version it speaks of', () => {
    const cleared = takeMessage(message('m1', [{ kind: 'released', release: 'full' }]));
    const event = past(...sent, cleared).find((each) => each.type === 'GoodsReleased');
    expect(event?.data).toMatchObject({ quantities: [{ line: 1, quantity: { value: '40', unit: 'NAR' } }] });
  });

  it('speaks of the version whose conversation it names, though a newer one is under way', () => {
    const commands = [
      ...sent,
      takeMessage(message('m1', [rejection])),
      prepareVersion(2),
      recordAttempt(2, 1, taken('conv-2')),
    ];
    const state = after(...commands);
    expect(aboutOf(state, { conversationId: 'CONV-1', lrn: LRN, mrn: null })).toEqual({
      version: 1,
      attempt: 1,
      request: null,
    });
    expect(aboutOf(state, { conversationId: 'conv-9', lrn: LRN, mrn: '26GB22WOA1EV2P6AR9' })).toEqual({
      version: 1,
      attempt: null,
      request: null,
    });
    expect(aboutOf(state, { conversationId: 'conv-9', lrn: LRN, mrn: null })).toEqual({
      version: 2,
      attempt: null,
      request: null,
    });
    const late = after(...commands, takeMessage(message('m2', [{ kind: 'documents-wanted', due: null, says: '' }])));
    expect(statusOf(late).documents.value).toBe('none');
  });

  it('that refuses a second transmission because the first lives ends that one only', () => {
    const state = after(
      prepareVersion(1),
      recordAttempt(1, 1, lost),
      recordAttempt(1, 2, taken('conv-2')),
      takeMessage(
        message('m1', [{ ...rejection, sameReference: true }], {
          keys: { conversationId: 'conv-2', lrn: LRN, mrn: '26GB0000000000000X' },
        }),
      ),
    );
    expect(statusOf(state).legal.value).toBe('sent');
    expect(mrnOf(state, 1)).toBeNull();
  });

  it('that refuses the only transmission for its reference is a rejection', () => {
    const state = after(...sent, takeMessage(message('m1', [{ ...rejection, sameReference: true }])));
    expect(statusOf(state).legal.value).toBe('rejected');
  });

  it('that rejects after an acceptance answers a request: the declaration stands', () => {
    const state = after(
      ...sent,
      takeMessage(message('m1', [{ kind: 'accepted', warnings: [] }])),
      takeMessage(message('m2', [rejection], { authorityTime: '2026-11-24T11:00:00.000000Z' })),
    );
    expect(statusOf(state).legal.value).toBe('accepted');
    expect(statusOf(state).request.value).toBe('rejected');
  });

  it('that cannot be read is kept and moves nothing', () => {
    const unread: DeclarationCommand = {
      type: 'KeepUnread',
      message: message('m1', []),
      code: 'xml.malformed',
      says: 'cut',
    };
    expect(
      past(...sent, unread)
        .map((each) => each.type)
        .slice(-2),
    ).toEqual(['AuthorityMessageReceived', 'AuthorityMessageUnread']);
    given(...past(...sent, unread))
      .when(unread)
      .thenNothing();
  });
});

describe('the status vector', () => {
  const notice = { declarationId: ID, shipmentId: SHIPMENT, version: 1, mrn: '26GB22WOA1EV2P6AR9' };
  const money = { amount: '20.00', currency: 'GBP' };
  const anyNotice: fc.Arbitrary<Notice> = fc
    .record({
      second: fc.integer({ min: 0, max: 4 }),
      messageId: fc.stringMatching(/^[a-f]{1,3}$/),
      authorityVersion: fc.integer({ min: 1, max: 2 }),
      version: fc.integer({ min: 1, max: 2 }),
      kind: fc.integer({ min: 0, max: 13 }),
    })
    .map(({ second, messageId, authorityVersion, version, kind }): Notice => {
      const data = {
        ...notice,
        version,
        authorityVersion,
        messageId: `${messageId}-${kind}`,
        authorityTime: `2026-11-24T10:00:0${second}.000000Z`,
      };
      const duty = (stage: 'indicative' | 'secured' | 'final', paymentReference: string | null): Notice => ({
        type: 'DutyNotified',
        data: { ...data, kind: stage, taxes: [], total: money, paymentReference, payee: null },
      });
      const kinds: Notice[] = [
        { type: 'DeclarationRegistered', data },
        { type: 'DeclarationAccepted', data: { ...data, acceptedOn: '2026-11-24', warnings: [] } },
        { type: 'DeclarationRejected', data: { ...data, errors: [] } },
        { type: 'InspectionOrdered', data: { ...data, route: 'physical' } },
        { type: 'DocumentsRequested', data: { ...data, due: null, says: '' } },
        duty('indicative', null),
        duty('secured', null),
        duty('final', 'PAY1'),
        { type: 'GoodsReleased', data: { ...data, kind: 'conditional', quantities: [] } },
        { type: 'GoodsReleased', data: { ...data, kind: 'full', quantities: [] } },
        { type: 'DeclarationCorrected', data: { ...data, pointers: [] } },
        { type: 'DeclarationInvalidated', data: { ...data, reason: '' } },
        { type: 'PaymentRequired', data: { ...data, amount: money, account: null, reminder: false } },
        { type: 'RequestAnswered', data: { ...data, answer: 'denied', errors: [] } },
      ];
      return kinds[kind]!;
    });

  it('is the same for every order and every repetition of the same facts', () => {
    const shuffled = fc
      .array(anyNotice, { maxLength: 14 })
      .chain((notices) =>
        fc.tuple(
          fc.constant(notices),
          fc.shuffledSubarray(notices, { minLength: notices.length, maxLength: notices.length }),
          fc.subarray(notices),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([notices, other, again]) => {
        const first = vectorOf(1, 'sent', notices);
        expect(vectorOf(1, 'sent', [...again, ...other, ...again])).toEqual(first);
        expect(summaryOf(vectorOf(1, 'sent', [...other, ...again]))).toEqual(summaryOf(first));
      }),
      { numRuns: 400 },
    );
  });

  it('always has a word and a reason', () => {
    fc.assert(
      fc.property(
        fc.array(anyNotice, { maxLength: 14 }),
        fc.constantFrom('none', 'sent', 'unknown' as const),
        (notices, sending) => {
          expect(summaryOf(vectorOf(1, sending, notices)).why.length).toBeGreaterThan(1);
        },
      ),
    );
  });

  const at = (second: number, rest: Partial<Notice['data']> = {}) => ({
    ...notice,
    messageId: `m${second}`,
    authorityTime: `2026-11-24T10:00:0${second}.000000Z`,
    ...rest,
  });
  const acceptance: Notice = {
    type: 'DeclarationAccepted',
    data: { ...at(1), acceptedOn: '2026-11-24', warnings: [] },
  };
  const clearance: Notice = { type: 'GoodsReleased', data: { ...at(8), kind: 'full', quantities: [] } };
  const exam = (second: number): Notice => ({ type: 'InspectionOrdered', data: { ...at(second), route: 'physical' } });

  it('takes a release for an acceptance that was not seen, and names the gap until it is filled', () => {
    const early = vectorOf(1, 'sent', [clearance]);
    expect(early.legal.value).toBe('accepted');
    expect(early.gaps).toEqual(['acceptance not seen']);
    expect(vectorOf(1, 'sent', [clearance, acceptance]).gaps).toEqual([]);
  });

  it('ends an examination by a newer release, while an older release cannot', () => {
    expect(vectorOf(1, 'sent', [acceptance, exam(2), clearance]).control.value).toBe('done');
    const later = vectorOf(1, 'sent', [acceptance, clearance, exam(9)]);
    expect(later.control.value).toBe('physical');
    expect(summaryOf(later).word).toBe('Released');
  });

  it('waits for papers until they are settled by a release', () => {
    const papers: Notice = {
      type: 'DocumentsRequested',
      data: { ...at(2), due: '2026-11-27T10:00:00.000000Z', says: '' },
    };
    const asked = vectorOf(1, 'sent', [acceptance, papers]);
    expect(asked.documents).toMatchObject({ value: 'asked', detail: '2026-11-27T10:00:00.000000Z' });
    expect(summaryOf(asked).word).toBe('UnderReview');
    expect(vectorOf(1, 'sent', [acceptance, papers, clearance]).documents.value).toBe('settled');
  });

  it('says that money is due until the goods are cleared', () => {
    const duty: Notice = {
      type: 'DutyNotified',
      data: { ...at(3), kind: 'final', taxes: [], total: money, paymentReference: 'PAY1', payee: null },
    };
    const due = vectorOf(1, 'sent', [acceptance, duty]);
    expect(due.funds).toMatchObject({ value: 'due', detail: 'PAY1' });
    expect(summaryOf(due).word).toBe('PaymentRequired');
    expect(vectorOf(1, 'sent', [acceptance, duty, clearance]).funds.value).toBe('ok');
  });

  it('lets what is accepted stand beside a rejection: that one is of a request', () => {
    const late: Notice = { type: 'DeclarationRejected', data: { ...at(5), errors: [] } };
    const vector = vectorOf(1, 'sent', [late, acceptance]);
    expect([vector.legal.value, vector.request.value]).toEqual(['accepted', 'rejected']);
  });

  it('names two numbers for one version as a gap', () => {
    const other: Notice = { type: 'DeclarationRegistered', data: { ...at(2), mrn: '26GB000000000000A0' } };
    expect(vectorOf(1, 'sent', [acceptance, other]).gaps).toEqual([
      'more than one number: 26GB000000000000A0, 26GB22WOA1EV2P6AR9',
    ]);
  });

  it('lets nothing but a person leave Invalidated', () => {
    const invalidation: Notice = { type: 'DeclarationInvalidated', data: { ...at(4), reason: 'withdrawn' } };
    expect(summaryOf(vectorOf(1, 'sent', [acceptance, invalidation, clearance])).word).toBe('Invalidated');
  });

  it('keeps an unknown outcome until anything is heard', () => {
    expect(summaryOf(vectorOf(1, 'unknown', [])).word).toBe('OutcomeUnknown');
    expect(summaryOf(vectorOf(1, 'unknown', [acceptance])).word).toBe('Accepted');
  });
});
