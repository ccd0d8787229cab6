import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { dashboardJson } from '../../deploy/grafana/dashboard.ts'
import { metricsPage } from '../../deploy/grafana/metrics-page.ts'
import { PANELS } from '../../deploy/grafana/panels.ts'
import { prometheusName } from '../../src/telemetry/metrics/metric.ts'
import { METRICS } from '../../src/telemetry/metrics/metrics.ts'
import { startOtlpBackend } from '../exporters/otlp-backend.ts'
import { prometheusUnavailable, startPrometheus } from '../servers/prometheus.ts'
import { eventLine, startServed } from '../telemetry/served-agent.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RULES = join(ROOT, 'deploy/prometheus/auditship.rules.yaml')
const RULE_TESTS = join(ROOT, 'test/deploy/auditship.rules.test.yaml')

interface Rule {
  readonly alert: string
  readonly expr: string
}
const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  group => group.rules,
)

const EXPRESSIONS = [
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...PANELS.flatMap(({ title, queries }) => queries.map(({ expr }) => [`panel ${title}`, expr] as const)),
]

for (const [what, expression] of EXPRESSIONS)
  test(`${what} asks for metrics that there are, by attributes that they have`, () => {
    const names = expression.match(/\b(?:auditship|process)_\w+/g) ?? []
    assert.notEqual(names.length, 0)
    const asked = names.map(name => {
      const metric = METRICS.find(candidate => seriesOf(candidate).includes(name))
      assert.ok(metric, name)
      return metric
    })
    const known = new Set(['instance', 'le', ...asked.flatMap(({ attributes }) => attributes)])
    const selected = [...expression.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label)
    const grouped = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
      list.split(', '),
    )
    for (const label of [...selected, ...grouped]) assert.ok(known.has(label), label)
  })

test('docs/metrics.md and the dashboard are as they are made: npx node deploy/grafana/generate.ts', () => {
  assert.equal(readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8'), metricsPage())
  assert.equal(readFileSync(join(ROOT, 'deploy/grafana/auditship.json'), 'utf8'), dashboardJson())
})

suite('with a real Prometheus', { skip: prometheusUnavailable() ?? false }, () => {
  test('promtool takes the alert rules, and each of them is tested', () => {
    promtool('check', 'rules', '--lint=all', '--lint-fatal', RULES)
    promtool('test', 'rules', RULE_TESTS)
    const tests = parse(readFileSync(RULE_TESTS, 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[]
    }
    const raised = tests.tests
      .flatMap(({ alert_rule_test }) => alert_rule_test)
      .filter(({ exp_alerts }) => exp_alerts.length > 0)
    assert.deepEqual(
      new Set(raised.map(({ alertname }) => alertname)),
      new Set(rules.map(({ alert }) => alert)),
    )
  })

  test('the tests of the rules notice each one that raises nothing', async t => {
    const dir = await tempDir(t)
    const text = readFileSync(RULES, 'utf8')
    const copy = join(dir, 'rules.test.yaml')
    const broken = join(dir, 'auditship.rules.yaml')
    await writeFile(
      copy,
      readFileSync(RULE_TESTS, 'utf8').replace(/^rule_files: .*$/m, `rule_files: [${broken}]`),
    )
    const never = JSON.stringify(parse(text), (key, value) =>
      key === 'expr' ? `(${value}) and on () vector(1) == 2` : value,
    )
    await writeFile(broken, never)
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', copy], { encoding: 'utf8' })
    assert.equal(status, 1)
    for (const { alert } of rules) assert.match(stdout + stderr, new RegExp(`alertname: ${alert}\\b`))
  })

  test('scrapes an agent, whose panels all show something, and raises what it has to', async t => {
    const backend = await startOtlpBackend(t)
    const poison = eventLine(2, { auditID: 'poison' })
    backend.answerWith(raws => (raws.some(raw => raw.includes('poison')) ? { status: 400 } : undefined))
    const text = eventLine(1) + poison + eventLine(3, { verb: 'watch' })
    const { url } = await startServed(t, text, {
      processors: { filter: { drop: [{ name: 'watches', when: { verb: 'watch' } }] } },
      exporters: { otlp: { endpoint: backend.endpoint } },
    })
    await waitUntil(async () => (await fetch(url('/readyz'))).status === 503, 'the letter is written')
    const scraped = spawnSync('promtool', ['check', 'metrics'], {
      input: await (await fetch(url('/metrics'))).text(),
      encoding: 'utf8',
    })
    assert.deepEqual([scraped.status, scraped.stderr], [0, ''])
    const prometheus = await startPrometheus(t, new URL(url('/')).host, RULES)
    const dead = 'auditship_pipeline_events_total{outcome="dead_lettered"}'
    await waitUntil(
      async () => (await prometheus.query(`count_over_time(${dead}[1m])`))[0]?.value[1] === '3',
      'it was scraped three times',
    )
    assert.equal((await prometheus.query(dead))[0]?.value[1], '1')
    assert.equal((await prometheus.query('target_info'))[0]?.metric.service_name, 'auditship')
    for (const { title, queries } of PANELS)
      for (const { expr, legend } of queries) {
        const asked = expr.replaceAll('$instance', '.*').replaceAll(/\$__(rate_interval|range)/g, '1m')
        const [first] = await prometheus.query(asked)
        assert.ok(first, `${title}: ${asked}`)
        for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
          assert.ok(first.metric[label], `${title}: no ${label}`)
      }
    await waitUntil(async () => (await prometheus.alerts()).length >= 2, 'alerts are pending')
    assert.deepEqual((await prometheus.alerts()).toSorted(), ['AuditshipDeadLetters', 'AuditshipUnready'])
  })
})

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
}

function seriesOf(metric: (typeof METRICS)[number]): string[] {
  const name = prometheusName(metric)
  return metric.kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}
