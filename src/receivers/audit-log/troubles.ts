import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What is the matter with a file and what to do about it. WARN: it will come; ERROR: somebody must act. */
export interface Trouble {
  readonly level: 'warn' | 'error'
  readonly message: string
}

/** Code of the error that says that a name is a link to nothing. */
export const DANGLING = 'DANGLING'

/** The error's code, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** Whether the name is that of a folder, a device or a link to nothing: there is no content that may come back. */
export function isNoFile(error: unknown): boolean {
  return ['EISDIR', 'ENOTFILE', 'ELOOP', DANGLING].includes(codeOf(error) ?? '')
}

/** Why a file of the log cannot be read, in words for an operator. */
export async function troubleWith(path: string, error: Error): Promise<Trouble> {
  switch (codeOf(error)) {
    case 'ENOENT':
      return { level: 'warn', message: await whatIsMissing(path) }
    case 'EACCES':
    case 'EPERM':
      return {
        level: 'error',
        message: `cannot read ${path}: permission denied. API servers write it with mode 0600 as root: run as root (runAsUser: 0)`,
      }
    case 'EISDIR':
    case 'ENOTFILE':
      return {
        level: 'error',
        message:
          `cannot read ${path}: expected a regular file, found something else (${error.message}). ` +
          'A hostPath mount of a file that does not exist makes a folder: mount the folder of the log instead',
      }
    case DANGLING:
      return {
        level: 'error',
        message: `cannot read ${path}: it is a link to nothing. Remove it, or mount what it points to`,
      }
    default:
      return { level: 'error', message: `cannot read ${path}: ${error.message}` }
  }
}

async function whatIsMissing(path: string): Promise<string> {
  const folder = dirname(path)
  const folderExists = await stat(folder).then(
    () => true,
    () => false,
  )
  if (folderExists)
    return `waiting for ${path}: there is no such file. The API server writes it when --audit-policy-file and --audit-log-path are set; another place is set by provider, pathPrefix and filename`
  return `waiting for ${path}: there is no folder ${folder}. Is it mounted here? Another one is set by provider or pathPrefix`
}
