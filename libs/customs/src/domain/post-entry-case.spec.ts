import type { CaseEvent } from '@tidewaiter/contracts';
import { fold } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { readPostEntryRules } from '../application/post-entry-rules.js';
import { entry, type Entry, type EntryCommand } from './entry.js';
import { nextIn, postEntryCase, type CaseCommand, type CaseRule } from './post-entry-case.js';

const rules = readPostEntryRules();
const terms = rules.terms('US', 'America/New_York');
const given = specFor(postEntryCase);
const caseId = '00000000-0000-4000-8000-000000000003';
const other = '00000000-0000-4000-8000-000000000004';
const ids = {
  declarationId: '00000000-0000-4000-8000-000000000001',
  shipmentId: '00000000-0000-4000-8000-000000000002',
};
const digest = `sha256:${'a'.repeat(64)}`;
const rule = (kind: CaseRule['kind']): CaseRule => rules.caseRule(kind, 'US')!;
const person = (actor: string, ...roles: string[]) => ({ actor, roles });
const counsel = person('user:counsel', 'compliance');
const officer = person('user:officer', 'approver');
const editor = person('user:operator', 'operator', 'compliance', 'approver');

function entryAt(...more: EntryCommand[]): Entry {
  const look: EntryCommand = {
    type: 'ReviewEntry',
    facts: {
      ...ids,
      authority: 'CBP',
      destination: 'US',
      dates: { entry: '2026-01-15', release: '2026-01-16' },
      editors: ['user:operator'],
      met: ['cleared'],
      invalidated: false,
    },
    terms,
    now: '2026-01-16T15:00:00.000000Z',
  };
  return [look, ...more, look].reduce(
    (state, command) => entry.decide(state, command).reduce((before, event) => entry.evolve(before, event), state),
    entry.initial,
  );
}
const liquidated = entryAt({
  type: 'NoteLiquidation',
  kind: 'liquidated',
  on: '2026-11-20',
  change: 'none',
  difference: null,
  says: 'bulletin',
  by: 'user:counsel',
  terms,
});
const fresh = entryAt();

const opening = (
  kind: CaseRule['kind'],
  change: Partial<Extract<CaseCommand, { type: 'OpenCase' }>> = {},
): CaseCommand => ({
  type: 'OpenCase',
  rule: rule(kind),
  entry: fresh,
  beside: [],
  person: counsel,
  caseId,
  kind,
  medium: 'own-review',
  reference: null,
  says: 'something is to be said',
  noticeOn: '2026-03-02',
  receivedOn: '2026-03-03',
  documentId: null,
  basis: null,
  lines: [],
  claim: null,
  ...change,
});
const preparing = (kind: CaseRule['kind'], by = counsel, state = fresh): CaseCommand => ({
  type: 'PrepareAct',
  rule: rule(kind),
  entry: state,
  person: by,
  says: 'what we say',
  documentIds: [],
  lines: [],
  amount: null,
  digest,
});
const approving = (kind: CaseRule['kind'], by = officer, n = 1, of = digest): CaseCommand => ({
  type: 'ApproveAct',
  rule: rule(kind),
  entry: liquidated,
  person: by,
  n,
  digest: of,
});
const filing = (kind: CaseRule['kind'], filedOn = '2026-12-01', state = liquidated): CaseCommand => ({
  type: 'FileAct',
  rule: rule(kind),
  entry: state,
  person: counsel,
  n: 1,
  filedOn,
  reference: null,
});

/** Events of a case that was led so far. */
function led(...commands: CaseCommand[]): CaseEvent[] {
  const events: CaseEvent[] = [];
  for (const command of commands) events.push(...postEntryCase.decide(fold(postEntryCase, events), command));
  return events;
}
const protest = () => led(opening('protest', { entry: liquidated, noticeOn: '2026-12-01' }));

describe('who may, and when', () => {
  it.each([
    ['a protest before liquidation', opening('protest'), 'customs.case.too-early'],
    [
      'a protest after its term',
      opening('protest', { entry: liquidated, noticeOn: '2027-05-20' }),
      'customs.case.too-late',
    ],
    ['a correction after liquidation', opening('correction', { entry: liquidated }), 'customs.case.too-late'],
    ['a correction after its term', opening('correction', { noticeOn: '2026-11-11' }), 'customs.case.too-late'],
    [
      'a disclosure by operations',
      opening('disclosure', { person: person('user:x', 'operator') }),
      'customs.case.role',
    ],
    [
      'a refund beside a drawback',
      opening('refund', { beside: [{ caseId: other, kind: 'drawback', status: 'filed' }] }),
      'customs.case.conflicts',
    ],
    [
      'a second refund',
      opening('refund', { beside: [{ caseId: other, kind: 'refund', status: 'open' }] }),
      'customs.case.conflicts',
    ],
  ])('refuses %s', (_what, command, code) => given().when(command).thenRefused(code));

  it('takes a protest on the last day of its term, and a refund beside a closed drawback', () => {
    given()
      .when(opening('protest', { entry: liquidated, noticeOn: '2027-05-19' }))
      .thenState((state) => expect(state.status).toBe('open'));
    given()
      .when(opening('refund', { beside: [{ caseId: other, kind: 'drawback', status: 'closed' }] }))
      .thenState((state) => expect(state.opened?.name).toBe('Refund claim'));
  });
});

describe('two people, neither of whom made the entry', () => {
  it('lets nobody approve what he prepared, whatever his roles', () => {
    const both = person('user:both', 'compliance', 'approver');
    given(
      ...protest(),
      ...led(opening('protest', { entry: liquidated, noticeOn: '2026-12-01' }), preparing('protest', both)).slice(1),
    )
      .when(approving('protest', both))
      .thenRefused('customs.case.own-act');
  });

  it('lets no editor of the entry prepare or approve a remedy against it', () => {
    given(...protest())
      .when(preparing('protest', editor, liquidated))
      .thenRefused('customs.case.editor');
    const prepared = led(opening('protest', { entry: liquidated, noticeOn: '2026-12-01' }), preparing('protest'));
    given(...prepared)
      .when(approving('protest', editor))
      .thenRefused('customs.case.editor');
  });

  it('lets an editor answer a query, where law asks for no other', () => {
    given(...led(opening('authority-query', { person: editor })))
      .when(preparing('authority-query', editor))
      .thenState((state) => expect(state.status).toBe('prepared'));
  });

  it('binds the approval to what was prepared, and voids it by a newer one', () => {
    const prepared = led(opening('protest', { entry: liquidated, noticeOn: '2026-12-01' }), preparing('protest'));
    given(...prepared)
      .when(approving('protest', officer, 1, `sha256:${'b'.repeat(64)}`))
      .thenRefused('customs.case.digest-changed');
    const again = led(
      opening('protest', { entry: liquidated, noticeOn: '2026-12-01' }),
      preparing('protest'),
      approving('protest'),
      preparing('protest'),
    );
    given(...again)
      .when(filing('protest'))
      .thenRefused('customs.case.not-now');
    given(...prepared)
      .when(filing('protest'))
      .thenRefused('customs.case.not-approved');
  });

  it('files what was approved within its term alone', () => {
    const approved = led(
      opening('protest', { entry: liquidated, noticeOn: '2026-12-01' }),
      preparing('protest'),
      approving('protest'),
    );
    given(...approved)
      .when(filing('protest', '2027-05-20'))
      .thenRefused('customs.case.too-late');
    given(...approved)
      .when(filing('protest', '2027-05-19'))
      .thenState((state) => expect(nextIn(state, rule('protest'))).toMatchObject({ role: 'authority' }));
  });
});

describe('a decision', () => {
  const filed = () =>
    led(
      opening('protest', { entry: liquidated, noticeOn: '2026-12-01' }),
      preparing('protest'),
      approving('protest'),
      filing('protest'),
    );
  const money = (amount: string) => ({ amount, currency: 'USD' });
  const line = (n: number, amount: string) => ({
    line: n,
    field: 'rate' as const,
    was: '5 %',
    becomes: '0 %',
    difference: money(amount),
  });
  const deciding = (refund: string | null, ...amounts: string[]): CaseCommand => ({
    type: 'DecideCase',
    rule: rule('protest'),
    person: counsel,
    outcome: 'granted',
    decidedOn: '2027-02-01',
    says: 'granted',
    lines: amounts.map((amount, i) => line(i + 1, amount)),
    refund: refund === null ? null : money(refund),
    owed: null,
  });

  it('adds up by line, to the cent', () => {
    given(...filed())
      .when(deciding('30.01', '-10.00', '-20.00'))
      .thenRefused('customs.case.amounts');
    given(...filed())
      .when(deciding('30.00', '-10.00', '-20.00'))
      .thenState((state) => expect(state.decision?.refund).toEqual(money('30.00')));
  });

  it('comes after a filing of ours, and a closed case opens again without losing it', () => {
    given(...protest())
      .when(deciding(null))
      .thenRefused('customs.case.not-now');
    const closed = [
      ...filed(),
      ...led(...[opening('protest', { entry: liquidated, noticeOn: '2026-12-01' })]).slice(1),
    ];
    const ended = closed.concat(
      postEntryCase.decide(fold(postEntryCase, closed), {
        type: 'CloseCase',
        rule: rule('protest'),
        person: counsel,
        reason: 'nothing is left',
      }),
    );
    given(...ended)
      .when({ type: 'ReopenCase', rule: rule('protest'), person: counsel, ground: 'new ruling', on: '2027-06-01' })
      .thenState((state) => {
        expect(state.status).toBe('open');
        expect(state.acts[0]?.filedOn).toBe('2026-12-01');
      });
  });
});
