import { fieldEnd, fieldStart } from './event'
import { unusualTimes } from './imports'
import { QUOTE } from './json'

// Of src/audit/fields.ts; a test compares what comes of it with what JavaScript makes.
const RECEIVED_TIMESTAMP: u32 = 35
const STAGE_TIMESTAMP: u32 = 36
const TIMESTAMP: u32 = 40

/** `"2026-05-04T10:00:00.123456Z"`, quotes included. */
const LENGTH: usize = 29
const SECONDS_PER_DAY: i64 = 86_400

/** Nanoseconds since 1970 of the event that is encoded. */
export let eventTime: u64 = 0
export let hasTime: bool = false
/** Microseconds it took; NaN when that is not known. */
export let latency: f64 = 0
/** Whether all of that was found here, because the timestamps are as Go writes them. */
export let isUsual: bool = false

/** What JavaScript makes of an event whose timestamps are not as Go writes them. */
export function setTimes(time: u64, isKnown: i32, microseconds: f64): void {
  eventTime = time
  hasTime = isKnown !== 0
  latency = microseconds
}

/** Finds time and latency of the event. */
export function findTimes(): void {
  const stage = fieldStart(TIMESTAMP) === 0 ? timeOf(STAGE_TIMESTAMP) : -1
  const hasReceived = fieldStart(RECEIVED_TIMESTAMP) !== 0
  const received = hasReceived ? timeOf(RECEIVED_TIMESTAMP) : 0
  isUsual = stage >= 0 && received >= 0
  if (!isUsual) {
    unusualTimes()
    return
  }
  eventTime = (stage as u64) * 1000
  hasTime = true
  latency = hasReceived ? ((stage - received) as f64) : NaN
}

/** Microseconds since 1970 of a timestamp as Go writes it, or -1. */
function timeOf(field: u32): i64 {
  const start = fieldStart(field)
  if (start === 0 || load<u8>(start) !== QUOTE || fieldEnd(field) - start !== LENGTH) return -1
  const at = start + 1
  const isDate = load<u8>(at, 4) === 0x2d && load<u8>(at, 7) === 0x2d && load<u8>(at, 10) === 0x54
  const isTime = load<u8>(at, 13) === 0x3a && load<u8>(at, 16) === 0x3a && load<u8>(at, 19) === 0x2e
  if (!isDate || !isTime || load<u8>(at, 26) !== 0x5a) return -1
  const year = twoDigits(at) * 100 + twoDigits(at + 2)
  const month = twoDigits(at + 5)
  const day = twoDigits(at + 8)
  const hour = twoDigits(at + 11)
  const minute = twoDigits(at + 14)
  const second = twoDigits(at + 17)
  const micros = twoDigits(at + 20) * 10_000 + twoDigits(at + 22) * 100 + twoDigits(at + 24)
  // Two digits that are none are far below zero, and stay there.
  if (year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 || day > lengthOf(month)) return -1
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || micros < 0) return -1
  const seconds = dayNumber(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second
  return seconds * 1_000_000 + micros
}

function twoDigits(at: usize): i64 {
  const tens = (load<u8>(at) as i64) - 0x30
  const ones = (load<u8>(at, 1) as i64) - 0x30
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1_000_000 : tens * 10 + ones
}

/** Days of the month; 28 of February, whose 29th is left to JavaScript. */
function lengthOf(month: i64): i64 {
  if (month === 2) return 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01. Years begin in March here, so a leap day is the last of its year. */
function dayNumber(year: i64, month: i64, day: i64): i64 {
  const y = month > 2 ? year : year - 1
  const leapDays = y / 4 - y / 100 + y / 400
  const dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
  return y * 365 + leapDays + dayOfYear - 719_468
}
