import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { type CertificateFiles, makeCertificates } from './certificates.ts'

const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
after(() => rmSync(folder, { recursive: true }))
const certificates = makeCertificates(folder)
const read = (file: string) => readFileSync(file)

const cases = [
  { title: 'the server is trusted under 127.0.0.1', host: '127.0.0.1' },
  { title: 'the server is trusted under localhost', host: 'localhost' },
  { title: 'no other name is the server', host: 'example.com', error: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  { title: 'the expired server is refused', server: certificates.expiredServer, error: 'CERT_HAS_EXPIRED' },
  {
    title: 'another authority does not vouch for the server',
    ca: certificates.otherCa,
    error: 'SELF_SIGNED_CERT_IN_CHAIN',
  },
]

for (const {
  title,
  host = 'localhost',
  server = certificates.server,
  ca = certificates.ca,
  error,
} of cases) {
  test(title, async () => assert.equal(await errorOfHandshake(server, ca, host), error))
}

test('the server sees who the client is', async () => {
  let seen: TLSSocket | undefined
  await errorOfHandshake(certificates.server, certificates.ca, 'localhost', socket => {
    seen = socket
  })
  assert.equal(seen?.authorized, true)
  assert.equal(seen?.getPeerCertificate().subject.CN, 'auditship')
})

/** The code of the client's error; undefined when the handshake succeeds on both sides. */
async function errorOfHandshake(
  files: CertificateFiles,
  ca: string,
  host: string,
  onClient: (socket: TLSSocket) => void = () => {},
): Promise<string | undefined> {
  const identity = { key: read(files.key), cert: read(files.cert), ca: read(certificates.ca) }
  const server = createServer({ ...identity, requestCert: true }, socket => {
    onClient(socket)
    socket.end()
  })
  server.on('tlsClientError', () => {}) // what the client says about it is what counts
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const client = { key: read(certificates.client.key), cert: read(certificates.client.cert), ca: read(ca) }
  const servername = host === '127.0.0.1' ? '' : host
  const socket = connect({ ...client, host: '127.0.0.1', port, servername })
  try {
    await once(socket.resume(), 'end')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
    server.close()
  }
}
