import { specFor } from '@tidewaiter/kernel/testing';
import { aLine, aRequest, books } from '../testing/books.js';
import { assess } from './assess.js';
import { assessment, type AssessmentCommand } from './assessment.js';

const given = specFor(assessment);
const digest = `sha256:${'a'.repeat(64)}`;
const command = (request = aRequest()): AssessmentCommand => ({
  type: 'RecordAssessment',
  shipmentId: 's1',
  assessmentId: 'a1',
  request,
  result: assess(request, books, 'a1'),
  resultDigest: digest,
});
const review: AssessmentCommand = {
  type: 'RecordReview',
  shipmentId: 's1',
  assessmentId: 'a2',
  request: aRequest(),
  questions: ['no rate'],
};

it('records every charge owed with its legal basis, the chosen option’s alone', () => {
  given()
    .when(command())
    .thenState((state) => {
      expect(state.last?.charges.map(({ line, code, amount }) => [line, code, amount.amount])).toEqual([
        [1, 'A00', '140.00'],
        [1, 'B00', '228.00'],
      ]);
      expect(state.last?.rules[0]?.version).toBe('2026.1');
    });
});
it('puts entry charges under line 0, by the authority’s tax type', () => {
  const us = aRequest({
    destination: 'US',
    incoterm: 'FOB',
    lines: [aLine({ commodity: '8712001510', price: { amount: '20000.00', currency: 'USD' } })],
  });
  given()
    .when(command(us))
    .thenState((state) =>
      expect(state.last?.charges.map(({ line, code }) => [line, code])).toEqual([
        [1, '056'],
        [0, '501'],
        [0, '499'],
      ]),
    );
});
it('counts on and keeps the last figures when a later one needs review', () => {
  const [first] = assessment.decide(assessment.initial, command());
  given(first!)
    .when(review)
    .thenState((state) =>
      expect(state).toMatchObject({ count: 2, needsReview: true, last: { assessmentId: 'a1', n: 1 } }),
    );
});
it('records open questions instead of figures', () => {
  const unknown = aRequest({ incoterm: 'FOB' });
  const [event] = assessment.decide(assessment.initial, command(unknown));
  expect(event).toMatchObject({
    type: 'AssessmentNeedsReview',
    data: { n: 1, questions: [expect.stringContaining('freight')] },
  });
});
