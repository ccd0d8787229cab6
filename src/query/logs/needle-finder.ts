/** Below this length a needle is left to `Buffer.indexOf`. */
const SHORT = 4

/** Finds which of many byte strings comes next. Set Horspool over pairs of bytes: most bytes are never looked at. */
export class NeedleFinder {
  readonly #short: readonly Buffer[]
  readonly #long: readonly Buffer[]
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
    for (const needle of this.#long) {
      for (let i = 0; i + 1 < this.#window; i++) {
        const pair = (needle[i] ?? 0) | ((needle[i + 1] ?? 0) << 8)
        this.#shift[pair] = Math.min(this.#shift[pair] ?? 0, this.#window - 2 - i)
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
  #findLong(b: Buffer, end: number): void {
    const shift = this.#shift
    const last = this.#window - 1
    const quarter = end >> 2
    let i = last
    let j = quarter + last
    let k = 2 * quarter + last
    let l = 3 * quarter + last
    while (i < quarter + last && j < 2 * quarter + last && k < 3 * quarter + last && l < end) {
      const a = shift[b[i - 1]! | (b[i]! << 8)]!
      const c = shift[b[j - 1]! | (b[j]! << 8)]!
      const d = shift[b[k - 1]! | (b[k]! << 8)]!
      const e = shift[b[l - 1]! | (b[l]! << 8)]!
      i += a === 0 ? this.#check(b, i, end) : a
      j += c === 0 ? this.#check(b, j, end) : c
      k += d === 0 ? this.#check(b, k, end) : d
      l += e === 0 ? this.#check(b, l, end) : e
    }
    this.#finish(b, i, Math.min(quarter + last, end), end)
    this.#finish(b, j, Math.min(2 * quarter + last, end), end)
    this.#finish(b, k, Math.min(3 * quarter + last, end), end)
    this.#finish(b, l, end, end)
  }

  /** Moves one window on to `to`. */
  #finish(b: Buffer, i: number, to: number, end: number): void {
    while (i < to) {
      const a = this.#shift[b[i - 1]! | (b[i]! << 8)]!
      i += a === 0 ? this.#check(b, i, end) : a
    }
  }

  /** Notes the needle whose window ends at `i`, if there is one; returns how far to move on. */
  #check(b: Buffer, i: number, end: number): 1 {
    const start = i - this.#window + 1
    if (this.#long.some(needle => isAt(b, start, end, needle))) this.#note(start)
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

function isAt(b: Buffer, start: number, end: number, needle: Buffer): boolean {
  if (start + needle.length > end) return false
  for (let i = 0; i < needle.length; i++) if (b[start + i] !== needle[i]) return false
  return true
}
