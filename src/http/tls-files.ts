import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { RetryableError } from '../pipeline/errors.ts'
import type { TlsOptions } from './tls-options.ts'

/** Contents of the certificate files that are configured. */
export interface TlsFiles {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** @throws RetryableError that needs an operator when a file cannot be read or is no certificate or key */
export async function readTlsFiles(tls: TlsOptions): Promise<TlsFiles> {
  const [ca, cert, key] = await Promise.all([
    readPem('tls.caFile', tls.caFile),
    readPem('tls.certFile', tls.certFile),
    readPem('tls.keyFile', tls.keyFile),
  ])
  const files = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  try {
    if (cert !== undefined) createSecureContext(files)
  } catch (cause) {
    const names = `tls.certFile ${tls.certFile} and tls.keyFile ${tls.keyFile}`
    const message = `cannot use ${names}: expected a certificate and its private key, in PEM`
    throw new RetryableError(message, { cause, needsOperator: true })
  }
  return files
}

/** Whether files have been replaced since they were read. Those that cannot be read count as being replaced just now. */
export async function areReplaced(files: TlsFiles, tls: TlsOptions): Promise<boolean> {
  const now = await readTlsFiles(tls).catch(() => undefined)
  if (now === undefined) return false
  const names = ['ca', 'cert', 'key'] as const
  return names.some(name => now[name]?.equals(files[name] ?? Buffer.alloc(0)) === false)
}

async function readPem(option: string, file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined
  try {
    return await readFile(file)
  } catch (cause) {
    throw new RetryableError(`cannot read ${option} ${file}`, { cause, needsOperator: true })
  }
}
