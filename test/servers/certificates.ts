import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Party, signCertificate } from './x509.ts'

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** What a test of TLS needs. All but `otherCa` are signed by `ca`. */
export interface Certificates {
  /** Path of the authority's certificate. */
  readonly ca: string
  /** For localhost and 127.0.0.1, valid now. */
  readonly server: CertificateFiles
  /** For localhost and 127.0.0.1, expired yesterday. */
  readonly expiredServer: CertificateFiles
  /** For client authentication, common name `auditship`. */
  readonly client: CertificateFiles
  /** Path of an authority's certificate that signed none of them. */
  readonly otherCa: string
}

const DAY = 86_400_000

/** Makes fresh keys and certificates in `folder`, which is created when missing. */
export function makeCertificates(folder: string): Certificates {
  mkdirSync(folder, { recursive: true })
  const authority = party('auditship test authority')

  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const issue = (
    name: string,
    use: 'server' | 'client',
    firstDay: number,
    lastDay: number,
  ): CertificateFiles => {
    const subject = party(use === 'server' ? 'localhost' : 'auditship')
    const validity = {
      from: new Date(Date.now() + firstDay * DAY),
      until: new Date(Date.now() + lastDay * DAY),
    }
    return {
      cert: write(`${name}.pem`, signCertificate(subject, authority, use, validity)),
      key: write(`${name}-key.pem`, subject.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    }
  }
  return {
    ca: write('ca.pem', selfSigned(authority)),
    server: issue('server', 'server', -1, 30),
    expiredServer: issue('expired-server', 'server', -30, -1),
    client: issue('client', 'client', -1, 30),
    otherCa: write('other-ca.pem', selfSigned(party('another authority'))),
  }
}

function party(commonName: string): Party {
  return { commonName, ...generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) }
}

function selfSigned(authority: Party): string {
  const validity = { from: new Date(Date.now() - DAY), until: new Date(Date.now() + 30 * DAY) }
  return signCertificate(authority, authority, 'authority', validity)
}
