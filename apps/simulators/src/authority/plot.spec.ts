import { scriptSchema } from '../scripts/scripts.js';
import { plotOf, type PlotStep } from './plot.js';
import { levelsOf } from './pointer.js';

const brief = (plot: readonly PlotStep[]): string[] =>
  plot.map((step) =>
    [step.do, step.do === 'tax' ? step.kind : step.do === 'route' ? step.to : '', step.until ?? ''].join(' ').trim(),
  );

const plot = (step: Record<string, unknown>): PlotStep[] =>
  plotOf(scriptSchema.parse({ reference: 'R', authority: [step] }).authority[0]!, { found: [] });

it('goes the usual course without a script', () => {
  expect(brief(plotOf(null, { found: [] }))).toEqual(['accept', 'tax indicative', 'tax assessed', 'clear  payment']);
});

it('goes on with the default behind the farthest act of a script', () => {
  expect(brief(plot({ answer: 'accept', then: [{ route: 'physical', after: '1s' }] }))).toEqual([
    'accept',
    'route physical',
    'tax indicative',
    'tax assessed',
    'clear  payment',
  ]);
  expect(brief(plot({ answer: 'accept', then: [{ route: 'physical' }, { tax: 'assessed' }] }))).toEqual([
    'accept',
    'route physical',
    'tax assessed',
    'clear  payment',
  ]);
});

it('stops where a script says so', () => {
  expect(brief(plot({ answer: 'accept', then: [{ route: 'documents' }], stop: true }))).toEqual([
    'accept',
    'route documents',
  ]);
});

it('rejects with the errors of the script', () => {
  const [step] = plot({ answer: 'reject', errors: [{ code: 'CDS12056', pointer: '42A/67A[1]' }], after: '2s' });
  expect(step).toMatchObject({
    do: 'reject',
    after: 2000,
    problems: [{ code: 'CDS12056', pointer: [{ section: '42A' }, { section: '67A', index: 1 }] }],
  });
});

it('cannot be talked into accepting what its rules refuse', () => {
  const found = [{ code: 'CDS11003', pointer: levelsOf('42A.228'), says: 'count' }];
  const accept = scriptSchema.parse({ reference: 'R', authority: [{ answer: 'accept' }] }).authority[0]!;
  expect(brief(plotOf(accept, { found }))).toEqual(['reject']);
});
