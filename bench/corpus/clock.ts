/** The time in the corpus, in microseconds since 1970, as the API server keeps it. */
export class Clock {
  now = Date.UTC(2026, 6, 14, 8) * 1000

  advance(microseconds: number): void {
    this.now += microseconds
  }

  /** A MicroTime: six fractional digits. */
  microTime(offset = 0): string {
    const time = this.now + offset
    return `${isoSeconds(time)}.${String(time % 1_000_000).padStart(6, '0')}Z`
  }

  /** A Time: whole seconds. */
  time(offset = 0): string {
    return `${isoSeconds(this.now + offset)}Z`
  }
}

function isoSeconds(microseconds: number): string {
  return new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19)
}
