import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import fc from 'fast-check';
import { dataConverter, EncryptionCodec } from './codec.js';

const workflow = (workflowId: string): SerializationContext => ({ type: 'workflow', namespace: 'default', workflowId });
const activity = (workflowId: string): SerializationContext => ({
  type: 'activity',
  namespace: 'default',
  activityId: '1',
  workflowId,
  isLocal: false,
});
const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: Payload): unknown => defaultPayloadConverter.fromPayload(payload);

describe('payload encryption', () => {
  const key = randomBytes(32);
  const codec = new EncryptionCodec(new Map([['k1', key]]), 'k1');
  const here = workflow('shipment/1');
  const sealed = async (value: unknown, context?: SerializationContext) =>
    (await codec.encode([plain(value)], context))[0]!;
  const opened = async (payload: Payload, context?: SerializationContext) =>
    valueOf((await codec.decode([payload], context))[0]!);

  it('gives back any value to the workflow it was for, and shows nothing of it on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await opened(await sealed(value, here), here)).toEqual(valueOf(plain(value)));
      }),
    );
    expect(Buffer.from((await sealed('northwind robotics', here)).data!).includes('northwind')).toBe(false);
  });

  it('lets an activity open what its workflow sent it', async () => {
    expect(await opened(await sealed({ total: '1.00' }, activity('shipment/1')), here)).toEqual({ total: '1.00' });
  });

  it('refuses a payload that was moved to another workflow or namespace, or stripped of its owner', async () => {
    const payload = await sealed('approve', here);
    await expect(opened(payload, workflow('shipment/2'))).rejects.toThrow();
    await expect(opened(payload, { ...here, namespace: 'other' })).rejects.toThrow();
    await expect(opened(payload)).rejects.toThrow();
    await expect(
      opened({ ...payload, metadata: { ...payload.metadata, bound: Buffer.from('no') } }, workflow('shipment/2')),
    ).rejects.toThrow();
  });

  it('opens anywhere what was encoded for no workflow, as a schedule does', async () => {
    expect(await opened(await sealed('acme'), here)).toBe('acme');
  });

  it('refuses a plain payload', async () => {
    await expect(opened(plain('acme'), here)).rejects.toThrow('not encrypted');
    await expect(opened({ metadata: {}, data: Buffer.from('"acme"') }, here)).rejects.toThrow('not encrypted');
  });

  it('never encrypts twice alike', async () => {
    expect((await sealed(1, here)).data).not.toEqual((await sealed(1, here)).data);
  });

  it('notices one changed bit, wherever it is, and a part that was cut off', async () => {
    const payload = await sealed({ amount: '891.10' }, here);
    const data = Buffer.from(payload.data!);
    for (let at = 0; at < data.length; at += 1) {
      const changed = Buffer.from(data);
      changed[at]! ^= 1 << (at % 8);
      await expect(opened({ ...payload, data: changed }, here)).rejects.toThrow();
    }
    for (let length = 1; length < data.length; length += 1) {
      await expect(opened({ ...payload, data: data.subarray(0, length) }, here)).rejects.toThrow();
    }
  });

  it('rotates keys: the new one encrypts, the old one still opens, a removed one does not', async () => {
    const old = await sealed('before', here);
    const rotated = new EncryptionCodec(
      new Map([
        ['k1', key],
        ['k2', randomBytes(32)],
      ]),
      'k2',
    );
    const fresh = (await rotated.encode([plain('after')], here))[0]!;
    expect(Buffer.from(fresh.metadata!['key-id']!).toString()).toBe('k2');
    expect(valueOf((await rotated.decode([old], here))[0]!)).toBe('before');
    expect(valueOf((await rotated.decode([fresh], here))[0]!)).toBe('after');
    await expect(codec.decode([fresh], here)).rejects.toThrow('no payload key k2');
  });

  it('names a converter that hides what failures say', async () => {
    const { failureConverter } = (await import(dataConverter(key).failureConverterPath)) as {
      failureConverter: {
        errorToFailure(
          error: unknown,
          converter: typeof defaultPayloadConverter,
        ): { message: string; encodedAttributes?: unknown };
      };
    };
    const failure = failureConverter.errorToFailure(new Error('Jane Roe is on the list'), defaultPayloadConverter);
    expect(failure.message).toBe('Encoded failure');
    expect(failure.encodedAttributes).toBeDefined();
  });
});
