import type { EntryEvent } from '@tidewaiter/contracts';
import { fold, type Instant } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { readPostEntryRules } from '../application/post-entry-rules.js';
import { entry, isOpen, nextLook, type Entry, type EntryCommand, type EntryFacts } from './entry.js';

const rules = readPostEntryRules();
const given = specFor(entry);
const ids = {
  declarationId: '00000000-0000-4000-8000-000000000001',
  shipmentId: '00000000-0000-4000-8000-000000000002',
};
const caseId = '00000000-0000-4000-8000-000000000003';
const us = rules.terms('US', 'America/New_York');
const gb = rules.terms('GB', 'Europe/London');

const factsOf = (change: Partial<EntryFacts> = {}): EntryFacts => ({
  ...ids,
  authority: 'CBP',
  destination: 'US',
  dates: { entry: '2026-01-15', release: '2026-01-16' },
  editors: ['user:operator'],
  met: [],
  invalidated: false,
  ...change,
});
const looked = (now: Instant, change: Partial<EntryFacts> = {}, terms = us): EntryCommand => ({
  type: 'ReviewEntry',
  facts: factsOf(change),
  terms,
  now,
});

/** Lives an entry through commands, as the service would. */
function live(...commands: EntryCommand[]): { state: Entry; events: EntryEvent[] } {
  const events: EntryEvent[] = [];
  for (const command of commands) events.push(...entry.decide(fold(entry, events), command));
  return { state: fold(entry, events), events };
}
const stateOf = (state: Entry): Record<string, string> =>
  Object.fromEntries(state.clocks.map((clock) => [clock.clockId, `${clock.state} ${clock.dueOn}`]));

const RELEASED = '2026-01-16T15:00:00.000000Z';
const liquidated = (
  kind: 'liquidated' | 'extended' | 'suspended' | 'suspension-lifted' | 'reliquidated' | 'unset',
  on: string,
): EntryCommand => ({
  type: 'NoteLiquidation',
  kind,
  on,
  change: 'none',
  difference: null,
  says: 'bulletin notice',
  by: 'user:operator',
  terms: us,
});

describe('an entry in the United States', () => {
  it('starts every term that release gives, and no term of liquidation', () => {
    const { state } = live(looked(RELEASED));
    expect(stateOf(state)).toEqual({
      'us-summary': 'running 2026-02-02',
      'us-redelivery': 'running 2026-02-15',
      'us-liquidation': 'running 2026-11-25',
      'us-deemed-liquidation': 'running 2027-01-15',
      'us-psc': 'running 2026-11-10',
      'us-drawback': 'running 2031-01-15',
    });
    expect(nextLook(state)).toBe('2026-01-28T05:00:00.000000Z');
  });

  it('says nothing twice, however often it is looked at', () => {
    const { events } = live(looked(RELEASED));
    given(...events)
      .when(looked(RELEASED))
      .thenNothing();
  });

  it('warns once, then says what running out costs', () => {
    const { events } = live(
      looked(RELEASED),
      looked('2026-01-28T05:00:00.000000Z'),
      looked('2026-01-29T05:00:00.000000Z'),
      looked('2026-02-03T04:59:59.999999Z'),
      looked('2026-02-03T05:00:00.000000Z'),
    );
    const said = events.filter(({ type }) => type === 'ClockNearing' || type === 'ClockRanOut');
    expect(said).toMatchObject([
      { type: 'ClockNearing', data: { clockId: 'us-summary', dueOn: '2026-02-02' } },
      {
        type: 'ClockRanOut',
        data: { clockId: 'us-summary', consequence: expect.stringContaining('Liquidated damages') },
      },
    ]);
  });

  it('meets a term by what is on record', () => {
    const { state } = live(looked(RELEASED), looked('2026-01-20T05:00:00.000000Z', { met: ['cleared'] }));
    expect(stateOf(state)['us-summary']).toBe('met 2026-02-02');
  });

  it('is liquidated by law after a year, and that starts the term of the protest', () => {
    const { state, events } = live(looked(RELEASED, { met: ['cleared'] }), looked('2027-01-20T05:00:00.000000Z'));
    expect(state.liquidation).toMatchObject({ kind: 'deemed', on: '2027-01-15', change: 'none' });
    expect(stateOf(state)).toMatchObject({
      'us-liquidation': 'ran-out 2026-11-25',
      'us-deemed-liquidation': 'ran-out 2027-01-15',
      'us-psc': 'ran-out 2026-11-10',
      'us-protest': 'running 2027-07-14',
    });
    expect(events.filter(({ type }) => type === 'LiquidationNoticed')).toHaveLength(1);
  });

  it('ends the terms before liquidation when it is made, and starts again with a reliquidation', () => {
    const { state } = live(
      looked(RELEASED, { met: ['cleared'] }),
      liquidated('liquidated', '2026-11-20'),
      looked('2026-11-21T05:00:00.000000Z', { met: ['cleared'] }),
      liquidated('reliquidated', '2027-02-05'),
      looked('2027-02-06T05:00:00.000000Z', { met: ['cleared'] }),
    );
    expect(stateOf(state)).toMatchObject({
      'us-liquidation': 'met 2026-11-25',
      'us-deemed-liquidation': 'met 2027-01-15',
      'us-protest': 'running 2027-05-19',
      'us-protest/2027-02-05': 'running 2027-08-04',
    });
  });

  it('stands still while liquidation is suspended, and ends six months after it goes on', () => {
    const suspended = live(looked(RELEASED, { met: ['cleared'] }), liquidated('suspended', '2026-06-01'));
    const later = live(
      looked(RELEASED, { met: ['cleared'] }),
      liquidated('suspended', '2026-06-01'),
      looked('2028-01-01T05:00:00.000000Z', { met: ['cleared'] }),
    );
    expect(suspended.state.liquidation?.kind).toBe('suspended');
    expect(later.state.liquidation?.kind).toBe('suspended');
    const lifted = live(
      looked(RELEASED, { met: ['cleared'] }),
      liquidated('suspended', '2026-06-01'),
      liquidated('suspension-lifted', '2028-03-01'),
    );
    expect(lifted.state.clocks.find(({ clockId }) => clockId === 'us-deemed-liquidation')).toMatchObject({
      dueOn: '2028-09-01',
      extensions: [{ law: '19 USC 1504(d)', dueOn: '2028-09-01' }],
    });
  });

  it.each([
    [
      'a second liquidation that is no reliquidation',
      [liquidated('liquidated', '2026-11-20')],
      liquidated('liquidated', '2026-12-04'),
    ],
    ['a reliquidation before the first', [], liquidated('reliquidated', '2026-11-20')],
    ['a lifted suspension that never was', [], liquidated('suspension-lifted', '2026-11-20')],
    ['an extension after it was made', [liquidated('liquidated', '2026-11-20')], liquidated('extended', '2027-11-20')],
  ])('refuses %s', (_what, before, command) => {
    given(...live(looked(RELEASED), ...before).events)
      .when(command)
      .thenRefused('customs.liquidation.not-now');
  });

  it('keeps the first last day of a term that was lengthened', () => {
    const opened: EntryCommand[] = [
      looked(RELEASED),
      { type: 'StartCaseClocks', caseId, kind: 'authority-query', start: 'case', on: '2026-03-02', terms: us },
      {
        type: 'ExtendClock',
        clockId: `us-cf28/${caseId}`,
        until: '2026-04-30',
        ground: 'agreed with the import specialist',
        by: 'user:operator',
        terms: us,
      },
    ];
    const { state, events } = live(...opened);
    expect(state.clocks.find(({ caseId: of }) => of === caseId)).toMatchObject({
      dueOn: '2026-04-30',
      dueAt: '2026-05-01T04:00:00.000000Z',
      extensions: [{ ground: 'agreed with the import specialist' }],
    });
    expect(events.find(({ type }) => type === 'ClockStarted')?.type).toBe('ClockStarted');
    given(...events)
      .when({ ...(opened[2] as Extract<EntryCommand, { type: 'ExtendClock' }>), clockId: 'us-drawback' })
      .thenRefused('customs.clock.not-extendable');
    given(...events)
      .when({ ...(opened[2] as Extract<EntryCommand, { type: 'ExtendClock' }>), until: '2026-04-30' })
      .thenRefused('customs.clock.not-extendable');
    given(...events)
      .when({ type: 'MeetClock', clockId: 'nowhere', how: 'so', by: 'x' })
      .thenRefused('customs.clock.unknown');
  });

  it('meets the clocks of a case when its act is filed, and no other', () => {
    const { state } = live(
      looked(RELEASED),
      { type: 'StartCaseClocks', caseId, kind: 'authority-query', start: 'case', on: '2026-03-02', terms: us },
      { type: 'MeetCaseClocks', caseId, until: 'filed', how: 'Filed on 2026-03-20.', by: 'user:operator' },
    );
    expect(stateOf(state)).toMatchObject({ [`us-cf28/${caseId}`]: 'met 2026-04-01', 'us-psc': 'running 2026-11-10' });
  });

  it('has no term left when the declaration does not stand', () => {
    const { state } = live(looked(RELEASED), looked(RELEASED, { invalidated: true }));
    expect(isOpen(state)).toBe(false);
  });
});

describe('an entry in the United Kingdom', () => {
  const prelodged = { authority: 'HMRC', destination: 'GB', dates: { registered: '2026-11-02' } };

  it('lapses thirty days after it was lodged in advance, unless it is accepted', () => {
    const waits = live(looked('2026-11-02T12:00:00.000000Z', prelodged, gb));
    expect(stateOf(waits.state)).toEqual({ 'gb-prelodged': 'running 2026-12-02' });
    const accepted = live(
      looked('2026-11-02T12:00:00.000000Z', prelodged, gb),
      looked('2026-11-20T12:00:00.000000Z', { ...prelodged, met: ['accepted'] }, gb),
    );
    expect(stateOf(accepted.state)).toMatchObject({ 'gb-prelodged': 'met 2026-12-02' });
  });

  it('knows no liquidation', () => {
    given(...live(looked(RELEASED, { ...prelodged }, gb)).events)
      .when({ ...liquidated('liquidated', '2026-11-20'), terms: gb } as EntryCommand)
      .thenRefused('customs.liquidation.none-here');
  });
});
