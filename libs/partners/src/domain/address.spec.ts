import { TidewaiterError } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { endpointUrl, mayDial } from './address.js';

const world = { loopback: false, ports: [443, 8443] };
const refusalOf = (text: string, rules = world): string => {
  try {
    return endpointUrl(text, rules);
  } catch (error) {
    return (error as TidewaiterError).code;
  }
};

describe('an address that may be dialled', () => {
  it.each(['93.184.216.34', '8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4009::1'])(
    'is public: %s',
    (address) => expect(mayDial(address, world)).toBe(true),
  );
  it.each([
    ['0.0.0.0', 'this network'],
    ['0.1.2.3', 'this network'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'shared by a carrier'],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['169.254.169.254', 'link-local: a cloud’s metadata'],
    ['172.16.0.1', 'private'],
    ['192.0.0.192', 'a cloud’s metadata'],
    ['192.0.2.1', 'documentation'],
    ['192.88.99.1', '6to4 relay'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'benchmark'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'IPv4-compatible'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['::ffff:0:127.0.0.1', 'IPv4-translated'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['64:ff9b:1::1', 'local NAT64'],
    ['100::1', 'discard'],
    ['2001::1', 'Teredo'],
    ['2001:2::1', 'benchmark'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::1', '6to4'],
    ['3fff::1', 'documentation'],
    ['5f00::1', 'SRv6'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'a cloud’s metadata'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['erp.acme.example', 'no address at all'],
  ])('is not %s (%s)', (address) => expect(mayDial(address, world)).toBe(false));
  it('is loopback where that was allowed, and nothing else of the inside', () => {
    const here = { ...world, loopback: true };
    expect([mayDial('127.0.0.1', here), mayDial('::1', here), mayDial('10.0.0.1', here)]).toEqual([true, true, false]);
  });
});

describe('an endpoint’s address at the door', () => {
  it.each(['https://erp.acme.example/hooks?from=tidewaiter', 'https://erp.acme.example:8443/'])('is %s', (url) =>
    expect(refusalOf(url)).toBe(url),
  );
  it.each([
    ['erp.acme.example', 'malformed'],
    ['https://', 'malformed'],
    ['https://erp.acme.example/#secret', 'malformed'],
    ['http://erp.acme.example/', 'scheme'],
    ['ftp://erp.acme.example/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['https://user:word@erp.acme.example/', 'credentials'],
    ['https://user@erp.acme.example/', 'credentials'],
    ['https://erp.acme.example:22/', 'port'],
    ['https://localhost/', 'address'],
    ['https://2130706433/', 'address'],
    ['https://0x7f000001/', 'address'],
    ['https://127.1/', 'address'],
    ['https://①②⑦.⓪.⓪.①/', 'address'],
    ['https://[::ffff:127.0.0.1]/', 'address'],
    ['https://[::1]/', 'address'],
    ['https://169.254.169.254/latest/meta-data', 'address'],
    ['http://127.0.0.1:9000/', 'scheme'],
  ])('is not %s (%s)', (url, what) => expect(refusalOf(url)).toBe(`partners.endpoint.url-${what}`));
  it('is this machine over plain http on any port where that was allowed, and nobody else’s', () => {
    const here = { ...world, loopback: true };
    expect(refusalOf('http://127.0.0.1:9000/hook', here)).toBe('http://127.0.0.1:9000/hook');
    expect(refusalOf('http://localhost:9000/hook', here)).toBe('http://localhost:9000/hook');
    expect(refusalOf('http://10.0.0.1/', here)).toBe('partners.endpoint.url-scheme');
    expect(refusalOf('http://u:p@127.0.0.1/', here)).toBe('partners.endpoint.url-credentials');
  });
  it('is never an inner address, however it is written', () => {
    const inner = fc.oneof(
      fc.tuple(fc.constant(127), fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(10), fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
    );
    fc.assert(
      fc.property(inner, fc.constantFrom('number', 'hex', 'octal', 'dots', 'mapped'), (bytes, form) => {
        const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
        const host = {
          number: String(number),
          hex: `0x${number.toString(16)}`,
          octal: bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
          dots: bytes.join('.'),
          mapped: `[::ffff:${bytes.join('.')}]`,
        }[form];
        expect(refusalOf(`https://${host}/`)).toBe('partners.endpoint.url-address');
      }),
    );
  });
});
