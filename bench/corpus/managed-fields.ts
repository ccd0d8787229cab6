import type { World } from './world.ts'

/** `metadata.managedFields`: deep, with many short keys; a large share of the bytes of stored objects. */
export function managedFields({ random, clock }: World, app: string): object[] {
  const manager = random.pick(['kubectl-client-side-apply', 'kustomize-controller', 'helm'])
  return Array.from({ length: random.integer(1, 3) }, (_, i) => ({
    manager: i === 0 ? manager : 'kube-controller-manager',
    operation: 'Update',
    apiVersion: 'apps/v1',
    time: clock.time(-random.integer(1, 1e12)),
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': {
        'f:annotations': { '.': {}, 'f:deployment.kubernetes.io/revision': {}, 'f:description': {} },
        'f:labels': { '.': {}, 'f:app': {}, 'f:team': {} },
      },
      'f:spec': {
        'f:replicas': {},
        'f:revisionHistoryLimit': {},
        'f:template': {
          'f:spec': {
            'f:containers': {
              [`k:{"name":"${app}"}`]: {
                '.': {},
                'f:env': { '.': {}, 'k:{"name":"LOG_LEVEL"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                'f:image': {},
                'f:resources': { '.': {}, 'f:limits': { '.': {}, 'f:cpu': {}, 'f:memory': {} } },
              },
            },
          },
        },
      },
      ...(i === 0
        ? {}
        : { 'f:status': { 'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:status': {} } } } }),
    },
    ...(i === 0 ? {} : { subresource: 'status' }),
  }))
}
