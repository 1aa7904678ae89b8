import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';

const ENCODING = Buffer.from('binary/tidewaiter-a256gcm');

const bindingOf = (context: SerializationContext | undefined): string =>
  context?.workflowId === undefined ? '' : `${context.namespace}/${context.workflowId}`;

/**
 * Encrypts every payload that reaches Temporal: AES-256-GCM, 96-bit random nonce, key id in the metadata, bound to
 * namespace and workflow id so that a payload cannot be moved to another workflow. Plain payloads are refused.
 *
 * @param keys by id; `current` encrypts, all decrypt, so that keys can be rotated
 */
export class EncryptionCodec implements PayloadCodec {
  constructor(
    private readonly keys: ReadonlyMap<string, Buffer>,
    private readonly current: string,
  ) {}

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const binding = bindingOf(context);
    return payloads.map((payload) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', this.key(this.current), nonce);
      cipher.setAAD(Buffer.from(binding));
      const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
      const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return {
        metadata: { encoding: ENCODING, 'key-id': Buffer.from(this.current), bound: Buffer.from(binding === '' ? 'no' : 'yes') },
        data: sealed,
      };
    });
  }

  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map((payload) => {
      const { metadata, data } = payload;
      if (!metadata?.['encoding'] || Buffer.compare(metadata['encoding'], ENCODING) !== 0 || !data) {
        throw new Error('a payload that is not encrypted was refused');
      }
      const bound = Buffer.from(metadata['bound'] ?? []).toString() === 'yes';
      const key = this.key(Buffer.from(metadata['key-id'] ?? []).toString());
      const sealed = Buffer.from(data);
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      decipher.setAAD(Buffer.from(bound ? bindingOf(context) : ''));
      decipher.setAuthTag(sealed.subarray(sealed.length - 16));
      const plain = Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]);
      return proto.temporal.api.common.v1.Payload.decode(plain);
    });
  }

  private key(id: string): Buffer {
    const key = this.keys.get(id);
    if (!key) throw new Error(`no payload key ${id}`);
    return key;
  }
}

/** The converter that every client and worker uses. */
export const dataConverter = (key: Buffer) => ({ payloadCodecs: [new EncryptionCodec(new Map([['k1', key]]), 'k1')] });
