import { randomUUID } from 'node:crypto';
import type { Step } from '@tidewaiter/contracts';
import { plusMillis } from '@tidewaiter/kernel';
import type { CallerIdentity } from '@tidewaiter/platform';
import { postEntryProjection } from '../postgres/post-entry.projection.js';
import { CustomsHouse } from '../testing/house.js';
import { accepted, notificationXml } from '../testing/notifications.js';

const DAY = 86_400_000;
let house: CustomsHouse;
beforeAll(async () => {
  house = await CustomsHouse.open();
});
afterAll(() => house.close());
beforeEach(() => {
  house.now = '2026-11-24T11:00:00.000000Z';
});

const person = (name: string, ...roles: string[]): CallerIdentity =>
  ({ tenant: 'acme', subject: name, actor: `user:${name}`, roles, name }) as unknown as CallerIdentity;
const counsel = person('counsel', 'compliance');
const officer = person('officer', 'approver');
const operator = person('operator', 'operator', 'compliance', 'approver');

interface Released {
  declarationId: string;
  shipmentId: string;
  step(name: string): Step;
}

/** A declaration that `operator` entered, accepted and cleared on 24 November 2026 in London. */
async function released(): Promise<Released> {
  const request = house.lodging((each) => void (each.editors = ['user:operator']));
  await house.desk.lodge(house.step(request), request);
  const { lrn, mrn, conversationId } = house.authority.taken.at(-1)!;
  const id = () => randomUUID().replaceAll('-', '');
  for (const parts of [accepted('20261124100001Z'), { code: '09', at: '20261124102000Z' }])
    await house.receive(notificationXml({ lrn, mrn, id: id(), ...parts }), conversationId);
  const { shipmentId } = request.situation;
  return { declarationId: request.declarationId, shipmentId, step: (name) => house.step(request, name) };
}
const refund = {
  kind: 'refund' as const,
  medium: 'own-review' as const,
  reference: null,
  says: 'Preference is claimed afterwards',
  noticeOn: '2026-11-24',
  documentId: null,
  lines: [],
  claim: { amount: '40.00', currency: 'GBP' },
};
const key = () => randomUUID();

describe('an entry after release', () => {
  it('has its clocks from the first look on, and a second look says nothing new', async () => {
    const of = await released();
    const first = await house.postEntry.review(of.step('review-entry/1'), of.declarationId);
    expect(first).toMatchObject({ tasks: [], open: true, nextLookAt: '2029-11-25T00:00:00.000000Z' });
    const again = await house.postEntry.review(of.step('review-entry/2'), of.declarationId);
    expect(again.wrote).toEqual({});
    const { items } = await house.postEntry.clocks('acme', of.shipmentId, undefined);
    expect(items.map(({ clockId, dueOn, state }) => [clockId, dueOn, state])).toEqual([
      ['gb-demand', '2029-11-24', 'running'],
      ['gb-repayment', '2029-11-24', 'running'],
    ]);
    const later = await house.postEntry.clocks('acme', of.shipmentId, '2029-11-25T00:00:00.000000Z');
    expect(later.items.map(({ state }) => state)).toEqual(['ran-out', 'ran-out']);
    await expect(house.postEntry.show('globex', of.declarationId)).rejects.toMatchObject({
      code: 'customs.entry.unknown',
    });
  });

  it('ends when its last term has run out', async () => {
    const of = await released();
    await house.postEntry.review(of.step('review-entry/1'), of.declarationId);
    house.now = plusMillis(house.now, 3 * 366 * DAY);
    expect(await house.postEntry.review(of.step('review-entry/2'), of.declarationId)).toMatchObject({
      open: false,
      nextLookAt: null,
    });
  });
});

describe('a case', () => {
  it('goes from its opening to its close by two people who did not make the entry, and leaves the declaration alone', async () => {
    const of = await released();
    const before = await house.eventsOf(of.declarationId);
    await expect(house.postEntry.open(person('x', 'operator'), key(), of.declarationId, refund)).rejects.toMatchObject({
      code: 'customs.case.role',
    });
    const command = key();
    const opened = await house.postEntry.open(counsel, command, of.declarationId, refund);
    expect(opened).toMatchObject({ status: 'open', name: 'Repayment claim (C285)', next: { role: 'compliance' } });
    const repeated = await house.postEntry.open(counsel, command, of.declarationId, refund);
    expect(repeated).toEqual(opened);
    const { caseId } = opened;
    const act = { says: 'with the proof of origin', documentIds: [], lines: [], amount: null };
    await expect(house.postEntry.prepare(operator, key(), caseId, opened.version, act)).rejects.toMatchObject({
      code: 'customs.case.editor',
    });
    const prepared = await house.postEntry.prepare(counsel, key(), caseId, opened.version, act);
    const { digest } = prepared.acts[0]!;
    await expect(
      house.postEntry.approve(officer, key(), caseId, opened.version, { n: 1, digest }),
    ).rejects.toMatchObject({ code: 'event-store.version.stale' });
    const approved = await house.postEntry.approve(officer, key(), caseId, prepared.version, { n: 1, digest });
    const filed = await house.postEntry.file(counsel, key(), caseId, approved.version, {
      n: 1,
      filedOn: '2026-11-25',
      reference: 'C285-1',
    });
    const decided = await house.postEntry.decide(counsel, key(), caseId, filed.version, {
      outcome: 'denied',
      decidedOn: '2026-12-01',
      says: 'The proof is of another consignment',
      lines: [],
      refund: null,
      owed: null,
    });
    expect(decided.clocks).toMatchObject([{ clockId: `gb-review/${caseId}`, dueOn: '2026-12-31', side: 'right' }]);
    const closed = await house.postEntry.close(counsel, key(), caseId, decided.version, { reason: 'accepted' });
    expect(closed).toMatchObject({ status: 'closed', next: null, clocks: [{ state: 'met' }] });
    expect(await house.eventsOf(of.declarationId)).toEqual(before);
    expect(await house.postEntry.cases('acme', { limit: 1, kind: 'refund' })).toMatchObject({
      items: [{ caseId }],
      next: null,
    });
    await expect(house.postEntry.case('globex', caseId)).rejects.toMatchObject({ code: 'customs.case.unknown' });
  });

  it('is refused when its term ran out, judged by the clocks as they stand at that moment', async () => {
    const of = await released();
    house.now = plusMillis(house.now, 3 * 366 * DAY);
    await expect(
      house.postEntry.open(counsel, key(), of.declarationId, { ...refund, noticeOn: '2029-11-25' }),
    ).rejects.toMatchObject({ code: 'customs.case.too-late' });
  });

  it('asks whoever is next until it moves, and warns when its term nears and has passed', async () => {
    const of = await released();
    const query = { ...refund, kind: 'authority-query' as const, medium: 'post' as const, claim: null };
    const { caseId, version } = await house.postEntry.open(operator, key(), of.declarationId, query);
    const look = async (n: number) =>
      (await house.postEntry.review(of.step(`review-entry/${n}`), of.declarationId)).tasks.map(
        ({ task }) => `${task.kind} ${task.role}`,
      );
    expect(await look(1)).toEqual(['handle-case operator']);
    house.now = '2026-12-14T09:00:00.000000Z';
    expect(await look(2)).toEqual(['watch-clock operator', 'handle-case operator']);
    const act = { says: 'the answers', documentIds: [], lines: [], amount: null };
    await house.postEntry.prepare(operator, key(), caseId, version, act);
    expect(await look(3)).toEqual(['watch-clock operator', 'handle-case compliance']);
    house.now = '2026-12-25T00:00:00.000000Z';
    expect(await look(4)).toEqual(['clock-passed operator', 'handle-case compliance']);
    const settled = await house.postEntry.settleClock(of.step('settle/1'), of.declarationId, `gb-query/${caseId}`, {
      how: 'answered by telephone',
    });
    expect(settled).toMatchObject({ kind: 'refused', code: 'customs.clock.not-running' });
  });

  it('is opened by a seizure, once, with its month in the authority’s calendar and what follows when it runs out', async () => {
    const of = await released();
    const seizure = { reason: 'counterfeit marks', seizedAt: '2026-11-30T23:30:00.000000Z' };
    const first = await house.postEntry.openSeizureCase(of.step('petition/1'), of.declarationId, seizure);
    expect(first).toMatchObject({
      kind: 'opened',
      clock: { dueOn: '2026-12-30', dueAt: '2026-12-31T00:00:00.000000Z', law: expect.stringContaining('Sch. 3') },
    });
    if (first.kind !== 'opened') return;
    expect(await house.postEntry.openSeizureCase(of.step('petition/2'), of.declarationId, seizure)).toMatchObject({
      caseId: first.caseId,
    });
    house.now = '2026-12-31T00:00:00.000000Z';
    const { tasks } = await house.postEntry.review(of.step('review-entry/1'), of.declarationId);
    expect(tasks.map(({ task }) => task)).toMatchObject([
      { kind: 'clock-passed', role: 'compliance', says: expect.stringContaining('condemned as forfeited') },
      { kind: 'handle-case', role: 'compliance' },
    ]);
  });

  it('opens by itself for a basis that fell, once, and says why one was not opened', async () => {
    const of = await released();
    await house.postEntry.review(of.step('review-entry/1'), of.declarationId);
    const claim = {
      shipmentId: of.shipmentId,
      voidanceId: randomUUID(),
      citation: 'SI 2020/1433',
      claim: { amount: '12.00', currency: 'GBP' },
      lines: [],
    };
    const first = await house.postEntry.openVoidanceCases(of.step('open-cases/1'), claim);
    expect(first).toMatchObject({ opened: [expect.any(String)], skipped: [] });
    expect(await house.postEntry.openVoidanceCases(of.step('open-cases/2'), claim)).toMatchObject({
      opened: first.opened,
    });
    const other = await house.postEntry.openVoidanceCases(of.step('open-cases/3'), {
      ...claim,
      voidanceId: randomUUID(),
    });
    expect(other).toMatchObject({ opened: [], skipped: [{ says: expect.stringContaining('one Repayment claim') }] });
    const found = await house.postEntry.cases('acme', { limit: 10, voidance: claim.voidanceId });
    expect(found.items).toMatchObject([{ basis: { citation: 'SI 2020/1433' }, medium: 'law', claim: claim.claim }]);
  });

  it('names other entries that declared the same goods for the same importer', async () => {
    const [one, two] = [await released(), await released()];
    const notice = { ...refund, kind: 'notice-of-action' as const, medium: 'post' as const, claim: null };
    const { caseId } = await house.postEntry.open(operator, key(), one.declarationId, {
      ...notice,
      lines: [{ line: 1, field: 'commodity', was: 'a', becomes: 'b', difference: null }],
    });
    const { items } = await house.postEntry.related('acme', caseId);
    expect(items.map(({ declarationId }) => declarationId)).toContain(two.declarationId);
    expect(items.map(({ declarationId }) => declarationId)).not.toContain(one.declarationId);
    expect(items.every(({ lines }) => lines.includes(1))).toBe(true);
  });

  it('is told the same by its events alone', async () => {
    const shown = await house.postEntry.cases('acme', { limit: 200 });
    await house.store.rebuild(postEntryProjection);
    expect(await house.postEntry.cases('acme', { limit: 200 })).toEqual(shown);
  });
});
