import { dirname } from 'node:path'
import { RetryableError } from '../../pipeline/errors.ts'

/** A failure to write `path`, in words for the operator who has to repair it. */
export function fileError(path: string, error: unknown): RetryableError {
  const hint = hintOf((error as NodeJS.ErrnoException).code, path)
  return new RetryableError(`cannot write ${path}${hint && ` (${hint})`}`, {
    cause: error,
    needsOperator: true,
  })
}

function hintOf(code: string | undefined, path: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `user id ${process.getuid?.()} needs the right to write the file and the folder ${dirname(path)}`
    case 'EROFS':
      return 'the file system is read-only'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full: free some space, or lower maxSize or maxFiles'
    case 'EISDIR':
      return 'it is a folder: set `path` to the name of a file'
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is a file where a folder is expected'
    case 'EIO':
      return 'the disk reports an error: look at the kernel log'
    default:
      return ''
  }
}
