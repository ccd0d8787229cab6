import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { type AwsAccount, awsRefusal, type SignedRequest } from '../servers/aws-signature.ts'

/** A domain of Amazon OpenSearch Service: it passes on what the account has signed. */
export interface AwsDomain {
  readonly endpoint: string
  /** As they came, refused ones too. */
  readonly requests: SignedRequest[]
}

/** Starts one before `backend`; without one it answers `{}` to what is signed. It ends with the test. */
export async function startAwsDomain(
  t: TestContext,
  account: () => AwsAccount,
  backend?: { readonly endpoint: string },
): Promise<AwsDomain> {
  const requests: SignedRequest[] = []
  const server = createServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming
    const body = await buffer(incoming)
    const signed = { method, url, headers, body }
    requests.push(signed)
    const refusal = awsRefusal(signed, account())
    if (refusal !== undefined || backend === undefined) {
      response.writeHead(refusal === undefined ? 200 : 403, { 'content-type': 'application/json' })
      response.end(refusal === undefined ? '{}' : JSON.stringify({ message: refusal }))
      return
    }
    const passed = request(new URL(url, backend.endpoint), { method, headers, agent: false })
    passed.on('response', answer => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    passed.end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
