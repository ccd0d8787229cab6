import { BlockList, isIP } from 'node:net'

/** Addresses whose answer is remembered: most requests come from a few. */
const MOST_KNOWN = 1000

type Family = 'ipv4' | 'ipv6'
const familyOf = (address: string): Family | undefined => (({ 4: 'ipv4', 6: 'ipv6' }) as const)[isIP(address)]

/** A set of IP addresses, in which IPv4 written as IPv6 (`::ffff:10.0.0.1`) counts as IPv4. */
export class AddressRange {
  readonly #list = new BlockList()
  readonly #known = new Map<string, boolean>()
  /** First address and number of free bits of a network of IPv4. */
  #ipv4: { readonly first: number; readonly free: number } | undefined

  /** @throws SyntaxError unless `text` is an address or a network such as `10.0.0.0/8` or `fd00::/8` */
  constructor(text: string) {
    const [address = '', bits, ...more] = text.split('/')
    const family = familyOf(address)
    const most = family === 'ipv4' ? 32 : 128
    const length = bits === undefined ? most : Number(bits)
    if (
      family === undefined ||
      (bits !== undefined && !/^\d{1,3}$/.test(bits)) ||
      length > most ||
      more.length > 0
    )
      throw new SyntaxError(`expected an address or network such as 10.0.0.7, 10.0.0.0/8 or fd00::/8`)
    this.#list.addSubnet(address, length, family)
    if (family === 'ipv4')
      this.#ipv4 = { first: ipv4Of(Buffer.from(address), 0, address.length), free: 32 - length }
  }

  /** The same of an address as bytes. IPv4 takes a twentieth of the time that `has` does. */
  hasBytes(b: Buffer, from: number, to: number): boolean {
    const address = ipv4Of(b, from, to)
    if (address < 0) return this.has(b.toString('latin1', from, to))
    if (this.#ipv4 === undefined) return false
    const { first, free } = this.#ipv4
    return Math.floor(address / 2 ** free) === Math.floor(first / 2 ** free)
  }

  /** Whether an address belongs to it; false for what is no IP address. */
  has(address: string): boolean {
    let answer = this.#known.get(address)
    if (answer !== undefined) return answer
    const family = familyOf(address)
    answer = family !== undefined && this.#list.check(address, family)
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(address, answer)
    return answer
  }
}

/** The number that an IPv4 address is, or -1 when the bytes are none. */
function ipv4Of(b: Buffer, from: number, to: number): number {
  let address = 0
  let part = -1
  let dots = 0
  for (let i = from; i < to; i++) {
    const digit = (b[i] ?? 0) - 0x30
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return -1 // a leading zero
      part = part < 0 ? digit : part * 10 + digit
      if (part > 255) return -1
    } else if (b[i] === DOT && part >= 0 && dots < 3) {
      address = address * 256 + part
      part = -1
      dots++
    } else return -1
  }
  return dots === 3 && part >= 0 ? address * 256 + part : -1
}

const DOT = 0x2e
