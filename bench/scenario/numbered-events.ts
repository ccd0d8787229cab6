import { crc32 } from 'node:zlib'
import { corpusLines } from '../corpus/lines.ts'

/** In every auditID made here, and hardly anywhere else: `cccccccc-a0d1-4000-8000-nnnnnnnnnnnn`. */
const MARK = '-a0d1-4000-8000-'
const CHECKSUM_DIGITS = 8
const NUMBER_DIGITS = 12

/** So many different events are made; after that they come again with other numbers and times. */
const SHAPES = 1_000

const AUDIT_ID = '"auditID":"'
const RECEIVED = '"requestReceivedTimestamp":"'
const STAGE = '"stageTimestamp":"'
const TIME_LENGTH = '2006-01-02T15:04:05.000000Z'.length

/**
 * Audit events in the shapes of the benchmark's corpus, each with a number and a checksum of itself in its auditID: whoever
 * receives one sees which one it is and whether all its bytes are there, without knowing what was written.
 */
export class NumberedEvents {
  readonly #shapes: readonly Shape[]

  /** The same seed gives the same shapes. */
  constructor(seed: number) {
    const corpus = corpusLines(seed)
    this.#shapes = Array.from({ length: SHAPES }, () => shapeOf(corpus.next().value.text))
  }

  /** Event `number` (from 1) with its newline, as it happened at `time` (milliseconds since 1970). */
  line(number: number, time = Date.now()): Buffer {
    return numbered(this.#shape(number), number, time)
  }

  /** Event `number` with a response object as large as it takes for the line, newline included, to have `bytes` bytes. */
  large(number: number, bytes: number, time = Date.now()): Buffer {
    const shape = this.#shape(number)
    const withData = (data: string) => {
      const end = `${shape.end.slice(0, -1)},"responseObject":{"data":"${data}"}}`
      return numbered({ ...shape, end }, number, time)
    }
    return withData('x'.repeat(bytes - withData('').length))
  }

  #shape(number: number): Shape {
    const shape = this.#shapes[number % SHAPES]
    if (shape === undefined) throw new RangeError(`event number ${number}, expected a positive integer`)
    return shape
  }
}

function numbered({ start, middle, end }: Shape, number: number, time: number): Buffer {
  const microTime = new Date(time).toISOString().replace('Z', '000Z')
  const digits = String(number).padStart(NUMBER_DIGITS, '0')
  const rest = `${MARK}${digits}${middle}${RECEIVED}${microTime}","${STAGE.slice(1)}${microTime}${end}`
  const checksum = crc32(rest, crc32(start)).toString(16).padStart(CHECKSUM_DIGITS, '0')
  return Buffer.from(`${start}${checksum}${rest}\n`)
}

/** The number of the first event in these bytes, in whatever form it was shipped; undefined when there is none, or not all of it. */
export function numberIn(bytes: Buffer): number | undefined {
  const mark = bytes.indexOf(MARK)
  if (mark < 0) return undefined
  const from = mark + MARK.length
  const digits = bytes.toString('latin1', from, from + NUMBER_DIGITS)
  const number = digits.length === NUMBER_DIGITS ? Number(digits) : undefined
  return Number.isSafeInteger(number) ? number : undefined
}

/** Whether this is a whole line as it was written, without its newline. */
export function isUnaltered(line: Buffer): boolean {
  const mark = line.indexOf(MARK)
  if (mark < CHECKSUM_DIGITS) return false
  const start = line.subarray(0, mark - CHECKSUM_DIGITS)
  const checksum = Number.parseInt(line.toString('latin1', start.length, mark), 16)
  return crc32(line.subarray(mark), crc32(start)) === checksum
}

/** When the event was written, in milliseconds since 1970; undefined when the line does not say it. */
export function timeOf(line: Buffer): number | undefined {
  const at = line.lastIndexOf(STAGE)
  if (at < 0) return undefined
  const from = at + STAGE.length
  return Date.parse(line.toString('latin1', from, from + TIME_LENGTH))
}

/** An event without its auditID and its times. */
interface Shape {
  readonly start: string
  readonly middle: string
  readonly end: string
}

function shapeOf(line: string): Shape {
  const start = line.indexOf(AUDIT_ID) + AUDIT_ID.length
  const received = line.lastIndexOf(RECEIVED)
  const end = line.indexOf(STAGE, received) + STAGE.length + TIME_LENGTH
  const idLength = CHECKSUM_DIGITS + MARK.length + NUMBER_DIGITS
  return {
    start: line.slice(0, start),
    middle: line.slice(start + idLength, received),
    end: line.slice(end),
  }
}
