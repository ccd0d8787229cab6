import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Health } from '../metrics/measured.ts'

/** What is asked for by HTTP. */
export interface Questions {
  readonly health: () => Health
  /** All metrics in Prometheus' text format. */
  readonly metrics: () => Promise<string>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const TEXT = 'text/plain; charset=utf-8'
/** https://prometheus.io/docs/instrumenting/content_negotiation/ */
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'

const PATHS: Readonly<Record<string, (questions: Questions) => Answer | Promise<Answer>>> = {
  // That it answers at all is the answer: the event loop turns.
  '/livez': () => ({ status: 200, type: TEXT, body: 'ok\n' }),
  '/readyz': ({ health }) => readiness(health()),
  '/metrics': async ({ metrics }) => ({ status: 200, type: PROMETHEUS, body: await metrics() }),
}

/** Answers one request. */
export async function answer(
  questions: Questions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, type, body } = await answerTo(questions, request)
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answerTo(questions: Questions, { method, url = '' }: IncomingMessage): Promise<Answer> {
  const path = url.replace(/[?#].*$/s, '')
  const of = Object.hasOwn(PATHS, path) ? PATHS[path] : undefined
  if (of === undefined) return plain(404, `there are ${Object.keys(PATHS).join(', ')}`)
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'expected GET or HEAD')
  try {
    return await of(questions)
  } catch (error) {
    return plain(500, `failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const plain = (status: number, message: string): Answer => ({ status, type: TEXT, body: `${message}\n` })

function readiness({ ready, phase, problems }: Health): Answer {
  const shown = problems.map(({ pipeline, component, since, reason, summary }) => ({
    pipeline,
    component,
    since: new Date(since).toISOString(),
    reason: summary ?? reason,
  }))
  const body = `${JSON.stringify({ ready, phase, problems: shown }, null, 2)}\n`
  return { status: ready ? 200 : 503, type: 'application/json', body }
}
