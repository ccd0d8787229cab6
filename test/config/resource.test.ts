import assert from 'node:assert/strict'
import os from 'node:os'
import { suite, test } from 'node:test'
import { resourceAttributes } from '../../src/config/resource.ts'

suite('resource attributes', () => {
  test('are the API server, the log type and the host when nothing is configured', () => {
    assert.deepEqual(resourceAttributes({ cluster: {}, resource: {} }, {}), {
      'service.name': 'kube-apiserver',
      log_type: 'controlplane',
      'k8s.node.name': os.hostname(),
    })
  })

  test("take the node's name from NODE_NAME", () => {
    const resource = resourceAttributes({ cluster: {}, resource: {} }, { NODE_NAME: 'cp-1' }, 'host')
    assert.equal(resource['k8s.node.name'], 'cp-1')
  })

  test('take the host when NODE_NAME is empty', () => {
    const resource = resourceAttributes({ cluster: {}, resource: {} }, { NODE_NAME: '' }, 'host')
    assert.equal(resource['k8s.node.name'], 'host')
  })

  test("have the cluster's name, and its uid under both names", () => {
    const resource = resourceAttributes({ cluster: { name: 'prod', uid: 'u' }, resource: {} }, {}, 'host')
    assert.equal(resource['k8s.cluster.name'], 'prod')
    assert.equal(resource['k8s.cluster.uid'], 'u')
    assert.equal(resource.cluster_id, 'u')
  })

  test("are won by the user's own", () => {
    const own = { 'service.name': 'k3s', cluster_id: 'c', team: 'a' }
    const resource = resourceAttributes({ cluster: { uid: 'u' }, resource: own }, {}, 'host')
    assert.deepEqual({ ...resource, ...own }, resource)
  })
})
