import { importOf, type Part } from './tariff-upload.js';

async function* partsOf(file: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  yield { type: 'field', fieldname: 'source', value: 'usitc-hts-csv' };
  yield { type: 'field', fieldname: 'validFrom', value: '2026-01-01' };
  yield* [{ type: 'file' as const, fieldname: 'file', file }];
}

async function drained(file: AsyncIterable<Buffer>, stalledAfterMs?: number): Promise<string> {
  const sent = await importOf(partsOf(file), stalledAfterMs);
  const chunks: Buffer[] = [];
  for await (const chunk of sent.file) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an upload', () => {
  it('gives the order and the file', async () => {
    async function* file(): AsyncGenerator<Buffer> {
      yield* [Buffer.from('a'), Buffer.from('b')];
    }
    expect((await importOf(partsOf(file()))).order).toEqual({
      source: 'usitc-hts-csv',
      destination: null,
      name: null,
      scope: null,
      validFrom: '2026-01-01',
      validTo: null,
    });
    expect(await drained(file())).toBe('ab');
  });

  it('that breaks off or stops coming is a file that was cut', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield* [Buffer.from('a')];
      throw new Error('gone');
    }
    await expect(drained(broken())).rejects.toMatchObject({ code: 'duties.tariff.cut', cause: { message: 'gone' } });
    const silent: AsyncIterable<Buffer> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    await expect(drained(silent, 1)).rejects.toMatchObject({
      code: 'duties.tariff.cut',
      cause: { message: 'nothing for 1 ms' },
    });
  });
});
