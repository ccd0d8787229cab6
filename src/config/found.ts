import { hideUrlPasswords } from './hidden.ts'

const SHOWN_LENGTH = 60

/** What a value is, for `expected …, found …`: `"bzip2"`, `10 (number)`, `a list`; only its kind when it must not be shown. */
export function describeFound(value: unknown, hidden: boolean): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (value === '') return 'an empty string'
  if (hidden) return `a ${typeof value}`
  return typeof value === 'string' ? quote(value) : `${value} (${typeof value})`
}

function quote(text: string): string {
  const shown = hideUrlPasswords(text)
  return JSON.stringify(shown.length > SHOWN_LENGTH ? `${shown.slice(0, SHOWN_LENGTH)}…` : shown)
}
