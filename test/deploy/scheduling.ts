/** What of a pod decides on which nodes it runs. */
export interface Placement {
  readonly affinity: {
    readonly nodeAffinity: {
      readonly requiredDuringSchedulingIgnoredDuringExecution: {
        readonly nodeSelectorTerms: readonly { readonly matchExpressions: readonly Expression[] }[]
      }
    }
  }
  readonly tolerations: readonly Toleration[]
}
interface Expression {
  readonly key: string
  readonly operator: string
}
interface Toleration extends Expression {
  readonly effect?: string
}

/** A node, as `kubectl describe node` shows it: `key` or `key=value`, and `key:Effect` or `key=value:Effect`. */
export interface ClusterNode {
  readonly labels: readonly string[]
  readonly taints: readonly string[]
}

/** Whether the scheduler puts the pod there. Only the operator `Exists` is understood. @throws Error on another */
export function runsOn(pod: Placement, node: ClusterNode): boolean {
  const labels = node.labels.map(label => label.split('=')[0])
  const { nodeSelectorTerms } = pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
  const wanted = nodeSelectorTerms.some(({ matchExpressions }) =>
    matchExpressions.every(expression => labels.includes(existing(expression))),
  )
  return (
    wanted && node.taints.every(taint => pod.tolerations.some(toleration => tolerates(toleration, taint)))
  )
}

function tolerates(toleration: Toleration, taint: string): boolean {
  const [, key, effect] = /^([^=:]+).*:(\w+)$/.exec(taint) ?? []
  return existing(toleration) === key && (toleration.effect ?? effect) === effect
}

function existing({ key, operator }: Expression): string {
  if (operator !== 'Exists') throw new Error(`operator ${operator} of ${key}`)
  return key
}
