import { readFile } from 'node:fs/promises'
import { RetryableError } from '../../pipeline/errors.ts'
import type { OpenSearchOptions } from './options.ts'

/** The headers that say who sends. Files are read each time, so that a password or token that is replaced is used at once. */
export async function credentialHeaders(options: OpenSearchOptions): Promise<Record<string, string>> {
  const { headers, username, password, passwordFile, bearerTokenFile } = options
  if (bearerTokenFile !== undefined) {
    const token = await readSecret('bearerTokenFile', bearerTokenFile)
    return { ...headers, authorization: `Bearer ${token}` }
  }
  if (username === undefined) return headers
  const secret =
    passwordFile === undefined ? (password ?? '') : await readSecret('passwordFile', passwordFile)
  return { ...headers, authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}` }
}

async function readSecret(option: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RetryableError(`cannot read ${option} ${file}`, { cause, needsOperator: true })
  })
  if (text.trim() !== '') return text.trim()
  throw new RetryableError(`${option} ${file} is empty`, { needsOperator: true })
}
