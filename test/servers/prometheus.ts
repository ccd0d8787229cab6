import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { freePort } from './free-port.ts'

/** A real Prometheus. */
export interface Prometheus {
  /** What an expression in PromQL gives now. @throws when Prometheus refuses it */
  query(expression: string): Promise<readonly Sample[]>
  /** Names of alerts that are pending or firing. */
  alerts(): Promise<readonly string[]>
}

/** One series of an answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

/**
 * Why Prometheus and promtool cannot be run here, for `skip`; undefined when they can. With AUDITSHIP_REQUIRE_SERVERS=1
 * nothing is skipped: the test runs, and fails if they are missing.
 */
export function prometheusUnavailable(): string | undefined {
  if (process.env.AUDITSHIP_REQUIRE_SERVERS === '1') return undefined
  const isThere = (tool: string) => spawnSync(tool, ['--version']).status === 0
  return isThere('promtool') && isThere('prometheus')
    ? undefined
    : 'there is no prometheus or promtool: install the package prometheus'
}

/** Starts one that scrapes `target`, HOST:PORT, each second and evaluates `rules`; it ends with the test. */
export async function startPrometheus(t: TestContext, target: string, rules: string): Promise<Prometheus> {
  let end = async () => {}
  t.after(() => end()) // before the folder is removed, into which it writes
  const dir = await tempDir(t)
  const address = `127.0.0.1:${await freePort()}`
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'auditship', static_configs: [{ targets: [target] }] }],
  }
  const file = join(dir, 'prometheus.yml')
  await writeFile(file, JSON.stringify(config)) // every JSON document is YAML
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=${address}`,
  ]
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', data => {
    said += data
  })
  const ended = once(child, 'close')
  end = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const get = async (path: string) => fetch(`http://${address}${path}`)
  await waitUntil(async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${said}`)
    return (await get('/-/ready').catch(() => undefined))?.ok === true
  }, 'prometheus is ready')
  const ask = async <Data>(path: string): Promise<Data> => {
    const answer = (await (await get(path)).json()) as { status: string; error?: string; data: Data }
    if (answer.status !== 'success') throw new Error(answer.error)
    return answer.data
  }
  return {
    query: async expression =>
      (await ask<{ result: Sample[] }>(`/api/v1/query?query=${encodeURIComponent(expression)}`)).result,
    alerts: async () => {
      const { alerts } = await ask<{ alerts: { labels: { alertname: string } }[] }>('/api/v1/alerts')
      return alerts.map(({ labels }) => labels.alertname)
    },
  }
}
