/** Below this length a needle is left to `Buffer.indexOf`. */
const SHORT = 4
const NONE: Buffer[] = []

/** Finds which of many byte strings comes next. Set Horspool over pairs of bytes: most bytes are never looked at. */
export class NeedleFinder {
  readonly #short: readonly Buffer[]
  readonly #long: readonly Buffer[]
  /** The long ones by the two bytes at which the window ends. */
  readonly #byPair: Buffer[][]
  /** Length of the shortest long one: the window that is moved over the bytes. */
  readonly #window: number
  /** How far the window may move, by the last two bytes in it; 0: a needle may begin here. */
  readonly #shift = new Uint8Array(0x10000)
  /** Offsets of what was found, in no order. */
  #found = new Int32Array(1024)
  #count = 0

  constructor(needles: readonly string[]) {
    const all = needles.map(needle => Buffer.from(needle))
    this.#short = all.filter(({ length }) => length < SHORT)
    this.#long = all.filter(({ length }) => length >= SHORT)
    this.#window = Math.min(255, ...this.#long.map(({ length }) => length))
    this.#shift.fill(this.#window - 1)
    this.#byPair = Array.from({ length: 0x10000 }, () => NONE)
    for (const needle of this.#long) {
      for (let i = 0; i + 1 < this.#window; i++) {
        const pair = (needle[i] ?? 0) | ((needle[i + 1] ?? 0) << 8)
        const shift = this.#window - 2 - i
        this.#shift[pair] = Math.min(this.#shift[pair] ?? 0, shift)
        if (shift === 0) this.#byPair[pair] = [...(this.#byPair[pair] ?? NONE), needle]
      }
    }
  }

  /** Offsets of all needles that lie in the first `end` bytes, ascending. Valid until the next call. */
  findAll(bytes: Buffer, end: number): Int32Array {
    this.#count = 0
    for (const needle of this.#short) this.#findShort(bytes, end, needle)
    if (this.#long.length > 0) this.#findLong(bytes, end)
    return this.#found.subarray(0, this.#count).sort()
  }

  #findShort(bytes: Buffer, end: number, needle: Buffer): void {
    const view = bytes.subarray(0, end)
    for (let at = view.indexOf(needle); at >= 0; at = view.indexOf(needle, at + 1)) this.#note(at)
  }

  /** Four windows at a time: each waits for memory, and the processor works on the others meanwhile. */
  #findLong(bytes: Buffer, end: number): void {
    const pairs = new DataView(bytes.buffer, bytes.byteOffset, end)
    const shift = this.#shift
    const last = this.#window - 2
    const quarter = end >> 2
    let i = last
    let j = quarter + last
    let k = 2 * quarter + last
    let l = 3 * quarter + last
    while (i < quarter + last && j < 2 * quarter + last && k < 3 * quarter + last && l < end - 1) {
      const a = shift[pairs.getUint16(i, true)]!
      const c = shift[pairs.getUint16(j, true)]!
      const d = shift[pairs.getUint16(k, true)]!
      const e = shift[pairs.getUint16(l, true)]!
      i += a === 0 ? this.#check(pairs, i) : a
      j += c === 0 ? this.#check(pairs, j) : c
      k += d === 0 ? this.#check(pairs, k) : d
      l += e === 0 ? this.#check(pairs, l) : e
    }
    this.#finish(pairs, i, quarter + last)
    this.#finish(pairs, j, 2 * quarter + last)
    this.#finish(pairs, k, 3 * quarter + last)
    this.#finish(pairs, l, end)
  }

  /** Moves the window whose last two bytes are at `i` on to `to`. */
  #finish(pairs: DataView, i: number, to: number): void {
    while (i < to && i < pairs.byteLength - 1) {
      const a = this.#shift[pairs.getUint16(i, true)]!
      i += a === 0 ? this.#check(pairs, i) : a
    }
  }

  /** Notes the needle whose window ends with the pair at `i`, if there is one; returns how far to move on. */
  #check(pairs: DataView, i: number): 1 {
    const start = i - this.#window + 2
    const needles = this.#byPair[pairs.getUint16(i, true)]!
    for (let n = 0; n < needles.length; n++) {
      if (!isAt(pairs, start, needles[n]!)) continue
      this.#note(start)
      break
    }
    return 1
  }

  #note(offset: number): void {
    if (this.#count === this.#found.length) {
      const larger = new Int32Array(2 * this.#count)
      larger.set(this.#found)
      this.#found = larger
    }
    this.#found[this.#count++] = offset
  }
}

function isAt(bytes: DataView, start: number, needle: Buffer): boolean {
  if (start + needle.length > bytes.byteLength) return false
  for (let i = 0; i < needle.length; i++) if (bytes.getUint8(start + i) !== needle[i]) return false
  return true
}
