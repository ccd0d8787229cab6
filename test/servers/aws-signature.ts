import { createHash, createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** A request as it came. */
export interface SignedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What a service knows of a caller. */
export interface AwsAccount {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
  readonly service: string
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest()

/**
 * The value of `Authorization` for these headers, as AWS documents it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function awsAuthorization(
  request: SignedRequest,
  account: AwsAccount,
  signed: readonly string[],
): string {
  const { accessKeyId, secretAccessKey, region, service } = account
  const time = String(request.headers['x-amz-date'])
  const day = time.slice(0, 8)
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest(request, signed))].join('\n')
  const parts = [day, region, service, 'aws4_request']
  const key = parts.reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`)
  const signature = hmac(key, text).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed.join(';')}, Signature=${signature}`
}

/** Why a service would refuse the request; undefined when it would not. */
export function awsRefusal(request: SignedRequest, account: AwsAccount): string | undefined {
  const { headers, body } = request
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? []
  const token = headers['x-amz-security-token'] === undefined ? [] : ['x-amz-security-token']
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256', ...token]) {
    if (!signed.includes(name)) return `header ${name} is not signed`
  }
  if (headers['x-amz-content-sha256'] !== sha256(body)) return 'the hash of the body does not match'
  const expected = awsAuthorization(request, account, signed)
  return headers.authorization === expected ? undefined : `the signature does not match, expected ${expected}`
}

function canonicalRequest({ method, url, headers, body }: SignedRequest, signed: readonly string[]): string {
  const [path = '', query = ''] = url.split('?')
  const lines = signed.map(name => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}\n`)
  // Each segment is encoded once more than it is on the wire, except for S3.
  const twice = path.split('/').map(encoded).join('/')
  return [method, twice, canonicalQuery(query), lines.join(''), signed.join(';'), sha256(body)].join('\n')
}

function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter(Boolean)
  const decoded = pairs.map(pair => pair.split('=').map(decodeURIComponent))
  return decoded
    .map(([name = '', value = '']) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&')
}

/** All but A–Z, a–z, 0–9, hyphen, underscore, dot and tilde. */
const encoded = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
