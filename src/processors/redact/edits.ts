/** A range of a buffer and what stands there instead. */
export interface Edit {
  readonly start: number
  readonly end: number
  /** JSON text, or a part of a JSON string; ASCII. */
  readonly text: string
  /** Why: a rule's name. */
  readonly rule: string
  /** Which part of the event, such as `requestObject.data.password`. */
  readonly where: string
}

/** The edits in order, without those inside another one. */
export function outermost(edits: readonly Edit[]): Edit[] {
  const kept: Edit[] = []
  for (const edit of edits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1)
    if (last === undefined || edit.start >= last.end) kept.push(edit)
    else if (edit.end > last.end) kept[kept.length - 1] = { ...last, end: edit.end }
  }
  return kept
}

/** The bytes `[start, end)` of a buffer after edits that are in order and do not overlap, in a new buffer. */
export function edited(buffer: Buffer, start: number, end: number, edits: readonly Edit[]): Buffer {
  const growth = edits.reduce((sum, edit) => sum + edit.text.length - (edit.end - edit.start), 0)
  const line = Buffer.allocUnsafeSlow(end - start + growth)
  let from = start
  let to = 0
  for (const edit of edits) {
    to += buffer.copy(line, to, from, edit.start)
    to += line.write(edit.text, to, 'latin1')
    from = edit.end
  }
  buffer.copy(line, to, from, end)
  return line
}
