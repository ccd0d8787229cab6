import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { type OpenSearchAnswer, type OpenSearchUser, requestJson } from './opensearch/client.ts'
import { launch } from './opensearch/launch.ts'
import { makeNodeFolder } from './opensearch/node-folder.ts'
import { openSearchServer } from './opensearch/server.ts'

export { openSearchUnavailable } from './opensearch/server.ts'

/** What a test may set. */
export interface OpenSearchOptions {
  /** https, and the users of the security plugin; takes twice as long to start. */
  readonly security?: boolean
  /** OpenSearch's node settings, such as `'http.max_content_length': '1mb'`. */
  readonly settings?: Record<string, string>
  /** Where the node keeps all it has; default: a folder that is removed in the end. */
  readonly dataDir?: string
  /** Default: a free one. */
  readonly port?: number
}

/** An OpenSearch node of 127.0.0.1 that is up: it indexes and searches. */
export interface OpenSearch {
  /** `http://127.0.0.1:PORT`; `https` with security. */
  readonly url: string
  readonly port: number
  readonly dataDir: string
  /** With security: path of the certificate of the authority that signed the node's. */
  readonly caFile: string | undefined
  /** Asks for `path`, as admin unless told; the body as `requestJson` takes it. @throws Error when there is no answer */
  request<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    user?: OpenSearchUser,
  ): Promise<OpenSearchAnswer<Body>>
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>
  /** Starts it again, after a `stop` if it is running, with the same data on the same port; resolves when it is up. */
  restart(): Promise<void>
}

const READY_MS = 120_000 // 20 s for itself on a slow machine, and tests run in parallel

/**
 * Starts a node. It takes 5 s, 10 s with security: the tests of a file best share one, started in `before`.
 * @param until when it is killed: after this test, or after all tests of the file
 * @throws Error with the node's own log when it does not come up
 */
export async function startOpenSearch(
  until: TestContext | 'file',
  options: OpenSearchOptions = {},
): Promise<OpenSearch> {
  const { security = false, settings = {} } = options
  const server = await openSearchServer()
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'opensearch-'))
  const caFile = makeNodeFolder(dataDir, server, security)

  let child: ChildProcess
  const start = async (port: number): Promise<string> => {
    child = launch(server, dataDir, security, { ...settings, 'http.port': `${port}` })
    return untilUp(child, dataDir, caFile)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (hasEnded(child)) return
    const ended = once(child, 'exit')
    child.ref()
    child.kill(signal)
    await ended
  }
  const leaveNothing = (): void => {
    child.kill('SIGKILL')
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', leaveNothing)
  dieOfSignals()
  if (until !== 'file') {
    until.after(async () => {
      await end('SIGKILL')
      leaveNothing()
      process.off('exit', leaveNothing)
    })
  }

  const url = await start(options.port ?? 0)
  const port = Number(new URL(url).port)
  return {
    url,
    port,
    dataDir,
    caFile,
    request: (method, path, body, user = 'admin') =>
      requestJson(new URL(path, url), caFile, user, method, body),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM')
      await start(port)
    },
  }
}

/** Has a signal that ends this process run what is to run at its exit: nodes would outlive it. */
function dieOfSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(1))
  }
}

/** Resolves to its address once HTTP is bound, the indices that it has are there, and security knows its users. */
async function untilUp(child: ChildProcess, dataDir: string, caFile: string | undefined): Promise<string> {
  const logFile = join(dataDir, 'node.log')
  const deadline = Date.now() + READY_MS
  while (!hasEnded(child) && Date.now() < deadline) {
    const port = /HttpServerTransport\] publish_address \{.*:(\d+)\}/.exec(readFileSync(logFile, 'utf8'))?.[1]
    const url = `${caFile ? 'https' : 'http'}://127.0.0.1:${port}`
    if (port && (await isHealthy(url, caFile))) return url
    await wait(50)
  }
  const reason = hasEnded(child) ? 'ended at once' : `was not up after ${READY_MS} ms`
  child.kill('SIGKILL')
  throw new Error(`OpenSearch ${reason}:\n${readFileSync(logFile, 'utf8')}`)
}

async function isHealthy(url: string, caFile: string | undefined): Promise<boolean> {
  const health = new URL('/_cluster/health?wait_for_status=yellow&timeout=5s', url)
  return requestJson(health, caFile, 'admin', 'GET').then(
    answer => answer.status === 200,
    () => false,
  )
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
