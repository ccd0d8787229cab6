import { BlockList, isIP } from 'node:net'

/** A set of IP addresses. */
export interface AddressRange {
  /** Whether an address belongs to it; false for what is no IP address. */
  has(address: string): boolean
}

type Family = 'ipv4' | 'ipv6'
const familyOf = (address: string): Family | undefined => (({ 4: 'ipv4', 6: 'ipv6' }) as const)[isIP(address)]

/** Private, shared, loopback and link-local networks (RFC 1918, 6598, 4193, 3927, 4291). */
const INSIDE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]
/** Made when it is asked: few questions do. */
let inside: BlockList | undefined

/** All addresses but private, shared, loopback and link-local ones. IPv4 written as IPv6 (`::ffff:10.0.0.1`) counts as IPv4. */
export const OUTSIDE: AddressRange = {
  has(address) {
    const family = familyOf(address)
    if (family === undefined) return false
    inside ??= blockList(INSIDE)
    return !inside.check(address, family)
  },
}

/** The range that `10.0.0.7`, `10.0.0.0/8` or `fd00::/8` means; undefined when the text is none of that. */
export function addressRange(text: string): AddressRange | undefined {
  const [address = '', bits, ...more] = text.split('/')
  const family = familyOf(address)
  const most = family === 'ipv4' ? 32 : 128
  const isWellFormed = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
  if (family === undefined || !isWellFormed || more.length > 0) return undefined
  const list = blockList([text])
  return {
    has(candidate) {
      const candidateFamily = familyOf(candidate)
      return candidateFamily !== undefined && list.check(candidate, candidateFamily)
    },
  }
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = familyOf(address) ?? 'ipv4'
    list.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  return list
}
