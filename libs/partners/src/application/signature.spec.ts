import { newSecret, signedHeaders } from './signature.js';

it('signs as the reference libraries of Standard Webhooks verify', () => {
  const body = Buffer.from('{"test": 2432232314}');
  expect(
    signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']),
  ).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('gives a signature for each secret, over bytes that are no text too', () => {
  const secrets = [newSecret(), newSecret()];
  const signed = signedHeaders('id', 1, Buffer.from([0xff, 0xfe]), secrets)['webhook-signature'].split(' ');
  expect(signed).toHaveLength(2);
  expect(new Set(signed).size).toBe(2);
});

it('makes secrets of 32 bytes that are never alike', () => {
  const secrets = Array.from({ length: 50 }, newSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
});
