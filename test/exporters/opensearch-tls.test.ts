import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import type { ServerOptions } from 'node:https'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { type CertificateFiles, makeCertificates } from '../servers/certificates.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { startBulkBackend } from './bulk-backend.ts'
import { type Delivery, deliveryWith, someEvents } from './opensearch-delivery.ts'
import { startFrontend } from './opensearch-frontend.ts'

const identityOf = ({ cert, key }: CertificateFiles) => ({ cert: readFileSync(cert), key: readFileSync(key) })

/** A cluster behind https, and certificates in a folder. */
async function secureCluster(t: TestContext, tls: (ca: Buffer) => ServerOptions = () => ({})) {
  const dir = await tempDir(t)
  const certificates = makeCertificates(dir)
  const backend = await startBulkBackend(t)
  const options = { ...identityOf(certificates.server), ...tls(readFileSync(certificates.ca)) }
  const frontend = await startFrontend(t, backend, options)
  return { dir, certificates, backend, frontend, endpoint: frontend.endpoint }
}

/** Delivers in the background until it has failed once, then repairs, and waits until all is there. */
async function repairedBy(delivery: Delivery, repair: () => Promise<void>): Promise<void> {
  const delivered = delivery.consume(someEvents(5))
  await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
  await repair()
  await delivered
  assert.equal(delivery.failure(), undefined)
  assert.deepEqual([delivery.counters.delivered, delivery.counters.deadLettered], [5, 0])
}

suite('https', () => {
  test('trusts the authority of its CA file', async t => {
    const { certificates, backend, endpoint } = await secureCluster(t)
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls: { caFile: certificates.ca } })
    await delivery.consume(someEvents(5))
    assert.equal((await backend.received()).length, 5)
    assert.deepEqual(delivery.said, [])
  })

  for (const [title, first] of [
    ['of another authority', 'other'],
    ['that is no certificate', 'garbage'],
    ['that is missing', 'missing'],
  ]) {
    test(`a CA file ${title} is an ERROR that names it, until it is replaced`, async t => {
      const { dir, certificates, endpoint } = await secureCluster(t)
      const caFile = join(dir, 'used.pem')
      if (first === 'other') await copyFile(certificates.otherCa, caFile)
      if (first === 'garbage') await writeFile(caFile, 'garbage')
      const delivery = await deliveryWith(t, { endpoints: [endpoint], tls: { caFile } })
      await repairedBy(delivery, () => copyFile(certificates.ca, caFile))
      const expected =
        first === 'missing'
          ? `cannot read tls.caFile ${caFile}`
          : `cannot make a TLS connection to ${endpoint} \\(check tls.caFile`
      assert.match(delivery.said[0] ?? '', new RegExp(`^error .*${expected}.*: `))
    })
  }

  test('an expired certificate of the server is an ERROR', async t => {
    const { certificates, backend } = await secureCluster(t)
    const expired = await startFrontend(t, backend, identityOf(certificates.expiredServer))
    const delivery = await deliveryWith(t, {
      endpoints: [expired.endpoint],
      tls: { caFile: certificates.ca },
    })
    delivery.consume(someEvents(1)).catch(() => {})
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(delivery.said[0] ?? '', /^error .*: certificate has expired$/)
  })

  test('serverName is what the certificate has to be for, and what the server is asked for', async t => {
    const names: (string | false | null)[] = []
    const { certificates, endpoint } = await secureCluster(t, () => ({
      SNICallback: (name, done) => {
        names.push(name)
        done(null)
      },
    }))
    const tls = { caFile: certificates.ca, serverName: 'opensearch.example' }
    const wrong = await deliveryWith(t, { endpoints: [endpoint], tls })
    wrong.consume(someEvents(1)).catch(() => {})
    await waitUntil(() => wrong.failure() !== undefined, 'the failure is noticed')
    assert.match(wrong.said[0] ?? '', /^error .*does not match certificate's altnames.*opensearch\.example/)

    const right = await deliveryWith(t, { endpoints: [endpoint], tls: { ...tls, serverName: 'localhost' } })
    await right.consume(someEvents(1))
    assert.deepEqual([...new Set(names)], ['opensearch.example', 'localhost'])
  })

  test('insecureSkipVerify accepts any certificate', async t => {
    const { certificates, endpoint } = await secureCluster(t)
    const tls = { caFile: certificates.otherCa, serverName: 'opensearch.example', insecureSkipVerify: true }
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls })
    await delivery.consume(someEvents(5))
    assert.equal(delivery.counters.delivered, 5)
  })

  test('https at a port of plain http is an ERROR', async t => {
    const { certificates, backend } = await secureCluster(t)
    const endpoint = backend.endpoint.replace('http:', 'https:')
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls: { caFile: certificates.ca } })
    delivery.consume(someEvents(1)).catch(() => {})
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(delivery.said[0] ?? '', /^error .*cannot make a TLS connection .*wrong version number/)
  })
})

suite('a server that demands client certificates', () => {
  const demanding = (ca: Buffer): ServerOptions => ({ ca, requestCert: true, rejectUnauthorized: true })
  const tlsOf = (caFile: string, { cert, key }: CertificateFiles) => ({
    caFile,
    certFile: cert,
    keyFile: key,
  })

  test('is shown the one that is configured', async t => {
    const { certificates, frontend, endpoint } = await secureCluster(t, demanding)
    const shown: string[] = []
    frontend.breakWith((incoming, response) => {
      shown.push(String((incoming.socket as TLSSocket).getPeerCertificate().subject.CN))
      response.writeHead(503).end()
    }, 1)
    const tls = tlsOf(certificates.ca, certificates.client)
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls })
    await delivery.consume(someEvents(5))
    assert.deepEqual([shown, delivery.counters.delivered], [['auditship'], 5])
  })

  test('delivers nothing without one', async t => {
    const { certificates, endpoint } = await secureCluster(t, demanding)
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls: { caFile: certificates.ca } })
    delivery.consume(someEvents(5)).catch(() => {})
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(delivery.said[0] ?? '', /^error .*tls\.certFile\): .*alert certificate required/)
  })

  test('delivers nothing with one that it does not trust, until the files are replaced', async t => {
    const { dir, certificates, endpoint } = await secureCluster(t, demanding)
    const strangers = makeCertificates(join(dir, 'strangers')).client
    const used = { cert: join(dir, 'used.pem'), key: join(dir, 'used-key.pem') }
    const use = async ({ cert, key }: CertificateFiles) => {
      await copyFile(cert, used.cert)
      await copyFile(key, used.key)
    }
    await use(strangers)
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls: tlsOf(certificates.ca, used) })
    await repairedBy(delivery, () => use(certificates.client))
    // A server of Node.js closes the connection without an alert.
    assert.match(
      delivery.said[0] ?? '',
      /^warn .*cannot reach \S+: (socket hang up|read ECONNRESET|write EPIPE)/,
    )
  })

  test('a proxy that answers 400 for the certificate is asked with the new one as well', async t => {
    const { dir, certificates, frontend, endpoint } = await secureCluster(t, demanding)
    const { cert, key } = certificates.client
    const renewed = makeCertificates(join(dir, 'renewed')).ca
    const caFile = join(dir, 'used.pem')
    await copyFile(certificates.ca, caFile)
    const sockets = new Set<unknown>()
    frontend.breakWith((incoming, response) => {
      sockets.add(incoming.socket)
      incoming.resume().on('end', () => response.writeHead(sockets.size > 1 ? 503 : 400).end('expired'))
    })
    const tls = { caFile, certFile: cert, keyFile: key }
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls })
    const delivered = delivery.consume(someEvents(5))
    await waitUntil(() => delivery.counters.retries >= 2, 'it is tried again on the same connection')
    assert.equal(sockets.size, 1)
    await writeFile(caFile, Buffer.concat([readFileSync(certificates.ca), readFileSync(renewed)]))
    await waitUntil(() => sockets.size > 1, 'a connection is made with the new files')
    frontend.repair()
    await delivered
  })

  test('a key that does not fit is an ERROR that names the files', async t => {
    const { certificates, endpoint } = await secureCluster(t, demanding)
    const tls = tlsOf(certificates.ca, { cert: certificates.client.cert, key: certificates.server.key })
    const delivery = await deliveryWith(t, { endpoints: [endpoint], tls })
    delivery.consume(someEvents(5)).catch(() => {})
    await waitUntil(() => delivery.failure() !== undefined, 'the failure is noticed')
    assert.match(
      delivery.said[0] ?? '',
      /^error .*cannot use tls\.certFile \S+ and tls\.keyFile \S+: .*key values mismatch/,
    )
  })
})
