import { Refused } from '@tidewaiter/kernel';
import ipaddr from 'ipaddr.js';

/** What an endpoint's address may be. */
export interface AddressRules {
  /** addresses of this machine over plain http, on any port: for development only */
  loopback: boolean;
  /** ports of addresses in the world */
  ports: readonly number[];
}

/** Assigned for public use; all else of IPv6 (site-local, translated, SRv6, whatever comes) is somebody's inside. @see RFC 4291, 2.4 */
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');
/**
 * Inside of it, and beyond what ipaddr.js names. @see IANA special-purpose registries; RFC 3056 (6to4), RFC 9637 (documentation),
 * RFC 6890 (protocol assignments: Teredo, ORCHID, benchmarks and more)
 */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map((range) => ipaddr.parseCIDR(range));
/** @see RFC 6890 (protocol assignments, where 192.0.0.192 is a cloud's metadata), RFC 7526 (6to4 relays), RFC 2544 */
const SPECIAL_V4 = ['0.0.0.0/8', '192.0.0.0/24', '192.88.99.0/24', '198.18.0.0/15'].map((range) =>
  ipaddr.parseCIDR(range),
);

/**
 * Whether an address may be dialled. Judged is the very address that the connection goes to, never a name.
 *
 * @param text IPv4 or IPv6 without brackets
 */
export function mayDial(text: string, { loopback }: Pick<AddressRules, 'loopback'>): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  const range = address.range();
  if (range === 'loopback') return loopback;
  if (range !== 'unicast') return false;
  if (address.kind() === 'ipv4') return !SPECIAL_V4.some((special) => address.match(special));
  return address.match(GLOBAL_V6) && !SPECIAL_V6.some((special) => address.match(special));
}

/** The host of a parsed address as an IP address, null for a name. WHATWG parsing has turned 0x7f000001 and its like into dots by then. */
export function literalOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : null;
}

const isHere = (url: URL): boolean => {
  const literal = literalOf(url);
  return literal === null ? url.hostname === 'localhost' : ipaddr.parse(literal).range() === 'loopback';
};

/**
 * Checks an endpoint's address as a developer wrote it. What a name leads to is not asked here: it is checked on every dial.
 *
 * @returns the address as it will be dialled
 * @throws  Refused `partners.endpoint.url-malformed`, `-scheme`, `-credentials`, `-port`, `-address`
 */
export function endpointUrl(text: string, rules: AddressRules): string {
  const wrong = (what: string, says: string, advice: string): Refused =>
    new Refused(`partners.endpoint.url-${what}`, says, { advice, places: [{ pointer: 'body/url', reason: says }] });
  if (!URL.canParse(text)) throw wrong('malformed', 'This is no URL.', 'Give the whole address: https://host/path.');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw wrong('credentials', 'An address holds no name or password.', 'We sign what we send: check the signature.');
  }
  if (url.hash !== '') {
    throw wrong('malformed', 'What stands behind # is never sent.', 'Leave it out.');
  }
  if (rules.loopback && isHere(url) && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href;
  if (url.protocol !== 'https:') throw wrong('scheme', 'Events are sent over https only.', 'Give an https address.');
  const port = url.port === '' ? 443 : Number(url.port);
  if (!rules.ports.includes(port)) {
    throw wrong('port', `Port ${port} is not open for webhooks.`, `Use one of ${rules.ports.join(', ')}.`);
  }
  const literal = literalOf(url);
  if (url.hostname === 'localhost' || (literal !== null && !mayDial(literal, rules))) {
    throw wrong('address', 'This address does not lie in the public internet.', 'Give one that the world can reach.');
  }
  return url.href;
}
