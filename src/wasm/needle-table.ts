import { both, EMPTY_WINDOW, rarestWindow, shareOf, type Window } from './needle-window.ts'

/** A byte string that is looked for: of each of its places the bytes that may stand there, as Latin-1. A string has one for each. */
export type Needle = string | readonly string[]

// Layout of the table, as assembly/needles.ts reads it.
const FIRST_ENTRIES = 128
const ENTRIES = 192
const ENTRY_SIZE = 16
const PLACE_SIZE = 32
const GROUPS = 8

/** A needle, and which of its bytes it is found by. */
interface Entry {
  readonly index: number
  readonly places: readonly string[]
  readonly offset: number
  readonly window: Window
}

/** Needles that are found together, by what fits the window of any of them. */
interface Group {
  readonly entries: Entry[]
  window: Window
}

/** A table by which the needles are found at once. It may lie anywhere in memory. */
export function needleTable(needles: readonly Needle[]): Buffer {
  const placesAt = ENTRIES + ENTRY_SIZE * needles.length
  const places = needles.reduce((sum, { length }) => sum + length, 0)
  const table = Buffer.alloc(placesAt + PLACE_SIZE * places)
  let entryAt = ENTRIES
  let placeAt = placesAt
  for (const [bit, { entries, window }] of grouped(needles.map(entryOf)).entries()) {
    for (const [k, halves] of window.entries())
      for (let half = 0; half < 32; half++) if ((halves >>> half) & 1) addBit(table, 32 * k + half, bit)
    for (const entry of entries) {
      const words = [entry.index, entry.offset, entry.places.length, placeAt]
      for (const [i, word] of words.entries()) table.writeUInt32LE(word, entryAt + 4 * i)
      entryAt += ENTRY_SIZE
      for (const place of entry.places) {
        for (const byte of Buffer.from(place, 'latin1')) addBit(table, placeAt + (byte >> 3), byte & 7)
        placeAt += PLACE_SIZE
      }
    }
    table.writeUInt32LE((entryAt - ENTRIES) / ENTRY_SIZE, FIRST_ENTRIES + 4 * (bit + 1))
  }
  return table
}

function addBit(table: Buffer, at: number, bit: number): void {
  table[at] = (table[at] ?? 0) | (1 << bit)
}

function entryOf(needle: Needle, index: number): Entry {
  const places = [...needle]
  return { index, places, ...rarestWindow(places) }
}

/** Those with the same window are in one group; when there are more windows than groups, similar ones are, too. */
function grouped(entries: readonly Entry[]): Group[] {
  const groups = Array.from({ length: GROUPS }, (): Group => ({ entries: [], window: EMPTY_WINDOW }))
  const byWindow = new Map<string, Group>()
  for (const entry of entries) {
    const key = String(entry.window)
    const unused = groups.find(({ entries }) => entries.length === 0)
    const group = byWindow.get(key) ?? unused ?? nearest(groups, entry)
    byWindow.set(key, group)
    group.entries.push(entry)
    group.window = both(group.window, entry.window)
  }
  return groups
}

/** The group whose window the entry makes the least more common. */
function nearest(groups: readonly Group[], entry: Entry): Group {
  const rises = groups.map(({ window }) => shareOf(both(window, entry.window)) - shareOf(window))
  return groups[rises.indexOf(Math.min(...rises))] as Group
}
