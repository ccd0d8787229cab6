import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'

/** An answer in place of the usual one. */
export interface Fault {
  readonly status: number
  readonly body: unknown
}

/** An OpenSearch that has nothing, takes everything and keeps nothing, and fails when a real one cannot be made to. */
export interface EmptyOpenSearch {
  readonly url: string
  /** All requests, as `method path`, without query. */
  readonly asked: string[]
  /** Decides on every request; undefined answers as usual. */
  answerWith(rule: (method: string, path: string) => Fault | undefined): void
}

/** Starts one on a free port; it ends with the test. */
export async function startEmptyOpenSearch(t: TestContext): Promise<EmptyOpenSearch> {
  const asked: string[] = []
  let rule: (method: string, path: string) => Fault | undefined = () => undefined
  const server = createServer(async (request, response) => {
    const [method, path] = [request.method ?? '', (request.url ?? '').replace(/\?.*/, '')]
    const items = method === 'POST' ? await bulkItems(request) : 0
    asked.push(`${method} ${path}`)
    const { status, body } = rule(method, path) ?? usual(method, items)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answerWith: next => {
      rule = next
    },
  }
}

async function bulkItems(request: AsyncIterable<Buffer>): Promise<number> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return gunzipSync(Buffer.concat(chunks)).toString().trim().split('\n').length / 2
}

function usual(method: string, items: number): Fault {
  if (method === 'GET') return { status: 404, body: { error: { type: 'x', reason: 'nothing here' } } }
  if (method === 'PUT') return { status: 200, body: { acknowledged: true } }
  return { status: 200, body: { items: Array.from({ length: items }, () => ({ create: { status: 201 } })) } }
}
