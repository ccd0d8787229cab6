import { type KeyObject, randomBytes, sign } from 'node:crypto'

/** Someone with a name and a P-256 key pair. */
export interface Party {
  readonly commonName: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Object identifiers in DER, from RFC 5280 and RFC 5758. */
const OID = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  subjectAltName: '0603551d11',
  basicConstraints: '0603551d13',
  extendedKeyUsage: '0603551d25',
  serverAuth: '06082b06010505070301',
  clientAuth: '06082b06010505070302',
}

const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, utf8: 12, utcTime: 23, sequence: 48, set: 49 }

/**
 * An X.509 v3 certificate in PEM (RFC 5280), because Node.js makes keys but no certificates.
 * A server's is for localhost and 127.0.0.1.
 */
export function signCertificate(
  subject: Party,
  issuer: Party,
  use: 'authority' | 'server' | 'client',
  validity: { from: Date; until: Date },
): string {
  const algorithm = sequence(oid('ecdsaWithSha256'))
  const content = sequence(
    der(0xa0, der(TAG.integer, Buffer.of(2))), // version 3
    der(TAG.integer, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name(issuer),
    sequence(time(validity.from), time(validity.until)),
    name(subject),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions(use))),
  )
  const signature = der(TAG.bits, Buffer.of(0), sign('sha256', content, issuer.privateKey))
  const base64 = sequence(content, algorithm, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`
}

function extensions(use: 'authority' | 'server' | 'client'): Buffer[] {
  const usage = (purpose: 'serverAuth' | 'clientAuth') =>
    extension('extendedKeyUsage', sequence(oid(purpose)))
  if (use === 'authority') {
    return [extension('basicConstraints', sequence(der(TAG.boolean, Buffer.of(255))))]
  }
  if (use === 'client') return [usage('clientAuth')]
  const localhost = der(0x82, Buffer.from('localhost'))
  const loopback = der(0x87, Buffer.of(127, 0, 0, 1))
  return [usage('serverAuth'), extension('subjectAltName', sequence(localhost, loopback))]
}

function extension(id: keyof typeof OID, value: Buffer): Buffer {
  return sequence(oid(id), der(TAG.octets, value))
}

function name(party: Party): Buffer {
  return sequence(der(TAG.set, sequence(oid('commonName'), der(TAG.utf8, Buffer.from(party.commonName)))))
}

function time(date: Date): Buffer {
  return der(TAG.utcTime, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`))
}

const oid = (id: keyof typeof OID) => Buffer.from(OID[id], 'hex')
const sequence = (...parts: Buffer[]) => der(TAG.sequence, ...parts)

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const length = content.length
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), content])
  if (length < 256) return Buffer.concat([Buffer.of(tag, 0x81, length), content])
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 255), content])
}
