import type { AuditEvent } from './event.ts'
import { FIELD } from './fields.ts'

/** Who made the request. */
export interface Actor {
  /** The caller, also under impersonation; empty when authentication failed. */
  readonly username: string
  readonly groups: readonly string[]
  /** The username again when it is a service account's. */
  readonly service_account: string | undefined
  /** The peer of the connection: the last of sourceIPs. A client can forge all others by X-Forwarded-For. */
  readonly source_ip: string | undefined
  /** Whose rights were used, when it was not the caller's own. */
  readonly impersonated: { readonly username: string; readonly groups: readonly string[] } | undefined
}

/** Who made the request that an event belongs to. */
export function actorOf(event: AuditEvent): Actor {
  const username = event.username ?? ''
  const impersonated = event.text(FIELD.impersonatedUsername)
  return {
    username,
    groups: event.strings(FIELD.userGroups) ?? [],
    service_account: username.startsWith('system:serviceaccount:') ? username : undefined,
    source_ip: event.strings(FIELD.sourceIPs)?.at(-1),
    impersonated:
      impersonated === undefined
        ? undefined
        : { username: impersonated, groups: event.strings(FIELD.impersonatedGroups) ?? [] },
  }
}
