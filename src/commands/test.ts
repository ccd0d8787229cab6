import { dirname, resolve } from 'node:path'
import type { AuditEvent } from '../audit/event.ts'
import type { Config } from '../config/config.ts'
import type { ConfigTest } from '../config/tests.ts'
import { connect, type RunningPipeline } from '../connect.ts'
import { silentLog } from '../pipeline/log.ts'
import { printable, printableJson } from '../terminal/printable.ts'
import { type ConfigOptions, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { inputLines, writtenEvents } from './test/input-events.ts'
import { type Difference, runTest } from './test/run-test.ts'
import { tryInput } from './test/try-input.ts'

/** What `auditship test` is given beside the configuration. */
export interface TestOptions extends ConfigOptions {
  /** Events to try, one a line. */
  readonly input?: string
  readonly pipeline?: string
  readonly json?: boolean
}

/** `auditship test`: runs the tests of a configuration, or with `input` shows what would become of events. Starts nothing. */
export async function test(options: TestOptions): Promise<number> {
  const { config } = await readConfiguration(options)
  const { pipelines } = connect(config, silentLog, true, new AbortController().signal)
  const json = options.json ?? false
  if (options.input !== undefined) {
    const { processors } = pipelineOf(pipelines, options.pipeline)
    await tryInput(options.input, processors, config.attributes, json, text => process.stdout.write(text))
    return EXIT.ok
  }
  if (config.tests.length === 0) {
    console.error(
      'auditship test: the configuration has no `tests`, and there is no --input of events to try',
    )
    return EXIT.usage
  }
  const folder = dirname(options.config ?? process.env.AUDITSHIP_CONFIG ?? '.')
  return (await runTests(config, pipelines, folder, json)) ? EXIT.ok : EXIT.failed
}

async function runTests(
  config: Config,
  pipelines: readonly RunningPipeline[],
  folder: string,
  json: boolean,
): Promise<boolean> {
  let failed = 0
  for (const configTest of config.tests) {
    const { processors } = pipelineOf(pipelines, configTest.pipeline)
    const events = await eventsOf(configTest, folder)
    const differences = runTest(configTest, events, processors, config.attributes)
    if (differences.length > 0) failed++
    const { name } = configTest
    if (json)
      console.log(printableJson(JSON.stringify({ name, passed: differences.length === 0, differences })))
    else console.log(textOf(name, differences))
  }
  if (!json) console.log(`\n${config.tests.length - failed} passed, ${failed} failed`)
  return failed === 0
}

function pipelineOf(pipelines: readonly RunningPipeline[], name: string | undefined): RunningPipeline {
  const found = name === undefined ? pipelines[0] : pipelines.find(pipeline => pipeline.name === name)
  if (found !== undefined) return found
  throw new Error(`no pipeline ${name}; there are ${pipelines.map(pipeline => pipeline.name).join(', ')}`)
}

/** @throws Error when the file cannot be read, has no events, or a line that is none */
async function eventsOf({ name, input, file }: ConfigTest, folder: string): Promise<[string, AuditEvent][]> {
  if (input !== undefined) {
    const events = named(name, () => writtenEvents(input))
    return events.map((event, index) => [events.length === 1 ? '' : `event ${index + 1}`, event])
  }
  const events: [string, AuditEvent][] = []
  for await (const { line, event } of inputLines(resolve(folder, file ?? ''), `test "${name}": its file`)) {
    if (typeof event === 'string')
      throw new Error(`test "${name}": ${file}:${line}: no audit event, but ${event}`)
    events.push([`${file}:${line}`, event])
  }
  if (events.length === 0) throw new Error(`test "${name}": ${file} has no events`)
  return events
}

/** @throws Error with the test's name */
function named<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Error(`test "${name}"`, { cause: error })
  }
}

function textOf(name: string, differences: readonly Difference[]): string {
  const lines = differences.map(({ event, of, expected, found }) => {
    const what = [event, of].filter(part => part !== '').join(', ')
    return `    ${what}:\n      expected ${JSON.stringify(expected)}\n      found    ${JSON.stringify(found)}`
  })
  const mark = differences.length === 0 ? 'ok  ' : 'FAIL'
  return [`${mark} ${name}`, ...lines]
    .flatMap(text => text.split('\n'))
    .map(printable)
    .join('\n')
}
