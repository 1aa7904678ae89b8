import { aLodging, dutyPaidLodging, withPermit } from '../testing/lodging.js';
import { answersOf, differencesOf, type Answer } from './answers.js';
import { contentOf } from './content.js';

const page = (change: Parameters<typeof aLodging>[0] = () => undefined): Answer[] => {
  const request = aLodging(change);
  return answersOf(request, contentOf(request, 'EORI'));
};
const at = (answers: Answer[], field: string): Answer | undefined => answers.find((each) => each.field === field);

describe('the page of answers', () => {
  it('says of each value where it came from', () => {
    const answers = page((request) => {
      request.goods.lines[0]!.from = {
        documentId: '01938f00-0000-7000-8000-000000000011',
        version: 2,
        place: '/Invoice[1]/InvoiceLine[1]',
        method: 'xml',
      };
    });
    expect(at(answers, 'lines[0].commodity')).toMatchObject({
      value: '8517130000',
      line: 1,
      source: { kind: 'document', version: 2, place: '/Invoice[1]/InvoiceLine[1]' },
    });
    expect(at(answers, 'lines[1].commodity')?.source.kind).toBe('shipment');
    expect(at(answers, 'lines[0].customsValue')).toMatchObject({
      value: '7874.59 GBP',
      source: { kind: 'assessment' },
    });
    expect(at(answers, 'lines[0].grossMass')?.source.kind).toBe('rule');
    expect(at(answers, 'lines[0].procedure')?.source.kind).toBe('default');
    expect(at(answers, 'importer.id')?.source.kind).toBe('engagement');
    expect(at(answers, 'guaranteeReference')?.source.kind).toBe('guarantee');
    expect(at(answers, 'invoice.total')?.source).toMatchObject({ kind: 'document', says: 'invoice INV-7' });
  });

  it('says what of a price is duty and tax, and at which rate it was converted', () => {
    const request = dutyPaidLodging('1.25');
    const answers = answersOf(request, contentOf(request, 'EORI'));
    expect(at(answers, 'lines[0].additions.BC')).toMatchObject({
      value: '1472.00 GBP',
      source: { kind: 'assessment' },
    });
    expect(at(answers, 'exchange.GBP-USD')).toMatchObject({
      value: '1.25',
      source: { kind: 'rule', says: 'GB customs rates 2026-11' },
    });
  });

  it('says what is written off a permit, and where that was read', () => {
    const answers = page(withPermit());
    expect(at(answers, 'lines[0].documents.L100')).toMatchObject({ value: 'GBSIL2600417' });
    expect(at(answers, 'lines[0].documents.L100.writeOff')).toMatchObject({
      value: '40 NAR of 60 NAR left',
      source: { kind: 'document', documentId: '01938f00-0000-7000-8000-000000000013' },
    });
  });

  it('names who corrected a value, also a part of it', () => {
    const answers = page((request) => {
      request.corrections = [
        { field: 'lines[0].commodity', by: 'user:olive' },
        { field: 'lines[1].quantity.value', by: 'user:pat' },
      ];
    });
    expect(at(answers, 'lines[0].commodity')?.source).toEqual({ kind: 'person', says: 'corrected by user:olive' });
    expect(at(answers, 'lines[1].quantity')?.source).toEqual({ kind: 'person', says: 'corrected by user:pat' });
    expect(at(answers, 'lines[1].commodity')?.source.kind).not.toBe('person');
  });

  it('has every field once, and the same page for the same request', () => {
    const answers = page();
    expect(new Set(answers.map(({ field }) => field)).size).toBe(answers.length);
    expect(page()).toEqual(answers);
  });

  it('tells a version from the one before, field by field', () => {
    const after = page((request) => {
      request.goods.lines[0]!.commodity = '8517140000';
      request.goods.lines.pop();
    });
    const told = differencesOf(page(), after);
    expect(told).toContainEqual({ field: 'lines[0].commodity', was: '8517130000', is: '8517140000' });
    expect(told).toContainEqual({ field: 'lines[1].commodity', was: '8471300000', is: null });
    expect(differencesOf(after, after)).toEqual([]);
  });
});
