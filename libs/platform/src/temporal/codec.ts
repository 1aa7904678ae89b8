import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';

const ENCODING = Buffer.from('binary/tidewaiter-a256gcm');
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const NONCE = 12;
const TAG = 16;

const bindingOf = (context: SerializationContext | undefined): string =>
  context?.workflowId === undefined ? '' : `${context.namespace}/${context.workflowId}`;

/**
 * Encrypts every payload that reaches Temporal: AES-256-GCM, 96-bit random nonce, key id in the metadata, bound to
 * namespace and workflow id so that a payload cannot be moved to another workflow. What is encoded for no workflow (the
 * arguments of a schedule) is bound to none. Plain payloads are refused.
 *
 * @param keys 32 bytes each, by id; `current` encrypts, all decrypt, so that keys can be rotated
 */
export class EncryptionCodec implements PayloadCodec {
  constructor(
    private readonly keys: ReadonlyMap<string, Buffer>,
    private readonly current: string,
  ) {}

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const binding = bindingOf(context);
    return payloads.map((payload) => ({
      metadata: {
        encoding: ENCODING,
        'key-id': Buffer.from(this.current),
        bound: Buffer.from(binding === '' ? 'no' : 'yes'),
      },
      data: seal(this.key(this.current), binding, PayloadMessage.encode(payload).finish()),
    }));
  }

  /** @throws Error for a payload that is plain, of an unknown key, altered, or another workflow's */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map(({ metadata, data }) => {
      const read = (name: string): string => Buffer.from(metadata?.[name] ?? []).toString();
      if (read('encoding') !== ENCODING.toString() || !data) {
        throw new Error('a payload that is not encrypted was refused');
      }
      const binding = read('bound') === 'yes' ? bindingOf(context) : '';
      return PayloadMessage.decode(unseal(this.key(read('key-id')), binding, Buffer.from(data)));
    });
  }

  private key(id: string): Buffer {
    const key = this.keys.get(id);
    if (!key) throw new Error(`no payload key ${id}`);
    return key;
  }
}

function seal(key: Buffer, binding: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(binding));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Buffer, binding: string, sealed: Buffer): Buffer {
  // Node takes a shorter tag for a valid one unless its length is named: four bytes of it could be guessed.
  if (sealed.length < NONCE + TAG) throw new Error('a payload is too short to be an encrypted one');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(binding)).setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
}

/**
 * Encodes messages and stack traces of failures, so that the codec reaches them too. A file of its own beside the
 * sources, and not TypeScript: Temporal loads it by path, in the process and in the workflows' bundle.
 */
export const failureConverterPath = fileURLToPath(new URL('../../failure-converter.cjs', import.meta.url));

/** The converter that every client and worker uses. */
export const dataConverter = (key: Buffer) => ({
  failureConverterPath,
  payloadCodecs: [new EncryptionCodec(new Map([['k1', key]]), 'k1')],
});
