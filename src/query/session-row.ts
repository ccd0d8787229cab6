import type { Row } from './row.ts'

type Maybe<Value> = Value | null | undefined

/** What a row of `change_events` may keep of interactive access: a `ChangeEvent` has all of it, kubechronicle's rows a part. */
export interface Session {
  readonly timestamp: string | undefined
  readonly operation: string
  readonly resource_kind: string
  readonly namespace: string
  readonly name: string
  readonly actor: {
    readonly username?: string | undefined
    readonly source_ip?: string | undefined
    readonly impersonated?: { readonly username?: string | undefined } | undefined
  }
  readonly source: { readonly tool?: string }
  readonly allowed: Maybe<boolean>
  readonly exec_metadata: {
    readonly command?: readonly string[] | undefined
    readonly container?: string | undefined
    readonly stdin?: boolean
    readonly tty?: boolean
    readonly node_name?: string | undefined
    readonly image?: string | undefined
  } | null
  readonly audit_id: Maybe<string>
  readonly stage: Maybe<string>
  readonly response_code: Maybe<number>
  readonly ended_at: Maybe<string>
  readonly duration_ms: Maybe<number>
}

/** What is known of a request for interactive access. */
export function sessionRow({ actor, exec_metadata: exec, ...session }: Session): Row {
  return {
    started: session.timestamp,
    user: actor.username,
    as: actor.impersonated?.username,
    source_ip: actor.source_ip,
    operation: session.operation,
    kind: session.resource_kind,
    namespace: session.namespace === '' ? undefined : session.namespace,
    name: session.name,
    container: exec?.container,
    node: exec?.node_name,
    command: exec?.command,
    image: exec?.image,
    stdin: exec?.stdin,
    tty: exec?.tty,
    allowed: session.allowed ?? undefined,
    code: session.response_code ?? undefined,
    ended: session.ended_at ?? undefined,
    duration_ms: session.duration_ms ?? undefined,
    tool: session.source.tool,
    stage: session.stage ?? undefined,
    audit_id: session.audit_id ?? undefined,
  }
}
