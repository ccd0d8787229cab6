import { styleText } from 'node:util'
import type { TableStyle } from '../query/output/table.ts'

/** How tables look on stdout: as wide as the terminal; NO_COLOR, FORCE_COLOR and what the terminal can are obeyed. */
export function styleOfStdout(): TableStyle {
  const { stdout } = process
  return {
    width: stdout.isTTY === true ? stdout.columns : undefined,
    isColored: styleText('red', '.', { stream: stdout }) !== '.',
  }
}
