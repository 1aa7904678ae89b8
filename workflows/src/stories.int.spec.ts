import { ApplicationFailure } from '@temporalio/common';
import { openStage, type Stage } from './testing/world.js';

/** Stories of the shipment on a real Temporal server, with a made-up world. */
describe('the story of a shipment', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  }, 60_000);
  afterAll(() => stage.close());

  it('runs from engagement to sealed dossier in few, whole steps', async () => {
    const { world, events, activities } = await stage.play(
      () => ({}),
      async () => undefined,
      'uneventful',
    );
    expect(world.told.calls).toEqual([
      'engageShipment',
      'deriveChecklist',
      'assess',
      'reserveGuarantee',
      'standAtFiling',
      'lodgeDeclaration',
      'requestPayment',
      'bookDelivery',
      'closeShipment',
      'sealDossier',
    ]);
    expect(activities).toBeLessThanOrEqual(12);
    expect(events).toBeLessThanOrEqual(140);
  }, 15_000);

  it('waits for a person when the engagement is blocked, and goes on when it is mended', async () => {
    let blocked = true;
    const { world } = await stage.play(
      (_world, usual) => ({
        engageShipment: async (step) =>
          blocked
            ? { kind: 'blocked', code: 'shipments.mandate.missing', says: 'No power of attorney.', wrote: {} }
            : usual.engageShipment(step),
      }),
      async (world) => {
        await world.task('resolve-engagement');
        blocked = false;
        expect(await world.decide('resolve-engagement', { nonsense: true })).toMatchObject({
          kind: 'refused',
          code: 'shipments.task.decision-invalid',
        });
        expect(await world.decide('resolve-engagement', { retry: true })).toMatchObject({ kind: 'done', closes: true });
      },
      'engagement-blocked',
    );
    expect(world.told.calls.filter((name) => name === 'engageShipment')).toHaveLength(2);
  }, 15_000);

  it('closes unimported when a person gives the shipment up, and keeps its records all the same', async () => {
    const { world } = await stage.play(
      () => ({
        engageShipment: async () => ({
          kind: 'blocked',
          code: 'shipments.screening.hit',
          says: 'A party is listed.',
          wrote: {},
        }),
      }),
      async (world) =>
        void (await world.decide('resolve-engagement', { abandon: true, reason: 'the party is listed' })),
      'given-up',
    );
    expect(world.told.calls).toContain('sealDossier');
    expect(world.told.calls).not.toContain('lodgeDeclaration');
  }, 15_000);

  it('has lines read from the invoice confirmed by a person', async () => {
    const { goods } = await import('./testing/world.js');
    await stage.play(
      (world) => ({
        deriveChecklist: async () => {
          await world.fact('documents.DocumentSetBlocked', {
            confirm: [{ documentId: 'd', version: 1, factsDigest: 'f', lines: goods.lines }],
            findings: [],
          });
          return { state: 'waiting', set: null, missing: [], wrote: {} };
        },
        confirmLines: async () => {
          await world.fact('documents.DocumentSetCompleted', { set: goods });
          return { kind: 'confirmed', wrote: {} };
        },
      }),
      async (world) => void (await world.decide('confirm-lines', {})),
      'lines-confirmed',
    );
  }, 15_000);

  it('lodges a corrected declaration as a new version after a rejection', async () => {
    const lodged: { version: number; commodity: string }[] = [];
    await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId, version, goods: content }) => {
          lodged.push({ version, commodity: content.lines[0]!.commodity });
          if (version === 1)
            await world.fact('customs.DeclarationRejected', {
              declarationId,
              version,
              errors: [{ code: 'CDS40059', pointer: '', field: 'lines[0].commodity', says: 'no such code' }],
            });
          else await world.clear(declarationId, version);
          return { kind: 'sent', lrn: 'TW-1', wrote: {} };
        },
      }),
      async (world) => {
        expect(await world.decide('correct-declaration', { set: { 'lines[7].commodity': '1' } })).toMatchObject({
          kind: 'refused',
        });
        expect(
          await world.decide('correct-declaration', { set: { 'lines[0].commodity': '6109100010' } }),
        ).toMatchObject({ kind: 'done' });
      },
      'rejected-and-corrected',
    );
    expect(lodged).toEqual([
      { version: 1, commodity: '8712003000' },
      { version: 2, commodity: '6109100010' },
    ]);
  }, 15_000);

  it('asks before anything is sent again when a filing has no answer', async () => {
    let asked = 0;
    const { world } = await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId }) => {
          world.declarationIds.add(declarationId);
          return { kind: 'unknown', lrn: 'TW-1', wrote: {} };
        },
        resolveFiling: async (_step, declarationId) => {
          asked += 1;
          if (asked === 1) return { kind: 'not-yet', askAgainAt: new Date(Date.now() + 150).toISOString(), wrote: {} };
          await world.clear(declarationId);
          return { kind: 'found', wrote: {} };
        },
      }),
      async () => undefined,
      'outcome-unknown',
    );
    expect(asked).toBe(2);
    expect(world.told.calls.filter((name) => name === 'lodgeDeclaration')).toHaveLength(1);
  }, 15_000);

  it('needs a fresh approval by two people after a payment bounced', async () => {
    const approvals: string[] = [];
    const { world } = await stage.play(
      (world) => ({
        requestPayment: async (_step, { generation }) => ({
          kind: 'needs-approval',
          paymentId: `payment-${generation}`,
          digest: 'd',
          needed: 2,
          given: 0,
          wrote: {},
        }),
        approvePayment: async (step, paymentId) => {
          approvals.push(`${paymentId} ${step.actor}`);
          if (step.actor === 'user:operator')
            return { kind: 'refused', code: 'duties.payment.approver-edited', says: 'You entered a value.' };
          if (step.actor === 'user:first')
            return { kind: 'needs-approval', paymentId, digest: 'd', needed: 2, given: 1, wrote: {} };
          await world.fact(paymentId === 'payment-1' ? 'duties.PaymentBounced' : 'duties.PaymentSettled', {
            paymentId,
          });
          return { kind: 'sent', paymentId, digest: 'd', wrote: {} };
        },
      }),
      async (world) => {
        expect(await world.decide('approve-payment', { approve: true }, 'user:operator')).toMatchObject({
          kind: 'refused',
          code: 'duties.payment.approver-edited',
        });
        expect(await world.decide('approve-payment', { approve: true }, 'user:first')).toMatchObject({
          kind: 'done',
          closes: false,
        });
        expect(await world.decide('approve-payment', { approve: true }, 'user:second')).toMatchObject({
          kind: 'done',
          closes: true,
        });
        while (world.told.tasks.filter((task) => task.kind === 'approve-payment').length < 2)
          await new Promise((resume) => setTimeout(resume, 20));
        await world.decide('approve-payment', { approve: true }, 'user:first');
        await world.decide('approve-payment', { approve: true }, 'user:second');
      },
      'bounced-and-paid',
    );
    expect(approvals).toHaveLength(5);
    expect(world.told.tasks.filter((task) => task.kind === 'approve-payment')).toHaveLength(2);
  }, 15_000);

  it('ends the same when the authority’s news come twice and in reverse', async () => {
    const { world } = await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId }) => {
          await world.accepted(declarationId);
          await world.fact(
            'customs.DeclarationAccepted',
            { declarationId, version: 1, acceptedOn: '2026-11-22' },
            'event-customs.DeclarationAccepted-1',
          );
          await world.notified(declarationId);
          await world.notified(declarationId);
          await world.released(declarationId);
          return { kind: 'sent', lrn: 'TW-1', wrote: {} };
        },
      }),
      async () => undefined,
      'twice',
    );
    expect(world.told.calls.filter((name) => name === 'requestPayment')).toHaveLength(1);
  }, 15_000);

  it('has a difference between the authority’s figure and ours accepted by a person before paying', async () => {
    await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId }) => {
          await world.accepted(declarationId);
          await world.notified(declarationId, '2326.76');
          await world.released(declarationId);
          return { kind: 'sent', lrn: 'TW-1', wrote: {} };
        },
      }),
      async (world) => void (await world.decide('resolve-difference', { accept: true })),
      'figures-differ',
    );
  }, 15_000);

  it('voids what waits for approval when the authority states another sum', async () => {
    let declaration = '';
    const { world } = await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId }) => {
          declaration = declarationId;
          await world.accepted(declarationId);
          await world.notified(declarationId);
          return { kind: 'sent', lrn: 'TW-1', wrote: {} };
        },
        requestPayment: async (_step, { generation, notice, amount }) => {
          if (notice!.total.amount !== '2325.76' && !world.agreed) {
            return { kind: 'differs', says: 'x', ours: amount, theirs: notice!.total, lines: [], wrote: {} };
          }
          return {
            kind: 'needs-approval',
            paymentId: `payment-${generation}`,
            digest: 'd',
            needed: 1,
            given: 0,
            wrote: {},
          };
        },
        approvePayment: async (_step, paymentId) => {
          await world.fact('duties.PaymentSettled', { paymentId });
          await world.released(declaration);
          return { kind: 'sent', paymentId, digest: 'd', wrote: {} };
        },
      }),
      async (world) => {
        await world.task('approve-payment');
        await world.notified(declaration, '2400.00');
        await world.decide('resolve-difference', { accept: true });
        while (world.told.tasks.filter((task) => task.kind === 'approve-payment').length < 2)
          await new Promise((resume) => setTimeout(resume, 20));
        await world.decide('approve-payment', { approve: true });
      },
      'figure-restated',
    );
    expect(world.told.calls.filter((name) => name === 'voidPayment')).toHaveLength(1);
    expect(world.told.calls.filter((name) => name === 'agreeToDebt')).toHaveLength(1);
  }, 15_000);

  it('pays anew, with interest, what the bank returned after it had settled, before the records are closed', async () => {
    const amounts: string[] = [];
    const { world } = await stage.play(
      (world) => ({
        requestPayment: async (_step, { generation, amount }) => {
          amounts.push(amount.amount);
          const paymentId = `payment-${generation}`;
          await world.fact('duties.PaymentSettled', { paymentId });
          if (generation === 1) await world.fact('duties.PaymentBounced', { paymentId });
          return { kind: 'sent', paymentId, digest: 'd', wrote: {} };
        },
      }),
      async () => undefined,
      'returned-after-settling',
    );
    expect(amounts).toEqual(['2325.76', '2330.38']);
    expect(world.told.calls.indexOf('reopenDebt')).toBeLessThan(world.told.calls.indexOf('closeShipment'));
  }, 15_000);

  it('books again when the carrier declines', async () => {
    const { world } = await stage.play(
      (world, usual) => ({
        bookDelivery: async (step, booking) =>
          booking.generation === 1
            ? { kind: 'declined', bookingId: 'booking-1', says: 'no truck', wrote: {} }
            : usual.bookDelivery(step, booking),
      }),
      async (world) => void (await world.decide('rebook-delivery', { retry: true })),
      'carrier-declined',
    );
    expect(world.told.calls.filter((name) => name === 'bookDelivery')).toHaveLength(2);
  }, 15_000);

  it('is refused by the authority for good and closes unimported', async () => {
    const { world } = await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId }) => {
          await world.fact('customs.DeclarationInvalidated', { declarationId, version: 1, reason: 'seized' });
          return { kind: 'sent', lrn: 'TW-1', wrote: {} };
        },
      }),
      async () => undefined,
      'refused',
    );
    expect(world.told.calls).not.toContain('bookDelivery');
    expect(world.told.calls).toContain('sealDossier');
  }, 15_000);

  const parts = ['a', 'b'].map((name) => ({ shipmentId: name, reference: name, lines: [] }));

  it('ends as a whole when it is split while papers are awaited, and withdraws what it asked for', async () => {
    const settled: unknown[] = [];
    const { world } = await stage.play(
      (world, usual) => ({
        deriveChecklist: async () => {
          await world.fact('documents.DocumentSetBlocked', { confirm: [], findings: [{ says: 'weights differ' }] });
          return { state: 'waiting', set: null, missing: [], wrote: {} };
        },
        settleTask: async (step, taskId, how) => {
          settled.push(how);
          return usual.settleTask(step, taskId, how);
        },
      }),
      async (world) => {
        await world.task('resolve-findings');
        expect(await world.split(parts)).toEqual({
          kind: 'split',
          parts: parts.map(({ shipmentId, reference }) => ({ shipmentId, reference })),
        });
      },
      'split-while-papers-are-awaited',
    );
    expect(settled).toEqual([{ kind: 'withdrawn', reason: 'The shipment was split: its parts ask for themselves.' }]);
    expect(world.told.calls.slice(-2)).toEqual(['closeShipment', 'sealDossier']);
    expect(world.told.calls).not.toContain('lodgeDeclaration');
  }, 15_000);

  it('is not split while a declaration is with the authority, and again after its rejection', async () => {
    const { world } = await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId, version }) => {
          expect(await world.split(parts)).toMatchObject({ kind: 'refused', code: 'shipments.split.too-late' });
          await world.fact('customs.DeclarationRejected', {
            declarationId,
            version,
            errors: [{ code: 'CDS40059', pointer: '', field: 'lines[0].commodity', says: 'no such code' }],
          });
          return { kind: 'sent', lrn: 'TW-1', wrote: {} };
        },
      }),
      async (world) => {
        await world.task('correct-declaration');
        expect(await world.split(parts)).toMatchObject({ kind: 'split' });
      },
      'split-after-rejection',
    );
    expect(world.told.calls.filter((name) => name === 'splitShipment')).toHaveLength(1);
    expect(world.told.calls.slice(-2)).toEqual(['closeShipment', 'sealDossier']);
  }, 15_000);

  it('goes on undivided when the split is refused', async () => {
    const { world } = await stage.play(
      (world, usual) => ({
        splitShipment: async () => {
          throw ApplicationFailure.nonRetryable('reference a belongs to another shipment', 'shipments.reference.taken');
        },
        assess: async (step, situation, goods) => {
          await expect(world.split(parts)).rejects.toThrow();
          return usual.assess(step, situation, goods);
        },
      }),
      async () => undefined,
      'split-refused',
    );
    expect(world.told.calls).toContain('lodgeDeclaration');
  }, 15_000);
});
