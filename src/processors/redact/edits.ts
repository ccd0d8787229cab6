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

/** How many bytes more a line has after edits. */
export function growthBy(edits: readonly Edit[]): number {
  let growth = 0
  for (const { start, end, text } of edits) growth += text.length - (end - start)
  return growth
}

/** Writes the bytes `[start, end)` of a buffer to `at` of `target`, after edits that are in order and do not overlap; returns where they end. */
export function writeEdited(
  target: Buffer,
  at: number,
  buffer: Buffer,
  start: number,
  end: number,
  edits: readonly Edit[],
): number {
  for (const edit of edits) {
    at += buffer.copy(target, at, start, edit.start)
    at += target.write(edit.text, at, 'latin1')
    start = edit.end
  }
  return at + buffer.copy(target, at, start, end)
}
