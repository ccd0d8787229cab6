import { readFile } from 'node:fs/promises'
import { ConfigError } from './problem.ts'

/**
 * The text of a configuration file.
 * @throws ConfigError when it is missing, unreadable, a directory or not UTF-8
 */
export async function readConfigFile(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (error) {
    const message = `cannot read the configuration: ${readFailure(error)}`
    throw new ConfigError([{ file, line: undefined, column: undefined, path: '', message }], { cause: error })
  }
}

const FAILURES: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'it is a directory, expected a file',
  EACCES: 'permission denied',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
}

/** Why a file could not be read, in words for an operator. */
export function readFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return FAILURES[code] ?? error.message
}
