import { createHash } from 'node:crypto';
import { documentSet } from '@tidewaiter/contracts';
import { canonicalJson, fold } from '@tidewaiter/kernel';
import {
  aLine,
  aMandate,
  anInvoice,
  anInvoiceLine,
  aPackingList,
  aPaper,
  aPermit,
  aRow,
  aSituation,
  aWaybill,
  SHIPMENT,
} from '../testing/papers.js';
import { checklist, type Checklist, type ChecklistCommand, type ChecklistEvent } from './checklist.js';
import type { Facts, Paper } from './facts.js';
import { judge, type JudgeInput } from './judge.js';
import { deriveRequirements, type RequirementRow } from './requirements.js';

const digestOf = (value: unknown) => `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
const row = (slot: string, oneOf: string[], blocks: RequirementRow['blocks'] = 'filing'): RequirementRow => ({
  id: `gb/${slot}`,
  when: { destination: 'GB' },
  ask: { slot, oneOf, per: 'shipment' },
  because: `${slot} is needed`,
  law: { ref: 'law', from: '2021-01-01', to: null },
  from: 'shipper',
  due: { anchor: 'filing', late: 'late' },
  original: false,
  blocks,
});
const ROWS = [
  row('invoice', ['commercial-invoice']),
  row('packing', ['packing-list']),
  row('transport', ['bill-of-lading', 'sea-waybill']),
  row('mandate', ['mandate']),
  row('licence', ['import-licence'], 'release'),
];
const requirements = deriveRequirements(aSituation(), ROWS, '2026-11-22');
const papersOf = (...facts: Paper['facts'][]): Paper[] => facts.map((each): Paper => aPaper<Facts>(each));
const whole = () => papersOf(anInvoice(), aPackingList(), aWaybill(), aMandate());
const judged = (changes: Partial<JudgeInput> = {}) =>
  judge({
    ...{ situation: aSituation(), requirements, papers: whole(), confirmed: {}, history: [], accepted: [], digestOf },
    ...changes,
  });

const after = (...commands: ChecklistCommand[]): { state: Checklist; events: ChecklistEvent[] } => {
  const events: ChecklistEvent[] = [];
  for (const command of commands) events.push(...checklist.decide(fold(checklist, events), command));
  return { state: fold(checklist, events), events };
};
const derive: ChecklistCommand = {
  type: 'DeriveChecklist',
  shipmentId: SHIPMENT,
  rows: digestOf('rows'),
  requirements,
};
const look = (changes: Partial<JudgeInput> = {}): ChecklistCommand => ({
  type: 'JudgePapers',
  judgement: judged(changes),
});
const types = (events: ChecklistEvent[]) => events.map((event) => event.type);

describe('a judgement', () => {
  it('waits while a slot that blocks filing is open, not for one that blocks release', () => {
    expect(judged({ papers: papersOf(anInvoice(), aPackingList(), aWaybill()) }).verdict).toEqual({ kind: 'waiting' });
    expect(judged().verdict.kind).toBe('complete');
  });
  it('says what the lines take of a permit, and what others have left of it', () => {
    const { verdict } = judged({
      papers: [...whole(), aPaper(aPermit())],
      drawnElsewhere: { 'L001 GBSIL1234567': '80' },
    });
    if (verdict.kind !== 'complete') throw new Error(verdict.kind);
    expect(documentSet.parse(verdict.set)).toEqual(verdict.set);
    expect(verdict.set.documents.find(({ type }) => type === 'import-licence')).toMatchObject({
      reference: 'GBSIL1234567',
      permit: { left: { value: '20', unit: 'NAR' }, draws: [{ line: 1, taken: { value: '40', unit: 'NAR' } }] },
    });
  });

  it('gives a set that a declaration may stand on: registered lines, each with its place in the invoice', () => {
    const { verdict } = judged();
    if (verdict.kind !== 'complete') throw new Error(verdict.kind);
    expect(documentSet.parse(verdict.set)).toEqual(verdict.set);
    expect(verdict.set).toMatchObject({
      invoice: { number: 'INV-1', total: { amount: '5120.00', currency: 'USD' } },
      grossMass: '680',
      packages: { count: 40, kind: 'CT', marks: 'NO MARKS' },
      lines: [{ ...aLine(), from: { place: '/Invoice[1]/InvoiceLine[1]', method: 'xml' } }],
    });
    expect(verdict.set.documents.map((each) => [each.type, each.reference])).toEqual([
      ['commercial-invoice', 'INV-1'],
      ['packing-list', 'paper.pdf'],
      ['sea-waybill', 'SWB-1'],
      ['mandate', 'Power of attorney POA-1'],
    ]);
  });
  it('takes freight and insurance from the invoice, and the registered amounts where it is silent', () => {
    const charged = anInvoice({
      charges: [
        { kind: 'freight', amount: '90.00' },
        { kind: 'freight', amount: '10.00' },
      ],
      totals: { lines: '5120.00', payable: '5220.00' },
    });
    const situation = aSituation({
      charges: { freight: { amount: '1', currency: 'USD' }, insurance: { amount: '7', currency: 'USD' } },
    });
    const { verdict } = judged({ situation, papers: [aPaper(charged), ...whole().slice(1)] });
    expect(verdict).toMatchObject({
      set: { charges: { freight: { amount: '100', currency: 'USD' }, insurance: { amount: '7', currency: 'USD' } } },
    });
  });
  it('asks a person to confirm when no lines were registered; weights come from the packing list', () => {
    const { verdict } = judged({ situation: aSituation({ lines: [] }) });
    expect(verdict).toMatchObject({
      kind: 'blocked',
      findings: [],
      confirm: [
        {
          version: 1,
          lines: [
            {
              number: 1,
              commodity: '8712003000',
              quantity: { value: '40', unit: 'NAR' },
              netMass: '560',
              grossMass: '680',
              price: { amount: '5120.00', currency: 'USD' },
              from: { place: '/Invoice[1]/InvoiceLine[1]' },
            },
          ],
        },
      ],
    });
  });
  it('asks when the invoice says something else than was registered, keeping the tariff code and the claim', () => {
    const registered = aLine({ quantity: { value: '41', unit: 'NAR' }, preference: { code: '300' } });
    const papers = [
      aPaper(anInvoice({ lines: [anInvoiceLine({ commodity: '871200' })] })) as Paper,
      ...whole().slice(1),
    ];
    expect(judged({ situation: aSituation({ lines: [registered] }), papers }).verdict).toMatchObject({
      kind: 'blocked',
      confirm: [{ lines: [{ commodity: '8712003000', quantity: { value: '40' }, preference: { code: '300' } }] }],
    });
  });
  it('a line that the shipment does not have is asked about, and is then no finding of its own', () => {
    const more = anInvoice({
      lines: [
        anInvoiceLine(),
        anInvoiceLine({ number: '2', item: 'TS', commodity: '6109100010', description: 'T-shirts', netMass: '5' }),
      ],
    });
    const { verdict, checks } = judged({ papers: [aPaper(more), ...whole().slice(1)] });
    expect(checks.findings.map((each) => each.kind)).toEqual(['lines.not-matched']);
    expect(verdict).toMatchObject({
      kind: 'blocked',
      findings: [],
      confirm: [{ lines: [{ number: 1 }, { number: 2 }] }],
    });
  });
  it('stands on what was confirmed, as it was confirmed', () => {
    const papers = whole();
    const lines = [aLine({ netMass: '555' })];
    expect(
      judged({ situation: aSituation({ lines: [] }), papers, confirmed: { [papers[0]!.documentId]: lines } }).verdict,
    ).toMatchObject({ kind: 'complete', set: { lines } });
  });
  it('is blocked by a finding, confirmed or not', () => {
    const papers = [...whole().slice(0, 2), aPaper(aWaybill({ gross: '2000' })) as Paper, ...whole().slice(3)];
    expect(judged({ papers }).verdict).toMatchObject({
      kind: 'blocked',
      confirm: [],
      findings: [{ kind: 'weights.differ' }],
    });
    expect(judged({ papers, confirmed: { [papers[0]!.documentId]: [aLine()] } }).verdict).toMatchObject({
      kind: 'blocked',
      findings: [{ kind: 'weights.differ' }],
    });
  });
  it('is no longer blocked by what was accepted as it is, and is again when a value of it changes', () => {
    const weighing = (gross: string) => [
      ...whole().slice(0, 2),
      aPaper(aWaybill({ gross })) as Paper,
      ...whole().slice(3),
    ];
    const { findings } = judged({ papers: weighing('2000') }).checks;
    const accepted = findings.map((finding) => digestOf(finding));
    expect(judged({ papers: weighing('2000'), accepted }).verdict).toMatchObject({ kind: 'complete' });
    expect(judged({ papers: weighing('2001'), accepted }).verdict).toMatchObject({ kind: 'blocked' });
  });
  it('a warning does not block', () => {
    const papers = [...whole().slice(0, 2), aPaper(aWaybill({ gross: '700' })) as Paper, ...whole().slice(3)];
    expect(judged({ papers })).toMatchObject({
      verdict: { kind: 'complete' },
      checks: { findings: [{ outcome: 'warning' }] },
    });
  });
  it('changes its digest with a version, a line or a finding', () => {
    const digest = (changes: Partial<JudgeInput>) => {
      const { verdict } = judged(changes);
      return verdict.kind === 'complete' ? verdict.set.digest : verdict.kind;
    };
    const replaced = whole().map((paper, index) => (index === 3 ? { ...paper, version: 2 } : paper));
    expect(
      new Set([
        digest({}),
        digest({}),
        digest({ papers: replaced }),
        digest({ situation: aSituation({ lines: [aLine({ netMass: '559' })] }) }),
      ]).size,
    ).toBe(3);
  });
  it('counts several invoices as one set of lines, numbered through, one confirmation each', () => {
    const second = aPaper(anInvoice({ number: 'INV-2', lines: [anInvoiceLine({ netMass: '3' })] }), {
      documentId: '0192bbbb-0000-7000-8000-0000000000b2',
    }) as Paper;
    const { verdict } = judged({ situation: aSituation({ lines: [] }), papers: [...whole(), second] });
    expect(verdict).toMatchObject({ confirm: [{ lines: [{ number: 1 }] }, { lines: [{ number: 2 }] }] });
    const confirmed = { [whole()[0]!.documentId]: [aLine()], [second.documentId]: [aLine()] };
    expect(
      judged({ situation: aSituation({ lines: [] }), papers: [...whole(), second], confirmed }).verdict,
    ).toMatchObject({
      kind: 'complete',
      set: {
        invoice: { number: 'INV-1, INV-2', total: { amount: '10240.00' } },
        lines: [{ number: 1 }, { number: 2 }],
      },
    });
  });
  it('says so when no paper tells what travels', () => {
    const none = deriveRequirements(aSituation(), [row('invoice', ['commercial-invoice'])], '2026-11-22');
    expect(judged({ requirements: none, papers: papersOf(anInvoice()) }).verdict).toMatchObject({
      kind: 'blocked',
      findings: [{ kind: 'set.incomplete' }],
    });
  });
});

describe('a checklist', () => {
  it('is derived once for the same rows, again for others, and keeps what is filled', () => {
    expect(types(after(derive, derive).events)).toEqual(['ChecklistDerived']);
    const fewer: ChecklistCommand = { ...derive, rows: digestOf('newer'), requirements: requirements.slice(0, 2) };
    const { state } = after(derive, look(), fewer);
    expect(state).toMatchObject({ status: 'waiting', requirements: [{ state: 'provided' }, { state: 'missing' }] });
  });
  it('says nothing about papers before it is derived', () => {
    expect(after(look()).events).toEqual([]);
  });
  it('fills slots, tells the checks and completes, once', () => {
    const { events, state } = after(derive, look({ papers: papersOf(anInvoice()) }), look(), look());
    expect(types(events)).toEqual([
      'ChecklistDerived',
      'SlotFilled',
      'SlotFilled',
      'SlotFilled',
      'SlotFilled',
      'ChecksRun',
      'DocumentSetCompleted',
    ]);
    expect(state.status).toBe('complete');
  });
  it('blocks once for the same reasons, and again for others', () => {
    const unregistered = { situation: aSituation({ lines: [] }) };
    const heavier = {
      ...unregistered,
      papers: [...whole().slice(0, 2), aPaper(aWaybill({ gross: '2000' })) as Paper, ...whole().slice(3)],
    };
    expect(
      types(after(derive, look(unregistered), look(unregistered), look(heavier)).events).filter(
        (type) => type === 'DocumentSetBlocked',
      ),
    ).toHaveLength(2);
  });
  it('a new version is a new set', () => {
    const papers = whole().map((paper) => ({ ...paper, version: 2 }));
    const { events } = after(derive, look(), look({ papers }));
    expect(types(events).slice(-6)).toEqual([
      'SlotFilled',
      'SlotFilled',
      'SlotFilled',
      'SlotFilled',
      'ChecksRun',
      'DocumentSetCompleted',
    ]);
  });
  it('is open again when a slot has lost its paper, and completes when a better one comes', () => {
    const { events, state } = after(derive, look(), look({ papers: whole().slice(1) }));
    expect(events.at(-1)).toEqual({ type: 'DocumentSetReopened', data: { shipmentId: SHIPMENT, slots: ['invoice'] } });
    expect(state).toMatchObject({ status: 'waiting', set: null });
    expect(after(derive, look(), look({ papers: whole().slice(1) }), look()).state.status).toBe('complete');
  });
  it('takes the newest of two papers that fit', () => {
    const older = aPaper(aWaybill(), { documentId: 'older' }) as Paper;
    expect(judged({ papers: [older, ...whole()] }).filled['transport']?.documentId).not.toBe('older');
  });
  it('counts a paper once that came in twice in other bytes', () => {
    const again = (facts: Paper['facts']) =>
      aPaper<Facts>(facts, { documentId: '0192bbbb-0000-7000-8000-0000000000b9' });
    for (const facts of [anInvoice(), aPackingList(), aWaybill()]) {
      const { verdict } = judged({ papers: [again(facts), ...whole()] });
      expect(verdict).toMatchObject({
        kind: 'complete',
        set: { lines: [{ number: 1 }], packages: { count: 40 }, grossMass: '680' },
      });
    }
  });
  it('packages and gross of a list without a transport document stand', () => {
    const air = deriveRequirements(
      aSituation(),
      [row('invoice', ['commercial-invoice']), row('packing', ['packing-list'])],
      '2026-11-22',
    );
    const list = aPackingList({
      packages: [aRow({ marks: 'A' }), aRow({ marks: 'B', from: '41', to: '42', count: 2, kind: 'PX' })],
      totals: { packages: 42, kind: 'PK', net: null, gross: '700' },
    });
    expect(judged({ requirements: air, papers: papersOf(anInvoice(), list) }).verdict).toMatchObject({
      set: { packages: { count: 42, kind: 'PK', marks: 'A, B' }, grossMass: '700' },
    });
  });
});
