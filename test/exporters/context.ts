import { DEFAULT_ATTRIBUTES } from '../../src/audit/attributes.ts'
import type { ComponentContext } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { silentLog } from '../../src/pipeline/log.ts'

/** What an agent would hand a component called `id`. */
export function contextFor(id: string, stateDir = ''): ComponentContext {
  return {
    id,
    pipeline: 'test',
    stateDir,
    log: silentLog,
    problems: new Set(),
    counters: newCounters(),
    attributes: DEFAULT_ATTRIBUTES,
    resource: { 'service.name': 'kube-apiserver', 'k8s.cluster.name': 'prod' },
    once: false,
  }
}
