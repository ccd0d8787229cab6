import { any, between, type Query } from './query.ts'

/**
 * All addresses but the private, shared, loopback and link-local ones: 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12,
 * 192.168/16, ::1, fc00::/7 and fe80::/10 (RFC 1918, 6598, 3927, 4193, 4291). As ranges of what is outside, not of what
 * is inside: a client can add a private address to the list, but not take its own one away.
 */
const OUTSIDE: readonly (readonly [from: string, to: string])[] = [
  ['0.0.0.0', '9.255.255.255'],
  ['11.0.0.0', '100.63.255.255'],
  ['100.128.0.0', '126.255.255.255'],
  ['128.0.0.0', '169.253.255.255'],
  ['169.255.0.0', '172.15.255.255'],
  ['172.32.0.0', '192.167.255.255'],
  ['192.169.0.0', '255.255.255.255'],
  // IPv4 lies in ::ffff:0:0/96.
  ['::2', '::fffe:ffff:ffff'],
  ['::1:0:0:0', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe00::', 'fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fec0::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
]

/** At least one address in `field` belongs to no private network. */
export function isOutside(field: string): Query {
  return any(...OUTSIDE.map(([from, to]) => between(field, from, to)))
}
