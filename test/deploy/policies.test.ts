import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import {
  type AuditPolicy,
  auditOf,
  auditPolicySchema,
  type PolicyRequest,
} from '../../src/doctor/audit-policy.ts'
import { sampleLines } from '../samples.ts'

const FOLDER = fileURLToPath(new URL('../../examples/policies', import.meta.url))
/** 213 s of a one-node cluster of Kubernetes 1.25, everything recorded, in all stages. */
const IDLE_CLUSTER = 'immudb-log-audit-k8s-1.25.jsonl'

const person = { user: 'bob', groups: ['developers', 'system:authenticated'] }
const node = { user: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] }
const lease = { resource: 'leases', apiGroup: 'coordination.k8s.io', namespace: 'kube-node-lease' }
const pods = { resource: 'pods', namespace: 'payments' }
const secret = { resource: 'secrets', namespace: 'payments', name: 'db' }

/** The requests that the tables in the comments name. */
const REQUESTS: Readonly<Record<string, PolicyRequest>> = {
  'exec by WebSocket': { ...person, ...pods, verb: 'get', name: 'db-0', subresource: 'exec' },
  'secret read': { ...person, ...secret, verb: 'get' },
  'secret read in timing': { ...person, ...secret, verb: 'get', namespace: 'timing' },
  'secret watch by a node': { ...node, ...secret, verb: 'watch' },
  'secret write': { ...person, ...secret, verb: 'update' },
  'pod create': { ...person, ...pods, verb: 'create' },
  'pod create in timing': { ...person, ...pods, verb: 'create', namespace: 'timing' },
  'pod list by a person, refused': { ...person, ...pods, verb: 'list' }, // a policy does not see the answer
  'failed authentication': { ...pods, verb: 'list' },
  'lease update': { ...node, ...lease, verb: 'update', name: 'n1' },
}

const INTERACTIVE = [
  ['pods', 'exec'],
  ['pods', 'attach'],
  ['pods', 'portforward'],
  ['pods', 'ephemeralcontainers'],
  ['pods', 'proxy'],
  ['services', 'proxy'],
  ['nodes', 'proxy'],
] as const
const VERBS = ['get', 'create', 'update', 'patch', 'delete', 'list', 'watch', 'deletecollection']
const CALLERS: readonly Pick<PolicyRequest, 'user' | 'groups'>[] = [
  person,
  node,
  {},
  { user: 'system:kube-controller-manager', groups: [] },
]

for (const name of readdirSync(FOLDER)) {
  const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
  const policy = auditPolicySchema.parse(parse(text))

  suite(`the policy ${name}`, () => {
    test('records the requests of its table at the levels that stand there', () => {
      const rows = [...text.matchAll(/^# \| (.+?) +\| (\w+) +\|$/gm)].filter(row => row[1] !== 'request')
      assert.ok(rows.length >= 5)
      for (const [, request = '', level] of rows) {
        const known = REQUESTS[request]
        assert.ok(known, `no request is called ${request}`)
        assert.equal(auditOf(policy, known).level, level, request)
      }
    })

    test('records all interactive access by whatever verb and caller, with its start and its refusal', () => {
      for (const [resource, subresource] of INTERACTIVE)
        for (const verb of ['get', 'create', 'patch'])
          for (const caller of CALLERS) {
            const { level, omitStages } = auditOf(policy, { ...caller, ...pods, resource, subresource, verb })
            assert.notEqual(level, 'None', `${verb} ${resource}/${subresource} by ${caller.user}`)
            assert.ok(!omitStages.includes('ResponseStarted') && !omitStages.includes('ResponseComplete'))
          }
    })

    test('never records the content of secrets and tokens', () => {
      const holders = [
        { resource: 'secrets' },
        { resource: 'serviceaccounts', subresource: 'token' },
        { resource: 'tokenreviews', apiGroup: 'authentication.k8s.io', namespace: '' },
      ]
      for (const holder of holders)
        for (const verb of VERBS)
          for (const namespace of ['payments', 'timing', 'kube-system'])
            for (const caller of CALLERS) {
              const { level } = auditOf(policy, { ...caller, namespace, ...holder, verb })
              assert.ok(
                level === 'None' || level === 'Metadata',
                `${verb} ${holder.resource} by ${caller.user}: ${level}`,
              )
            }
    })

    test('costs what it says', () => {
      const lines = sampleLines(IDLE_CLUSTER)
      const kept = lines.filter(line => isKept(policy, line.toString())).length
      const said = text.replaceAll('\n# ', ' ').match(/keeps ([\d,]+) of the ([\d,]+) events/)
      assert.deepEqual(
        said?.slice(1),
        [kept, lines.length].map(count => count.toLocaleString('en-US')),
      )
    })
  })
}

function isKept(policy: AuditPolicy, line: string): boolean {
  const { user, verb, objectRef, requestURI, stage } = JSON.parse(line)
  const request = { user: user.username, groups: user.groups, verb, path: requestURI.split('?')[0] }
  const { level, omitStages } = auditOf(policy, { ...request, ...objectRef })
  return level !== 'None' && !omitStages.includes(stage)
}
