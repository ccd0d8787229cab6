/** An audit event as `JSON.parse` gives it: only what the tests look at, and nothing of it certain. */
export interface RawEvent {
  readonly auditID?: string
  readonly stage?: string
  readonly verb?: string
  readonly requestURI?: string
  readonly user?: { readonly username?: string }
  readonly impersonatedUser?: { readonly username?: string }
  readonly sourceIPs?: readonly string[]
  readonly objectRef?: {
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly requestObject?: RawBody | readonly unknown[]
  readonly responseObject?: RawBody
  readonly requestReceivedTimestamp?: string
  readonly stageTimestamp?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** A pod, or something with a template of pods in it. */
export interface RawBody {
  readonly spec?: PodSpec & {
    readonly template?: { readonly spec?: PodSpec }
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } }
  }
}

/** What a pod asks for. */
export interface PodSpec {
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
  readonly containers?: readonly RawContainer[]
  readonly initContainers?: readonly RawContainer[]
  readonly ephemeralContainers?: readonly RawContainer[]
  readonly volumes?: readonly { readonly hostPath?: unknown }[]
}

/** A container of a pod. */
export interface RawContainer {
  readonly securityContext?: { readonly privileged?: boolean }
  readonly command?: readonly string[]
  readonly stdin?: boolean
  readonly tty?: boolean
}
