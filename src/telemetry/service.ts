import { describe } from '../pipeline/health.ts'
import type { Log } from '../pipeline/log.ts'
import { answer } from './http/answers.ts'
import { BoundedServer } from './http/bounded-server.ts'
import { listenAddress } from './http/listen-address.ts'
import type { Measured } from './metrics/measured.ts'
import type { OtlpMetricOptions } from './metrics/otlp-metrics.ts'

/** Where `auditship run` answers unless it is told: 9464 is the port of OpenTelemetry's Prometheus exporters. */
export const DEFAULT_LISTEN = '127.0.0.1:9464'

/** What of an agent can be asked for, and what is sent. */
export interface ServiceOptions {
  /** Address for /livez, /readyz and /metrics, or `none`; undefined: the default one, if it is free. */
  readonly listen: string | undefined
  /** Where metrics are sent too. */
  readonly otlp: OtlpMetricOptions | undefined
  /** Resource attributes of the agent's own telemetry. */
  readonly resource: Readonly<Record<string, string>>
}

/** What is served and sent of an agent while it runs. */
export interface Service {
  /** Sends metrics once more, if they are sent, and ends all connections. */
  stop(): Promise<void>
}

/** @throws when it cannot listen where it was told to */
export async function startService(agent: Measured, options: ServiceOptions, log: Log): Promise<Service> {
  const server = await serve(agent, options, log)
  const { otlp, resource } = options
  const sending = otlp && new LateSender(() => send(agent, otlp, resource, log))
  return {
    async stop() {
      await sending?.stop()
      await server?.close()
    },
  }
}

/** The SDK takes long to load: events come first. Milliseconds. */
const SEND_AFTER_MS = 1_000

/** Begins to send a moment after the start, or at the end if that comes first. */
class LateSender {
  readonly #begin: () => Promise<() => Promise<void>>
  readonly #timer: NodeJS.Timeout
  #sending: Promise<() => Promise<void>> | undefined

  constructor(begin: () => Promise<() => Promise<void>>) {
    this.#begin = begin
    this.#timer = setTimeout(() => {
      this.#sending = begin()
    }, SEND_AFTER_MS).unref()
  }

  /** Sends once more and is done. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#sending ??= this.#begin()
    const finish = await this.#sending
    await finish()
  }
}

/** Never rejects: metrics that cannot be sent keep no event from being sent. */
async function send(
  agent: Measured,
  otlp: OtlpMetricOptions,
  resource: ServiceOptions['resource'],
  log: Log,
): Promise<() => Promise<void>> {
  try {
    const { sendMetrics } = await import('./metrics/otlp-metrics.ts')
    return sendMetrics(agent, resource, otlp, log)
  } catch (error) {
    log.error(`cannot send metrics by OTLP: ${describe(error)}`)
    return async () => {}
  }
}

async function serve(
  agent: Measured,
  { listen, resource }: ServiceOptions,
  log: Log,
): Promise<BoundedServer | undefined> {
  if (listen === 'none') return undefined
  const metrics = sharedText(async () => {
    const { prometheusText } = await import('./metrics/prometheus.ts')
    return prometheusText(agent, resource)
  })
  const server = new BoundedServer((request, response) => {
    answer({ health: agent.health, metrics }, request, response).catch(() => response.destroy())
  })
  try {
    const url = await server.listen(listenAddress(listen ?? DEFAULT_LISTEN))
    log.info(`answers /livez, /readyz and /metrics on ${url}`)
    return server
  } catch (error) {
    if (listen !== undefined)
      throw new Error(`cannot listen on ${listen}; set service.http.listen to another address, or to none`, {
        cause: error,
      })
    log.warn(
      `does not answer /livez, /readyz and /metrics: cannot listen on ${DEFAULT_LISTEN}: ${describe(error)}. ` +
        'Set service.http.listen to another address, or to none',
    )
    return undefined
  }
}

/** Who asks while an answer is being made gets the same. */
function sharedText(load: () => Promise<() => Promise<string>>): () => Promise<string> {
  let write: Promise<() => Promise<string>> | undefined
  let asked: Promise<string> | undefined
  return () => {
    write ??= load()
    asked ??= write
      .then(text => text())
      .finally(() => {
        asked = undefined
      })
    return asked
  }
}
