import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { collectorBinary } from './otelcol/binary.ts'
import { type Configuration, collectorConfiguration, merged } from './otelcol/configuration.ts'
import { logRecordsOf, type OtlpLogRecord } from './otlp-json.ts'

export { collectorUnavailable } from './otelcol/binary.ts'

/** What a test may set. */
export interface CollectorOptions {
  /** Port of the OTLP/HTTP receiver, so that a Collector comes back where another was; default: a free one. */
  port?: number
  /** Where received requests are written, appended; default: a file that goes with this process. */
  output?: string
  /** The receiver's `tls` section: `cert_file`, `key_file`, `client_ca_file`. */
  tls?: Configuration
  /** Merged over the Collector's configuration, object by object: further receivers, processors, pipelines. */
  config?: Configuration
}

/** A Collector that is running and healthy. */
export interface Collector {
  /** `http://127.0.0.1:PORT`, without `/v1/logs`; `https` with `tls`. */
  readonly endpoint: string
  readonly port: number
  readonly outputFile: string
  /** SIGTERM; resolves when it has ended and everything received is in the output. */
  stop(): Promise<void>
  /** SIGKILL; what it received in the last 50 ms may be missing, and the output may end in a torn line. */
  kill(): Promise<void>
  /** What the output holds. Waits until that are at least so many, 30 s at most. */
  records(atLeast?: number): Promise<OtlpLogRecord[]>
}

const READY_MS = 30_000
const RECORDS_MS = 30_000

/**
 * Starts a Collector that takes OTLP over HTTP on 127.0.0.1 and writes what it receives to a file.
 * It ends with this process at the latest, its folder too.
 * @throws Error with the Collector's own log when it does not become healthy
 */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const binary = await collectorBinary()
  const folder = mkdtempSync(join(tmpdir(), 'otelcol-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

  const port = options.port ?? (await freePort())
  const healthPort = await freePort()
  const outputFile = options.output ?? join(folder, 'received.jsonl')
  const tls = options.tls ? { receivers: { otlp: { protocols: { http: { tls: options.tls } } } } } : {}
  const own = merged(collectorConfiguration(port, healthPort, outputFile), tls)
  const configFile = join(folder, 'config.yaml')
  writeFileSync(configFile, JSON.stringify(merged(own, options.config ?? {}))) // every JSON document is YAML

  const logFile = join(folder, 'otelcol.log')
  const log = openSync(logFile, 'a')
  const child = spawn(binary, ['--config', configFile], { stdio: ['ignore', log, log] })
  closeSync(log)
  child.unref() // a test that fails before it stops its Collector ends all the same
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  const ended = once(child, 'exit').then(() => process.off('exit', killed))
  await untilHealthy(child, `http://127.0.0.1:${healthPort}/`, logFile)

  const end = async (signal: NodeJS.Signals) => {
    child.ref()
    child.kill(signal)
    await ended
  }
  return {
    endpoint: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    outputFile,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    records: (atLeast = 0) => recordsOf(outputFile, atLeast),
  }
}

async function untilHealthy(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + READY_MS
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const healthy = await fetch(url).then(
      response => response.ok,
      () => false,
    )
    if (healthy) return
    await wait(20)
  }
  const reason = child.exitCode === null ? `was not healthy after ${READY_MS} ms` : 'ended at once'
  child.kill('SIGKILL')
  throw new Error(`the Collector ${reason}:\n${readFileSync(logFile, 'utf8')}`)
}

async function recordsOf(file: string, atLeast: number): Promise<OtlpLogRecord[]> {
  const deadline = Date.now() + RECORDS_MS
  for (;;) {
    const text = await readFile(file, 'utf8')
    const lines = text.split('\n').slice(0, -1) // what follows the last newline is still being written
    const records = lines.flatMap(logRecordsOf)
    if (records.length >= atLeast) return records
    if (Date.now() > deadline) {
      throw new Error(`${file}: expected ${atLeast} records within ${RECORDS_MS} ms, found ${records.length}`)
    }
    await wait(20)
  }
}
