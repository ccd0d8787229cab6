/** A byte string that is looked for; each place may have several bytes. */
export interface Needle {
  /** The bytes of each place as Latin-1; six places at least. */
  readonly places: readonly string[]
  /** Looks at what is around the needle that begins at `at`, and says what it means: bits, 0 for nothing. */
  readonly meaning: (bytes: Buffer, at: number) => number
}

type Found = (at: number, meaning: number) => void

/** Bytes of a word. Of so many triples at the start of a needle one begins a word, wherever the needle begins. */
const STEP = 4

/** A needle that a triple may be a part of, `offset` bytes from its start. */
interface Candidate {
  readonly places: readonly Uint8Array[]
  readonly offset: number
  readonly meaning: Needle['meaning']
}

/** On machines that have the first byte of a word highest its last byte is the lowest. */
const DROPS_LAST = new Uint16Array(new Uint32Array([1]).buffer)[0] === 1 ? 8 : 0
const NONE: readonly Candidate[] = []
const NO_WORDS = new Uint32Array(0)

/** Finds many needles at once: it looks the first three bytes of each word up, those of four words together. */
export class NeedleSearch {
  /** By the hash of three bytes: 0, or an index of `#candidates`. */
  readonly #buckets = new Uint8Array(0x10000)
  readonly #candidates: (readonly Candidate[])[] = [NONE]

  /** @throws RangeError when there are more needles than a byte can tell apart */
  constructor(needles: readonly Needle[]) {
    const byHash = new Map<number, Candidate[]>()
    for (const { places, meaning } of needles) {
      const sets = places.map(placeOf)
      for (let offset = 0; offset < STEP; offset++)
        for (const hash of new Set(hashesOf(places.slice(offset, offset + 3))))
          byHash.set(hash, [...(byHash.get(hash) ?? NONE), { places: sets, offset, meaning }])
    }
    for (const [hash, candidates] of byHash) this.#buckets[hash] = this.#bucketOf(candidates)
  }

  #bucketOf(candidates: readonly Candidate[]): number {
    const known = this.#candidates.findIndex(list => isSame(list, candidates))
    if (known > 0) return known
    if (this.#candidates.length > 0xff) throw new RangeError('too many needles for one search')
    return this.#candidates.push(candidates) - 1
  }

  /** Calls `found` for each needle in `[from, to)` that means something, in about their order. */
  find(bytes: Buffer, from: number, to: number, found: Found): void {
    const buckets = this.#buckets
    // Words lie in memory where the offset is a multiple of four.
    const first = from + (-(bytes.byteOffset + from) & (STEP - 1))
    const count = Math.max(0, (to - first) >> 2)
    const words = count === 0 ? NO_WORDS : new Uint32Array(bytes.buffer, bytes.byteOffset + first, count)
    let i = 0
    for (; i + 3 < count; i += 4) {
      const hits =
        (buckets[hashOf(words[i] ?? 0)] ?? 0) |
        (buckets[hashOf(words[i + 1] ?? 0)] ?? 0) |
        (buckets[hashOf(words[i + 2] ?? 0)] ?? 0) |
        (buckets[hashOf(words[i + 3] ?? 0)] ?? 0)
      if (hits === 0) continue
      for (let k = i; k < i + 4; k++) {
        const bucket = buckets[hashOf(words[k] ?? 0)] ?? 0
        if (bucket !== 0) this.#check(bytes, first + STEP * k, from, to, bucket, found)
      }
    }
    for (let at = first + STEP * i; at + 2 < to; at += STEP) {
      const word = wordOf(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0)
      this.#check(bytes, at, from, to, buckets[hashOf(word)] ?? 0, found)
    }
  }

  /** Looks whether the triple at `i` is a part of a needle. */
  #check(bytes: Buffer, i: number, from: number, to: number, bucket: number, found: Found): void {
    const candidates = this.#candidates[bucket] ?? NONE
    for (let n = 0; n < candidates.length; n++) {
      const { places, offset, meaning } = candidates[n] as Candidate
      const at = i - offset
      if (at < from || at + places.length > to || !isAt(bytes, at, places)) continue
      const bits = meaning(bytes, at)
      if (bits !== 0) found(at, bits)
    }
  }
}

/** Of the first three bytes of a word. https://en.wikipedia.org/wiki/Hash_function#Fibonacci_hashing */
const hashOf = (word: number) => Math.imul(DROPS_LAST === 8 ? word << 8 : word >>> 8, 0x9e3779b1) >>> 16

/** The word that begins with these bytes. */
const wordOf = (a: number, b: number, c: number) =>
  DROPS_LAST === 8 ? a | (b << 8) | (c << 16) : (a << 24) | (b << 16) | (c << 8)

function hashesOf([first = '', second = '', third = '']: readonly string[]): number[] {
  const bytes = (text: string) => [...Buffer.from(text, 'latin1')]
  return bytes(first).flatMap(a => bytes(second).flatMap(b => bytes(third).map(c => hashOf(wordOf(a, b, c)))))
}

/** 1 for each byte that a place may have. */
function placeOf(characters: string): Uint8Array {
  const place = new Uint8Array(256)
  for (const byte of Buffer.from(characters, 'latin1')) place[byte] = 1
  return place
}

function isAt(bytes: Buffer, at: number, places: readonly Uint8Array[]): boolean {
  for (let i = 0; i < places.length; i++) if (places[i]?.[bytes[at + i] ?? 0] !== 1) return false
  return true
}

const isSame = (a: readonly Candidate[], b: readonly Candidate[]) =>
  a.length === b.length &&
  a.every(({ places, offset }, i) => places === b[i]?.places && offset === b[i].offset)
