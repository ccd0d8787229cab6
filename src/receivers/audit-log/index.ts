import type { ReceiverType } from '../../pipeline/component.ts'
import { AuditLogReceiver } from './audit-log-receiver.ts'
import { auditLogOptions } from './options.ts'

/** Follows the audit log that an API server writes to disk. */
export const auditLogReceiver: ReceiverType<typeof auditLogOptions> = {
  type: 'auditLog',
  description: 'Follows the audit log of an API server on disk, through rotation, compression and restarts',
  options: auditLogOptions,
  create: (options, context) => new AuditLogReceiver(options, context),
}
