import { readFile } from 'node:fs/promises'
import { RetryableError } from '../pipeline/errors.ts'

/**
 * The token in `file`, what the option `bearerTokenFile` names.
 * @throws RetryableError that needs an operator when there is none
 */
export async function readToken(file: string): Promise<string> {
  const token = await readSecret('bearerTokenFile', file)
  if (/^[\x21-\x7e]+$/.test(token)) return token
  const expected = 'expected a token on one line, without spaces'
  throw new RetryableError(`bearerTokenFile ${file} is no token: ${expected}`, { needsOperator: true })
}

/**
 * What is in `file`, named by `option`, but for the line's end, which editors and `echo` add.
 * @throws RetryableError that needs an operator when there is nothing
 */
export async function readSecret(option: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RetryableError(`cannot read ${option} ${file}`, { cause, needsOperator: true })
  })
  const secret = text.replace(/[\r\n]+$/, '')
  if (secret !== '') return secret
  throw new RetryableError(`${option} ${file} is empty`, { needsOperator: true })
}
