import { openStage, type Stage } from './testing/world.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(() => stage.close());

const at = (minute: number): string => `2026-11-24T10:${String(minute).padStart(2, '0')}:00.000000Z`;
const wrote = {};

/** A filing that is accepted and then tells what the test says. */
const telling =
  (tell: (world: Parameters<Parameters<Stage['play']>[1]>[0], declarationId: string) => Promise<void>) =>
  (world: Parameters<Parameters<Stage['play']>[1]>[0]) => ({
    lodgeDeclaration: async (
      _step: unknown,
      { declarationId, version }: { declarationId: string; version: number },
    ) => {
      world.declarationIds.add(declarationId);
      await world.accepted(declarationId, version);
      await tell(world, declarationId);
      return { kind: 'sent' as const, lrn: 'TW-1', wrote };
    },
  });

/** A filing whose debt waits for its approval when the goods are seized. */
const seizedWhilePaying = (
  world: Parameters<Parameters<Stage['play']>[1]>[0],
  filed: (declarationId: string) => void = () => undefined,
) => {
  let id = '';
  return {
    ...telling(async (told, declarationId) => {
      id = declarationId;
      filed(declarationId);
      await told.notified(declarationId);
    })(world),
    requestPayment: async () => {
      await world.fact('customs.GoodsSeized', { declarationId: id, authorityTime: at(2), reason: 'counterfeit' });
      return { kind: 'needs-approval' as const, paymentId: 'p-1', digest: 'd', needed: 1, given: 0, wrote };
    },
  };
};

const gone = async (world: Parameters<Parameters<Stage['play']>[1]>[0], kind: string): Promise<void> => {
  while (!world.told.tasks.some((task) => task.kind === kind)) await new Promise((resume) => setTimeout(resume, 20));
};

describe('a clearance', () => {
  it('that another agency holds is not delivered before that agency lifts its hold, also when hold and release come together', async () => {
    let id = '';
    const { world } = await stage.play(
      telling(async (world, declarationId) => {
        id = declarationId;
        const hold = { declarationId, agency: 'FSA', bill: null, lines: [1], decision: 'hold', says: 'sampling' };
        const quantities = [{ line: 1, quantity: { value: '40', unit: 'NAR' } }];
        await world.facts(
          ['customs.HoldPlaced', { ...hold, authorityTime: at(2) }],
          ['customs.GoodsReleased', { declarationId, authorityTime: at(5), quantities }],
        );
      }),
      async (world) => {
        await gone(world, 'lift-hold');
        expect(world.told.calls).not.toContain('bookDelivery');
        expect(await world.decide('lift-hold', {})).toMatchObject({ kind: 'refused' });
        const lifted = { declarationId: id, agency: 'FSA', bill: null, lines: [], says: '' };
        await world.fact('customs.HoldLifted', { ...lifted, authorityTime: at(9) });
      },
      'agency-hold',
    );
    expect(world.told.calls).toContain('bookDelivery');
  });

  it('asks the authority about a request that nobody answered, before it asks a person', async () => {
    let id = '';
    const answers = ['not-yet', 'not-yet', 'ask-person'];
    const { world } = await stage.play(
      (world) => ({
        ...telling(async (_, declarationId) => {
          id = declarationId;
        })(world),
        makeRequest: async () => ({ kind: 'unknown', request: 1, wrote }),
        resolveRequest: async () => {
          const kind = answers.shift();
          if (kind === 'ask-person') return { kind, says: 'it has nothing', wrote };
          return { kind: 'not-yet', askAgainAt: new Date().toISOString(), wrote };
        },
      }),
      async (world) => {
        while (id === '') await new Promise((resume) => setTimeout(resume, 20));
        const order = { declarationId: id, orderId: 'o1', purpose: 'cancel', reason: 'sold', by: 'user:someone' };
        await world.fact('customs.RequestOrdered', { ...order, version: 1, set: null });
        const task = await world.task('review-request');
        expect(task.says).toContain('is not known. The authority was asked: it has nothing. Ask it');
        expect(answers).toEqual([]);
        await world.decide('review-request', { dropped: true, reason: 'they have nothing' });
        await world.released(id);
      },
      'request-enquired',
    );
    expect(world.told.calls.filter((name) => name === 'dropRequest')).toHaveLength(1);
  });

  it('asks for the invalidation of what is given up, and a person when the authority refuses it', async () => {
    let id = '';
    const { world } = await stage.play(
      (world) => {
        let made = 0;
        return {
          ...telling(async (_, declarationId) => {
            id = declarationId;
            const given = { declarationId, how: 're-exported', reason: 'sold on', documentIds: [], version: 1 };
            await world.fact('customs.ClearanceGivenUp', { ...given, givenUpAt: at(3) });
          })(world),
          withdrawDeclaration: async (_step, { declarationId, how, reason }) => {
            expect([declarationId, how, reason]).toEqual([id, 're-exported', 'sold on']);
            const request = (made += 1);
            const errors = [{ code: 'CDS12015', pointer: '', field: null, says: 'goods are under control' }];
            const answer = request === 1 ? { answer: 'denied', errors } : { answer: 'granted', errors: [] };
            await world.fact('customs.RequestAnswered', { declarationId, request, ...answer });
            return { kind: 'sent', request, wrote };
          },
        };
      },
      async (world) => {
        const task = await world.task('ask-authority');
        expect(task.says).toContain('It was denied. CDS12015: goods are under control');
        await world.decide('ask-authority', { retry: true });
      },
      'given-up-and-invalidated',
    );
    expect(world.told.calls.filter((name) => name === 'withdrawDeclaration')).toHaveLength(2);
    expect(world.told.calls).toContain('closeShipment');
    expect(world.told.calls).not.toContain('bookDelivery');
  });

  it('stops the delivery of what is given up after its release, and has it invalidated', async () => {
    let id = '';
    const { world } = await stage.play(
      (world) => ({
        ...telling(async (_, declarationId) => {
          id = declarationId;
          await world.released(declarationId);
        })(world),
        bookDelivery: async () => {
          const given = { declarationId: id, how: 're-exported', reason: 'sold on', documentIds: [], version: 1 };
          await world.fact('customs.ClearanceGivenUp', { ...given, givenUpAt: at(9) });
          return { kind: 'confirmed', bookingId: 'b-1', wrote };
        },
        withdrawDeclaration: async (_step, { declarationId, how }) => {
          expect([declarationId, how]).toEqual([id, 're-exported']);
          await world.fact('customs.RequestAnswered', { declarationId, request: 1, answer: 'granted', errors: [] });
          return { kind: 'sent', request: 1, wrote };
        },
      }),
      async (world) => {
        const task = await world.task('review-notice');
        expect(task.says).toContain('given up (re-exported: sold on) and a carrier was booked');
        await world.decide('review-notice', { acknowledge: true });
      },
      'given-up-after-release',
    );
    expect(world.told.calls.filter((name) => name === 'withdrawDeclaration')).toHaveLength(1);
    expect(world.told.calls).toContain('closeShipment');
  });

  it('leaves a shipment unimported whose declaration the authority invalidated after the release', async () => {
    const { world } = await stage.play(
      (world) => ({
        ...telling(async (_, declarationId) => world.released(declarationId))(world),
        bookDelivery: async () => {
          const [declarationId] = world.declarationIds;
          await world.fact('customs.DeclarationInvalidated', { declarationId, reason: 'on request', version: 1 });
          return { kind: 'confirmed', bookingId: 'b-1', wrote };
        },
      }),
      async (world) => {
        await world.task('review-notice');
        await world.decide('review-notice', { acknowledge: true });
      },
      'invalidated-after-release',
    );
    expect(world.told.calls).not.toContain('withdrawDeclaration');
    expect(world.told.calls).toContain('closeShipment');
  });

  it('declares an amended entry anew as long as nothing is asked for it, and opens a correction after it was paid', async () => {
    let id = '';
    const purposes: string[] = [];
    const corrections: string[] = [];
    const until = async (fits: () => boolean): Promise<void> => {
      while (!fits()) await new Promise((resume) => setTimeout(resume, 20));
    };
    const { world } = await stage.play(
      (world) => ({
        lodgeDeclaration: async (_step, { declarationId, version }) => {
          id = declarationId;
          world.declarationIds.add(declarationId);
          await world.accepted(declarationId, version);
          return { kind: 'sent', lrn: 'TW-1', entrySummary: true, wrote };
        },
        makeRequest: async (_step, { purpose }) => {
          const request = purposes.push(purpose);
          await world.fact('customs.RequestAnswered', { declarationId: id, request, answer: 'granted', errors: [] });
          return { kind: 'sent', request, wrote };
        },
        openCorrection: async (_step, { says }) => {
          corrections.push(says);
          return { kind: 'opened', caseId: 'c-1', wrote };
        },
      }),
      async (world) => {
        const amend = (orderId: string) =>
          world.fact('customs.RequestOrdered', {
            ...{ declarationId: id, orderId, purpose: 'amend', reason: 'a mistake', by: 'user:someone', version: 1 },
            set: { 'lines[0].netMass': '590' },
          });
        await until(() => purposes.length === 1);
        await amend('o1');
        await until(() => purposes.length === 3);
        expect(purposes).toEqual(['summarise', 'amend', 'summarise']);
        await world.notified(id);
        await until(() => world.told.calls.includes('requestPayment'));
        await amend('o2');
        await until(() => corrections.length === 1);
        expect(corrections[0]).toContain('amended after its summary was paid');
        await world.released(id);
      },
      'summary-replaced',
    );
    expect(purposes).toEqual(['summarise', 'amend', 'summarise', 'amend']);
    expect(world.told.calls).toContain('bookDelivery');
  });

  it('carries an amendment out, assessed anew, and asks about a denied one', async () => {
    let id = '';
    const { world } = await stage.play(
      (world) => ({
        ...telling(async (_, declarationId) => {
          id = declarationId;
        })(world),
        makeRequest: async (_step, { purpose, proposed }) => {
          expect([purpose, proposed?.version, proposed?.goods.lines[0]?.netMass]).toEqual(['amend', 2, '590']);
          await world.fact('customs.RequestAnswered', { declarationId: id, request: 1, answer: 'denied', errors: [] });
          return { kind: 'sent', request: 1, wrote };
        },
      }),
      async (world) => {
        while (id === '') await new Promise((resume) => setTimeout(resume, 20));
        const order = {
          declarationId: id,
          orderId: 'o1',
          purpose: 'amend',
          reason: 'scale was wrong',
          by: 'user:olive',
        };
        await world.fact('customs.RequestOrdered', { ...order, set: { 'lines[0].netMass': '590' } });
        await gone(world, 'review-request');
        expect((await world.task('review-request')).says).toContain('denied');
        expect(await world.decide('review-request', { acknowledge: true })).toMatchObject({ kind: 'done' });
        await world.released(id);
      },
      'amendment-denied',
    );
    expect(world.told.calls.filter((call) => call === 'assess')).toHaveLength(2);
  });

  it('sends the papers that the authority wants through its own addresses', async () => {
    let id = '';
    const paper = { documentId: '01938f00-0000-7000-8000-00000000000f', version: 1 };
    const { world } = await stage.play(
      (world) => ({
        ...telling(async (told, declarationId) => {
          id = declarationId;
          await told.fact('customs.DocumentsRequested', {
            ...{ declarationId, authorityTime: at(2), due: '2026-11-27T10:00:00.000000Z', says: 'the invoice' },
          });
        })(world),
        requestSlots: async () => ({ kind: 'slots', slots: [{ reference: 'S1', url: 'http://x/1', fields: {} }] }),
        recordPapersSent: async (_step, declarationId, files) => {
          expect(files).toMatchObject([{ documentId: paper.documentId, slot: 'S1' }]);
          await world.released(declarationId);
          return { wrote };
        },
      }),
      async (world) => {
        await gone(world, 'send-documents');
        expect((await world.task('send-documents')).due).toBe('2026-11-27T10:00:00.000000Z');
        expect(await world.decide('send-documents', { send: [paper] })).toMatchObject({ kind: 'done', closes: true });
      },
      'papers-sent',
    );
    expect(id).not.toBe('');
    expect(world.told.calls).toContain('handOver');
  });

  it('is stopped by a seizure until the goods are given up', async () => {
    const { world } = await stage.play(
      telling((world, declarationId) =>
        world.fact('customs.GoodsSeized', { declarationId, authorityTime: at(2), reason: 'counterfeit' }),
      ),
      async (world) => {
        const task = await world.task('contest-seizure');
        expect(task).toMatchObject({ role: 'compliance', due: '2026-12-24T10:02:00.000Z' });
        await world.decide('contest-seizure', { abandon: true, reason: 'no defence' });
      },
      'seized',
    );
    expect(world.told.calls).not.toContain('bookDelivery');
    expect(world.told.calls).toContain('placeLegalHold');
  });

  it('hears of a seizure while a payment waits for its approval, freezes, and goes on when it is undone', async () => {
    let id = '';
    const frozen: string[] = [];
    const note = (what: string) => async () => {
      frozen.push(what);
      return { wrote };
    };
    const { world } = await stage.play(
      (world) => ({
        ...seizedWhilePaying(world, (declarationId) => (id = declarationId)),
        approvePayment: async () => {
          await world.fact('duties.PaymentSettled', { paymentId: 'p-1' });
          await world.released(id);
          return { kind: 'sent', paymentId: 'p-1', digest: 'd', wrote };
        },
        freezePayments: note('payments'),
        freezeMandate: note('mandate'),
        thawPayments: note('payments go on'),
        thawMandate: note('mandate goes on'),
        openSeizureCase: async () => ({
          ...{ kind: 'opened', caseId: 'case-1', wrote },
          clock: { dueAt: '2026-12-25T00:00:00.000Z', dueOn: '2026-12-24', law: 'Sch. 3', consequence: 'forfeited' },
        }),
      }),
      async (world) => {
        await gone(world, 'contest-seizure');
        expect(await world.task('contest-seizure')).toMatchObject({
          ...{ role: 'compliance', due: '2026-12-25T00:00:00.000Z', about: { caseId: 'case-1' } },
          says: expect.stringContaining('By 2026-12-24 (Sch. 3), else: forfeited.'),
        });
        expect(frozen).toEqual(['payments', 'mandate']);
        await world.fact('customs.OutcomeReversed', {
          ...{ declarationId: id, of: 'seized', authorityTime: at(9), reason: 'petition granted' },
        });
        while (frozen.length < 4) await new Promise((resume) => setTimeout(resume, 20));
        await world.decide('approve-payment', { approve: true });
      },
      'seized-while-paying',
    );
    expect(frozen).toEqual(['payments', 'mandate', 'payments go on', 'mandate goes on']);
    expect(world.told.calls).toContain('bookDelivery');
  });

  it('is given up while a payment waits: the payment is void and nothing is withdrawn', async () => {
    const { world } = await stage.play(
      (world) => seizedWhilePaying(world),
      async (world) => {
        await gone(world, 'contest-seizure');
        await world.decide('contest-seizure', { abandon: true, reason: 'no defence' });
      },
      'seized-given-up',
    );
    expect(world.told.calls).toContain('voidPayment');
    expect(world.told.calls).not.toContain('withdrawDeclaration');
    expect(world.told.calls).not.toContain('bookDelivery');
  });

  it('is refused by the gate when the mandate ended the night before, and files once that is mended', async () => {
    let asked = 0;
    const { world } = await stage.play(
      (_, usual) => ({
        standAtFiling: async (step) => {
          asked += 1;
          return asked === 1
            ? { kind: 'blocked', code: 'shipments.mandate.missing', says: 'It ended yesterday.', role: 'operator' }
            : usual.standAtFiling(step);
        },
        lodgeDeclaration: async (step, request) => {
          expect(request.standing).toMatchObject({ mandateUntil: '2027-12-31' });
          return usual.lodgeDeclaration(step, request);
        },
      }),
      async (world) => {
        const task = await world.task('resolve-engagement');
        expect(task.says).toContain('It ended yesterday.');
        expect(world.told.calls).not.toContain('lodgeDeclaration');
        await world.decide('resolve-engagement', { retry: true });
      },
      'mandate-ended',
    );
    expect(world.told.calls.filter((call) => call === 'lodgeDeclaration')).toHaveLength(1);
  });

  it('works the entry out anew when the quote is of an earlier day, and has a difference over the limit agreed to', async () => {
    const lodged: number[] = [];
    let assessed = 0;
    const { world } = await stage.play(
      (_, usual) => ({
        assess: async (...args) => {
          const answer = await usual.assess(...args);
          if (answer.kind !== 'assessed') return answer;
          const n = (assessed += 1);
          return { ...answer, assessment: { ...answer.assessment, n, lawDate: n === 1 ? '2026-11-22' : '2026-11-23' } };
        },
        standAtFiling: async (step) => {
          const answer = await usual.standAtFiling(step);
          return answer.kind === 'stands' ? { ...answer, proof: { ...answer.proof, lawDate: '2026-11-23' } } : answer;
        },
        explainVariance: async (_step, { before, after }) => {
          expect([before, after]).toEqual([1, 2]);
          const change = { amount: '12.34', currency: 'GBP' };
          return { change, says: 'line 1, rate: 12.34 GBP (8 % → 9 %)', overLimit: true };
        },
        lodgeDeclaration: async (step, request) => {
          lodged.push(request.assessment.n);
          return usual.lodgeDeclaration(step, request);
        },
      }),
      async (world) => {
        const task = await world.task('review-assessment');
        expect(task).toMatchObject({ role: 'approver', about: { quote: 1, entry: 2 } });
        expect(task.says).toContain('differs from the quote of 2026-11-22 by 12.34 GBP: line 1, rate: 12.34 GBP');
        expect(lodged).toEqual([]);
        await world.decide('review-assessment', { retry: true });
      },
      'quote-and-entry',
    );
    expect(lodged).toEqual([2]);
    expect(world.told.calls.filter((call) => call === 'reserveGuarantee')).toHaveLength(2);
  });

  it('whose release is recalled stops its delivery until a newer one', async () => {
    let id = '';
    const { world } = await stage.play(
      (world) => ({
        ...telling(async (told, declarationId) => {
          id = declarationId;
          const quantities = [{ line: 1, quantity: { value: '40', unit: 'NAR' } }];
          await told.fact('customs.GoodsReleased', { declarationId, authorityTime: at(5), quantities });
        })(world),
        bookDelivery: async (_step, { generation }) => {
          const bookingId = `booking-${generation}`;
          if (generation === 1) {
            await world.fact('customs.ReleaseSuspended', {
              declarationId: id,
              authorityTime: at(6),
              says: 'redelivery',
            });
          } else {
            await world.fact('carriers.ShipmentDelivered', { bookingId });
          }
          return { kind: 'requested', bookingId, wrote };
        },
      }),
      async (world) => {
        await gone(world, 'stop-delivery');
        await world.fact('carriers.BookingDeclined', { bookingId: 'booking-1', says: 'brought back' });
        await world.decide('rebook-delivery', { retry: true });
        expect(world.told.calls.filter((call) => call === 'bookDelivery')).toHaveLength(1);
        const quantities = [{ line: 1, quantity: { value: '40', unit: 'NAR' } }];
        await world.fact('customs.GoodsReleased', { declarationId: id, authorityTime: at(8), quantities });
      },
      'release-recalled',
    );
    expect(world.told.calls.filter((call) => call === 'bookDelivery')).toHaveLength(2);
  });
});
