import { BlockList, isIP } from 'node:net'

/** Addresses whose answer is remembered: most requests come from a few. */
const MOST_KNOWN = 1000

type Family = 'ipv4' | 'ipv6'
const familyOf = (address: string): Family | undefined => (({ 4: 'ipv4', 6: 'ipv6' }) as const)[isIP(address)]

/** A set of IP addresses, in which IPv4 written as IPv6 (`::ffff:10.0.0.1`) counts as IPv4. */
export class AddressRange {
  readonly #list = new BlockList()
  readonly #known = new Map<string, boolean>()

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
