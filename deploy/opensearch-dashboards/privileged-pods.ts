import { toQueryDsl } from './query-dsl.ts'
import { AUDIT_EVENTS, attribute } from './question.ts'
import { question } from './questions.ts'

/** Whether a pod that was written is privileged, in Painless. Reads the body: it is in the document, but not indexed. */
const IS_PRIVILEGED = `
boolean reaches(def container) {
  return container instanceof Map && container.securityContext instanceof Map && container.securityContext.privileged == true;
}
boolean isPrivileged(def body) {
  if (!(body instanceof Map) || !(body.spec instanceof Map)) return false;
  def spec = body.spec;
  if (spec.jobTemplate instanceof Map && spec.jobTemplate.spec instanceof Map) spec = spec.jobTemplate.spec;
  if (spec.template instanceof Map && spec.template.spec instanceof Map) spec = spec.template.spec;
  if (spec.hostNetwork == true || spec.hostPID == true || spec.hostIPC == true) return true;
  for (key in ['containers', 'initContainers', 'ephemeralContainers']) {
    if (spec[key] instanceof List) for (container in spec[key]) if (reaches(container)) return true;
  }
  if (spec.volumes instanceof List) {
    for (volume in spec.volumes) if (volume instanceof Map && volume.hostPath != null) return true;
  }
  return false;
}
def event = params._source.event;
emit(params._source.event_text != null || event instanceof Map && (isPrivileged(event.requestObject) || isPrivileged(event.responseObject)));
`

/** The body of a search for written pods and templates that are privileged or share something with their node. */
export function privilegedPods(): object {
  const script = IS_PRIVILEGED.trim().replaceAll(/\n\s*/g, ' ')
  return {
    derived: { privileged: { type: 'boolean', script: { source: script } } },
    query: { bool: { filter: [toQueryDsl(question('workloads').query), { term: { privileged: true } }] } },
    sort: [{ '@timestamp': 'desc' }],
    _source: ['user.username', 'verb', 'resource', 'namespace', 'name', 'response.code'].map(attribute),
  }
}

/** Where that search is sent. */
export const PRIVILEGED_PODS_INDEX = AUDIT_EVENTS
