import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  listDocuments,
  listPayments,
  openShipment,
  showShipment,
  UPLOAD_PIECE_BYTES,
  replayShipment,
  showDossier,
  showStory,
  showTask,
  showTimeline,
  type AnswerOf,
  type openEngagement,
} from '@tidewaiter/contracts';
import type { Page } from 'playwright-core';
import { customer, particulars } from '../consignment.js';
import { House, newRunId, ROOT } from '../house.js';
import type { Told } from '../story.js';
import { until } from '../waiting.js';
import { Desk, type Seat } from './desk.js';
import { shipped, waiting } from './papers.js';

const shots = process.env['CONSOLE_SHOTS'];

describe('the console’s shipment and proof pages', () => {
  let house: House;
  let desk: Desk;
  let done: Told;
  let engagement: AnswerOf<typeof openEngagement>;
  let folder: string;

  beforeAll(async () => {
    house = await House.open('one');
    [folder, desk] = await Promise.all([mkdtemp(join(tmpdir(), 'desk-')), Desk.open(house.api)]);
    const ends = await house.play(['story/us']);
    done = ends.get('story/us')!;
    expect(done.failed).toEqual([]);
    engagement = await customer(house.as('operator'));
    await until(
      'the seal',
      async () => (await house.as('auditor').call(showDossier, { params: { shipmentId: done.shipmentId } })).sealed,
    );
  }, 300_000);
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const at = (part = ''): string => `/shipments/${done.shipmentId}${part}`;
  const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');

  describe('shows', () => {
    const PARTS = [
      '',
      '/documents',
      '/goods',
      '/duties',
      '/declaration',
      '/inspections',
      '/money',
      '/delivery',
      '/people',
      '/proof',
      '/time',
      '/print',
    ];
    const AUDIT = [
      '/audit',
      '/audit/log',
      '/audit/checkpoints',
      '/audit/evidence',
      '/audit/duties-separation',
      '/audit/completeness',
      '/audit/retention',
      '/audit/verify',
    ];

    it.each(['light', 'dark'] as const)(
      'every part in %s without a fault that axe finds, an error or a foreign request',
      async (theme) => {
        await using seat = await desk.seat('auditor', { theme });
        const wrongs: string[] = [];
        for (const path of [...PARTS.map((part) => at(part)), ...AUDIT]) {
          const page = await seat.open(path);
          wrongs.push(...(await seat.wrongs()).map((wrong) => `${path}: ${wrong}`));
          if (shots)
            await page.screenshot({ path: join(shots, `${path.replaceAll('/', '_')}-${theme}.png`), fullPage: true });
        }
        expect(wrongs).toEqual([]);
        expect(seat.troubles).toEqual([]);
      },
      180_000,
    );

    it('four answers by name, and why the status is what it is', async () => {
      await using seat = await desk.seat('operator');
      const page = await seat.open(at());
      for (const name of ['Waiting', 'Next clock', 'Money', 'Proof'])
        await page.getByRole('group', { name, exact: true }).waitFor();
      await page.getByText('Why this status?').click();
      await page.getByText(/was recorded last speaks/).waitFor();
      await page.getByRole('rowheader', { name: 'legal' }).waitFor();
      // Where the reader's own colours replace ours, every status still has its word.
      await page.emulateMedia({ forcedColors: 'active' });
      const words = await page.locator('.mark:visible').allTextContents();
      expect(words.length).toBeGreaterThan(0);
      expect(words.filter((word) => word.trim() === '')).toEqual([]);
    }, 60_000);

    it('another tenant’s shipment exactly like one that does not exist', async () => {
      await using seat = await desk.seat('operator');
      const look = async (id: string): Promise<string> => {
        await seat.open(`/shipments/${id}`);
        return (await seat.page.locator('main').innerHTML()).replaceAll(id, 'ID');
      };
      expect(await look('0192aaaa-0000-7000-8000-00000000dead')).toBe(
        await look('0192aaaa-0000-7000-8000-00000000beef'),
      );
      await seat.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    }, 60_000);
  });

  describe('the story', () => {
    it('leads from an entry to its cause, in the address too, and shows all again on Escape', async () => {
      await using seat = await desk.seat('operator');
      const page = await seat.open(at('?rank=detail'));
      const { entries } = await house.as('operator').call(showStory, { params: { shipmentId: done.shipmentId } });
      const rejected = entries.find(({ name }) => name === 'DeclarationRejected')!;
      const cause = rejected.causes.at(-1)!;
      await page
        .locator(`#entry-${rejected.n}`)
        .getByRole('link', { name: `because of #${cause}` })
        .click();
      await page.waitForURL(new RegExp(`n=${cause}`));
      await until('the focus', async () => (await focused(page)) === `entry-${cause}`);
      await page.locator('[data-away]').first().waitFor();
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelectorAll('[data-away]').length === 0);
    }, 60_000);

    it('keeps what failed under milestones, and is ordered by either clock', async () => {
      await using seat = await desk.seat('operator');
      const page = await seat.open(at());
      await page.getByRole('button', { name: 'Milestones' }).click();
      await page.waitForURL(/rank=milestone/);
      await page.getByText('Failed:').first().waitFor();
      await page.getByRole('radio', { name: 'as it happened' }).check();
      await page.waitForURL(/order=happened/);
    }, 60_000);
  });

  it('opens every charge to arithmetic and legal basis, agrees with the API, and derives the same bytes again', async () => {
    await using seat = await desk.seat('auditor');
    const page = await seat.open(at('/duties'));
    const charges = page.locator('.disclose');
    const count = await charges.count();
    expect(count).toBeGreaterThan(0);
    for (let i = 0; i < count; i += 1) await charges.nth(i).click();
    expect(await page.getByText('Legal basis', { exact: true }).count()).toBe(count);
    await page.getByText(`Explained: ${count} of ${count}`, { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Re-derive' }).click();
    await page.getByText('same bytes').waitFor();
    await page.getByRole('button', { name: 'Show as table' }).first().click();
    await page.getByRole('rowheader', { name: 'Landed cost' }).waitFor();
  }, 60_000);

  it('moves both clocks by keys and buttons, keeps them in the address, and stands where the log’s own replay stands', async () => {
    await using seat = await desk.seat('auditor');
    const page = await seat.open(at('/time'));
    const all = await page.locator('[data-events]').getAttribute('data-events');
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/known=/);
    await page.getByRole('button', { name: 'Known: one earlier' }).click();
    await page.waitForFunction(
      (before) => document.querySelector('[data-events]')?.getAttribute('data-events') !== before,
      all,
    );
    await seat.settled();
    const known = new URL(page.url()).searchParams.get('known')!;
    const { events } = await house
      .as('auditor')
      .call(replayShipment, { params: { shipmentId: done.shipmentId }, query: { known, asOf: known } });
    await page.locator(`[data-events="${events}"]`).waitFor();
    await page.getByRole('button', { name: 'Known: first' }).click();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Play' }).waitFor();
  }, 60_000);

  describe('verifies', () => {
    it('by keyboard, with the network cut: the worker of the browser hashes', async () => {
      await using seat = await desk.seat('auditor');
      const page = await seat.open(at('/proof'));
      const verify = page
        .getByRole('region', { name: 'Verify here' })
        .getByRole('button', { name: 'Verify', exact: true });
      await page.waitForFunction(() => document.querySelector('[aria-label="Verify here"] [aria-disabled]') === null);
      await seat.context.setOffline(true);
      await verify.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Proven', exact: true }).waitFor();
      expect(await page.locator('.step[data-outcome="passed"]').count()).toBe(6);
      await page.getByText('the server’s word').waitFor();
      await page.getByRole('button', { name: 'Break it' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Not proven' }).waitFor();
      expect(
        await page.locator('.step').evaluateAll((steps) => steps.map((step) => step.getAttribute('data-outcome'))),
      ).toEqual(['failed', ...Array<string>(5).fill('not-reached'), 'not-checked']);
    }, 60_000);

    it('a file that the offline verifier holds for true, without a sign-in; a flipped byte is shown as such by both', async () => {
      await using auditor = await desk.seat('auditor');
      const page = await auditor.open(at('/proof'));
      await page.getByLabel('Why it is taken away').fill('yearly audit');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download evidence' }).click(),
      ]);
      const file = join(folder, 'evidence.tar');
      await download.saveAs(file);
      const offline = (path: string) =>
        promisify(execFile)(process.execPath, [join(ROOT, 'apps/verify/dist/verify.mjs'), path], {
          cwd: folder,
          env: {},
        }).then(
          () => 0,
          ({ code }: { code: number }) => code,
        );
      expect(await offline(file)).toBe(0);

      const bytes = await readFile(file);
      const spoilt = Buffer.from(bytes);
      const inside = spoilt.indexOf('"data":', spoilt.indexOf('events/'));
      spoilt[inside + 12] = spoilt[inside + 12]! ^ 1;
      const bad = join(folder, 'spoilt.tar');
      await writeFile(bad, spoilt);
      expect(await offline(bad)).toBe(7);

      await using stranger = await desk.stranger();
      const window = await stranger.open('/audit/verify');
      await window.getByLabel('Evidence file').setInputFiles(file);
      await window.getByRole('heading', { name: 'Proven', exact: true }).waitFor();
      await window.getByLabel('Evidence file').setInputFiles(bad);
      await window.getByRole('heading', { name: 'Not proven' }).waitFor();
      await window
        .getByText(/leaf \d+ does not hash as recorded/)
        .first()
        .waitFor();
      await window.getByText('On record', { exact: true }).waitFor();
      await window.getByText('Computed here').waitFor();
    }, 90_000);

    it('the way of the goods on a map that nobody else is asked for, and the same in words', async () => {
      await using seat = await desk.seat('operator');
      const page = await seat.open(at('/delivery'));
      const map = page.getByRole('figure').filter({ hasText: 'On the map' });
      await map.getByRole('img', { name: /^Map: Japan, origin; Long Beach, last reported$/ }).waitFor();
      expect(await seat.wrongs()).toEqual([]);
      await map.getByRole('button', { name: 'Show as table' }).click();
      await map
        .getByRole('row')
        .filter({ hasText: 'USLGB' })
        .getByText(/^33° \d\d′ N, 118° \d\d′ W$/)
        .waitFor();
      expect(seat.troubles).toEqual([]);
    }, 60_000);

    it('evidence of many shipments as a job of the server: it outlives its page, its files have their digests, all is on record', async () => {
      await using auditor = await desk.seat('auditor');
      const page = await auditor.open('/audit/evidence');
      await page.getByLabel('References of shipments').fill(`${done.reference}\nNO-SUCH-SHIPMENT`);
      await page.getByLabel('Why they are taken away').fill('quarterly audit');
      await page.getByRole('button', { name: 'Make 2 files' }).click();
      await page.getByText('No shipment has the reference NO-SUCH-SHIPMENT.').waitFor();
      await page.getByLabel('References of shipments').fill(done.reference);
      await page.getByRole('button', { name: 'Make the file' }).click();
      const job = page.getByRole('region', { name: 'Evidence: quarterly audit', exact: true });
      await job.waitFor();
      await auditor.open('/today');
      await auditor.open('/audit/evidence');
      await job.getByText('all made').waitFor();
      await job.getByText('1 of 1.').waitFor();
      const bar = job.getByRole('progressbar', { name: 'Evidence files made' });
      expect(await bar.getAttribute('value')).toBe('1');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        job.getByRole('button', { name: `Download ${done.reference}` }).click(),
      ]);
      const digest = createHash('sha256')
        .update(await readFile(await download.path()))
        .digest('hex');
      await job.getByRole('row').filter({ hasText: done.reference }).getByTitle(digest).waitFor();
      expect(await auditor.wrongs()).toEqual([]);
      if (shots) await page.screenshot({ path: join(shots, 'evidence-job.png'), fullPage: true });
      // Three views of an auditor: asked for, made, fetched.
      const record = page.getByRole('region', { name: 'Read and taken away' }).getByRole('row');
      const ours = record.filter({ hasText: 'quarterly audit' });
      for (const says of [/evidence of 1 shipments? asked for/, /^evidence file, SHA-256/, /of a job fetched/])
        await ours.getByText(says).waitFor();
      await using operator = await desk.seat('operator');
      await operator.open('/audit/evidence');
      expect(await operator.page.getByRole('region', { name: 'Evidence: quarterly audit' }).count()).toBe(0);
    }, 60_000);

    it('the same where the browser has no WebCrypto', async () => {
      await using stranger = await desk.stranger();
      await stranger.context.addInitScript(() => Object.defineProperty(crypto, 'subtle', { value: undefined }));
      // A worker has a scope of its own: its script is prefixed on the way.
      await stranger.context.route(/verifier\.worker.*\.js/, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({
          response: answer,
          body: `Object.defineProperty(crypto,'subtle',{value:undefined});${await answer.text()}`,
        });
      });
      const window = await stranger.open('/audit/verify');
      await window.getByLabel('Evidence file').setInputFiles(join(folder, 'evidence.tar'));
      await window.getByRole('heading', { name: 'Proven', exact: true }).waitFor();
      await window.getByText('its own small hash and Ed25519 took over').waitFor();
      await window.getByLabel('Evidence file').setInputFiles(join(folder, 'spoilt.tar'));
      await window.getByRole('heading', { name: 'Not proven' }).waitFor();
    }, 60_000);
  });

  it('lets a payment be approved by keyboard alone, once, by somebody who did not prepare it', async () => {
    const { shipmentId, reference } = await shipped(house.as('operator'), engagement);
    await waiting(house.as('approver'), shipmentId, 'approve-payment');
    await using preparer = await desk.seat('operator');
    const before = await preparer.open(`/shipments/${shipmentId}/money`);
    const off = before.getByRole('button', { name: /^Approve/ });
    expect(await off.getAttribute('aria-disabled')).toBe('true');
    await before.getByText('Only an approver approves payments').waitFor();

    for (const who of ['approver', 'approver-2']) {
      const [payment] = (await house.as('approver').call(listPayments, { params: { shipmentId } })).items;
      if (payment?.status !== 'needs-approval') break;
      await using seat = await desk.seat(who);
      const page = await seat.open(`/shipments/${shipmentId}/money`);
      await page.getByRole('button', { name: /^Approve .* to / }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await until('the approval', async () => {
        const [now] = (await house.as('approver').call(listPayments, { params: { shipmentId } })).items;
        return now && (now.approvals.length > payment.approvals.length || now.status !== 'needs-approval');
      });
    }
    await until('one debit', async () => (await house.outside.debits(reference)).length === 1);
  }, 180_000);

  it('lets a rejection be corrected by keyboard, and shows the second of two people what the first one wrote', async () => {
    const reference = `DESK-R${Date.now().toString(36).toUpperCase()}`;
    await house.outside.script(reference, {
      authority: [
        { on: 'declaration', answer: 'reject', errors: [{ code: 'CDS10010', pointer: '42A/67A/68A[1]/23A.137' }] },
        { on: 'declaration', answer: 'accept' },
      ],
    });
    const { shipmentId } = await shipped(house.as('operator'), engagement, reference);
    const task = await waiting(house.as('operator'), shipmentId, 'correct-declaration');
    await using ann = await desk.seat('operator');
    await using bob = await desk.seat('operator-2');
    const edit = async (seat: Seat, text: string): Promise<Page> => {
      const page = await seat.open(`/shipments/${shipmentId}/declaration`);
      await page.getByRole('alert', { name: 'There is a problem' }).waitFor();
      expect(await page.title()).toMatch(/^Error:/);
      await page.getByRole('alert', { name: 'There is a problem' }).getByRole('link').first().focus();
      await page.keyboard.press('Enter');
      await until('the field', async () => (await focused(page)).startsWith('field-lines'));
      await page.getByRole('button', { name: 'Change description, line 1' }).focus();
      await page.keyboard.press('Enter');
      await until('the input', async () => (await focused(page)).endsWith('-input'));
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await page.getByText('Checked, not sent').last().waitFor();
      return page;
    };
    const [first, second] = [
      await edit(ann, 'Bicycles of steel, 26 inch'),
      await edit(bob, 'Bicycles of aluminium, 28 inch'),
    ];
    // Each sees that the other is at it.
    for (const page of [first, second])
      await page.getByRole('list', { name: 'Also here' }).getByText('typing in declaration').waitFor();
    await first.getByRole('button', { name: /^Send declaration v/ }).focus();
    await first.keyboard.press('Enter');
    await until('the correction', async () => {
      const { status } = await house.as('operator').call(showTask, { params: { taskId: task.taskId } });
      return status === 'done';
    });
    await second.getByRole('button', { name: /^Send declaration v/ }).click();
    await second.getByRole('alert', { name: 'Somebody else answered first' }).waitFor();
    await second.getByRole('cell', { name: 'Bicycles of steel, 26 inch' }).waitFor();
    await second.getByRole('cell', { name: 'Bicycles of aluminium, 28 inch' }).waitFor();
  }, 180_000);

  it('merges what two people change at once, and asks where both changed the same field', async () => {
    const listed = readFileSync(join(ROOT, 'libs/shipments/data/screening-list.csv'), 'utf8')
      .split('\n')[1]!
      .split(',')[1]!;
    const opened = particulars(engagement.engagementId, `DESK-${newRunId().toUpperCase()}`);
    const parties = opened.parties.map((party, i) => (i === 0 ? { ...party, name: listed } : party));
    const { shipmentId } = await house.as('operator').call(openShipment, { body: { ...opened, parties } });
    await waiting(house.as('operator'), shipmentId, 'resolve-engagement');
    await using ann = await desk.seat('operator');
    await using bob = await desk.seat('operator-2');
    const form = async (seat: Seat): Promise<Page> => {
      const page = await seat.open(`/shipments/${shipmentId}/people`);
      await page.getByRole('button', { name: 'Change particulars' }).click();
      return page;
    };
    const [first, second] = [await form(ann), await form(bob)];
    await first.getByLabel('Freight').fill('300.00');
    await first.getByRole('button', { name: 'Save particulars' }).click();
    await first.getByRole('button', { name: 'Change particulars' }).waitFor();

    await second.getByLabel('Port of entry').fill('GBSOU');
    await second.getByLabel('Freight').fill('310.00');
    await second.getByRole('button', { name: 'Save particulars' }).click();
    const asked = second.getByRole('alert', { name: 'Somebody else changed the same' });
    await asked.waitFor();
    await asked.getByRole('radio', { name: 'yours for Freight' }).check();
    await asked.getByRole('button', { name: 'Save the chosen values' }).click();
    await second.getByRole('button', { name: 'Change particulars' }).waitFor();
    const amended = await until('both changes', async () => {
      const { items } = await house
        .as('operator')
        .call(showTimeline, { params: { shipmentId }, query: { limit: 200 } });
      const changes = items.filter(({ name }) => name === 'ShipmentAmended');
      return changes.length === 2 && changes;
    });
    expect(amended[1]!.data).toMatchObject({ portOfEntry: 'GBSOU', charges: { freight: { amount: '310.00' } } });
  }, 120_000);

  it('shows to another, without a reload, what somebody says about a shipment, keeps what is not sent yet, and narrows the board to what one watches', async () => {
    await using one = await desk.seat('operator');
    await using other = await desk.seat('approver');
    const page = await one.open(at('/people'));
    const theirs = await other.open(at('/people'));
    await page.getByLabel('Comment', { exact: true }).fill('The seal was broken.');
    await page.reload();
    expect(await page.getByLabel('Comment', { exact: true }).inputValue()).toBe('The seal was broken.');
    await page.getByRole('button', { name: 'Comment' }).click();
    const said = (where: Page) => where.getByRole('article').filter({ hasText: 'The seal was broken.' });
    await said(page).waitFor();
    await said(theirs).waitFor();
    expect(await said(theirs).getByRole('button').count()).toBe(0);
    expect(await other.wrongs()).toEqual([]);
    await said(page).getByRole('button', { name: 'Take back' }).click();
    await theirs.getByText('Taken back by its writer.').waitFor();
    expect(await theirs.getByText('The seal was broken.').count()).toBe(0);

    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    await page.getByRole('button', { name: 'Watching', pressed: true }).waitFor();
    await page.getByRole('heading', { name: 'Watched by' }).waitFor();
    await one.open('/board?watched=me');
    await page.locator('.grid-row').first().waitFor();
    expect(await page.getByRole('grid', { name: 'Shipments' }).getAttribute('aria-rowcount')).toBe('2');
    await page.getByRole('button', { name: 'Watched by me', pressed: true }).click();
    await page.waitForURL((url) => !url.searchParams.has('watched'));
    expect([...one.troubles, ...other.troubles]).toEqual([]);

    await using auditor = await desk.seat('auditor');
    const looking = await auditor.open(at('/people'));
    await looking.getByText('Taken back by its writer.').waitFor();
    expect(await looking.getByLabel('Comment', { exact: true }).count()).toBe(0);
    expect(await looking.getByRole('button', { name: /^Watch/ }).count()).toBe(0);
  }, 90_000);

  it('splits a shipment whose papers are still awaited: a wrong sum says where, and whole and parts name each other', async () => {
    const reference = `DESK-${newRunId().toUpperCase()}`;
    const { shipmentId } = await house
      .as('operator')
      .call(openShipment, { body: particulars(engagement.engagementId, reference) });
    await until('the papers are awaited', async () => {
      const { stage } = await house.as('operator').call(showShipment, { params: { shipmentId } });
      return stage === 'documentation';
    });
    await using seat = await desk.seat('operator');
    const page = await seat.open(`/shipments/${shipmentId}/goods`);
    await page.getByRole('button', { name: 'Split this shipment' }).click();
    const take = (line: number, part: number, quantity: string) =>
      page.getByLabel(`Line ${line} in part ${part}`).fill(quantity);
    await take(1, 1, '40');
    await take(2, 1, '50');
    await take(2, 2, '149');
    await page.getByLabel('Why it is split').fill('two vessels');
    await page.getByRole('button', { name: 'Split into 2 shipments' }).click();
    const alert = page.getByRole('alert', { name: 'There is a problem' });
    await alert.getByText('the parts take 199').waitFor();
    await take(2, 2, '150');
    await page.getByRole('button', { name: 'Split into 2 shipments' }).click();
    await page.getByRole('link', { name: `${reference}-2` }).click();
    await page.getByRole('heading', { name: `${reference}-2`, level: 1 }).waitFor();
    await page.getByRole('link', { name: reference, exact: true }).waitFor();
    const whole = await until('the whole is closed', async () => {
      const shown = await house.as('operator').call(showShipment, { params: { shipmentId } });
      return shown.stage === 'closed' && shown;
    });
    expect(whole.parts.map((part) => part.reference)).toEqual([`${reference}-1`, `${reference}-2`]);
  }, 120_000);

  it('shows an upload on its way, the same digest on both sides, and what is refused with its reason', async () => {
    const { shipmentId } = await house
      .as('operator')
      .call(openShipment, { body: particulars(engagement.engagementId, `DESK-${newRunId().toUpperCase()}`) });
    await using seat = await desk.seat('operator');
    const page = await seat.open(`/shipments/${shipmentId}/documents`);
    const hand = async (name: string, mimeType: string, buffer: Buffer): Promise<void> => {
      await page.getByLabel('Upload papers').setInputFiles({ name, mimeType, buffer });
      await page.getByRole('button', { name: 'Upload 1 file' }).click();
    };
    await hand('mandate.pdf', 'application/pdf', readFileSync(join(ROOT, 'test/fixtures/consignments/gb/mandate.pdf')));
    await page.getByText('the same bytes').waitFor();
    await page.getByRole('link', { name: 'Story', exact: true }).click();
    await page.getByRole('link', { name: 'Documents', exact: true }).click();
    await page.getByText('the same bytes').waitFor();
    await hand('page.html', 'text/html', Buffer.from('<!doctype html><script>alert(1)</script>'));
    await page.getByText('documents.file.type-not-allowed').waitFor();
    expect(await page.locator('iframe, object, embed').count()).toBe(0);
  }, 120_000);

  it('goes on by itself behind the last byte of an upload that was cut, and keeps one document of the same bytes', async () => {
    const { shipmentId } = await house
      .as('operator')
      .call(openShipment, { body: particulars(engagement.engagementId, `DESK-${newRunId().toUpperCase()}`) });
    await using seat = await desk.seat('operator');
    const page = await seat.open(`/shipments/${shipmentId}/documents`);
    // A mandate with nine megabytes of remarks behind its first line.
    const mandate = readFileSync(join(ROOT, 'test/fixtures/consignments/gb/mandate.pdf'));
    const line = mandate.indexOf('\n') + 1;
    const remarks = Buffer.from(`%${'x'.repeat(9_000_000)}\n`);
    const buffer = Buffer.concat([mandate.subarray(0, line), remarks, mandate.subarray(line)]);
    const begun: number[] = [];
    await page.route('**/uploads/*', async (route) => {
      const request = route.request();
      if (request.method() !== 'PATCH') return route.continue();
      begun.push(Number(new URL(request.url()).searchParams.get('offset')));
      // The line goes while the fourth piece is under way.
      return begun.length === 4 ? route.abort('connectionreset') : route.continue();
    });
    await page.getByLabel('Upload papers').setInputFiles({ name: 'mandate.pdf', mimeType: 'application/pdf', buffer });
    await page.getByRole('button', { name: 'Upload 1 file' }).click();
    await page
      .getByText(/It goes on by itself/)
      .first()
      .waitFor();
    await page.getByRole('progressbar', { name: 'Upload of mandate.pdf' }).waitFor();
    await seat.context.setOffline(true);
    await seat.context.setOffline(false);
    await page.getByText('the same bytes').waitFor();
    const { items } = await house.as('operator').call(listDocuments, { params: { shipmentId } });
    expect(items.flatMap(({ versions }) => versions.map(({ sha256 }) => sha256))).toEqual([
      createHash('sha256').update(buffer).digest('hex'),
    ]);
    // Only the piece that was on its way is sent twice.
    const piece = UPLOAD_PIECE_BYTES;
    expect(begun).toEqual([0, 1, 2, 3, 3, 4, 5, 6, 7, 8].map((n) => n * piece));
  }, 120_000);

  it('prints a dossier with its references, its root and repeated heads, and nothing to press', async () => {
    await using seat = await desk.seat('auditor');
    const page = await seat.open(at('/print'));
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation').count()).toBe(0);
    await page
      .getByText(/MRN [0-9A-Z]{3}\d{8}/)
      .first()
      .waitFor();
    await page.getByText(/sealed under a tree of \d+ leaves, root/).waitFor();
    const heads = await page.locator('thead').evaluateAll((all) => all.map((head) => getComputedStyle(head).display));
    expect(new Set(heads)).toEqual(new Set(['table-header-group']));
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(10_000);
  }, 60_000);
});
