import { codeOf } from '../receivers/audit-log/troubles.ts'

/** Whether an error is that the reader has no right. */
export const isDenied = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(codeOf(error) ?? '')

/** What helps against that. */
export const AS_ROOT = 'sudo auditship doctor'
