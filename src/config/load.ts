import { isMap, isSeq } from 'yaml'
import { selectAttributes } from './attributes.ts'
import { componentIds, fillEmpty, idProblems, mapping } from './components.ts'
import type { Config } from './config.ts'
import { type ConfigDocument, parseConfigText } from './document.ts'
import { attributesSchema, frameSchema, pipelinesSchema } from './frame.ts'
import { locateAll } from './locate.ts'
import { applyOverrides } from './overrides.ts'
import { ownershipProblems } from './ownership.ts'
import { formatPath } from './path.ts'
import { type PipelineIds, pipelineIds, pipelineProblems, unusedComponents } from './pipelines.ts'
import type { PrintableConfig } from './print.ts'
import { ConfigError, type ConfigProblem, formatProblem, inTextOrder, type PathProblem } from './problem.ts'
import { redacting, redactionWarnings, withRedaction } from './redaction.ts'
import { type Names, resolve } from './resolve.ts'
import { resourceAttributes } from './resource.ts'
import { testProblems } from './tests.ts'
import { validate } from './validate.ts'
import { readValues } from './values.ts'

/** What a configuration is made of. */
export interface ConfigSource extends Names {
  /** YAML (or JSON) text. */
  readonly text: string
  /** The file's name in messages. */
  readonly file: string
  /** `--set` overrides such as `exporters.otlp.endpoint=http://x`. */
  readonly overrides?: readonly string[]
}

/** A configuration ready to run, and what is odd about it. */
export interface LoadedConfig {
  readonly config: Config
  /** One line each, as problems are written; nothing here keeps the agent from running. */
  readonly warnings: readonly string[]
  /** For `printConfig`. */
  readonly printable: PrintableConfig
}

/**
 * Reads, substitutes and checks a configuration.
 * @throws ConfigError with all that is wrong with it
 */
export async function loadConfig(source: ConfigSource): Promise<LoadedConfig> {
  const document = parseConfigText(source.text, source.file)
  const inOverrides = applyOverrides(document, source.overrides ?? [])
  const early = [...document.duplicateKeys, ...inOverrides]
  refuseNoMapping(document, early)
  const values = await readValues(document, source.env)
  const filled = fillEmpty(mapping(values.value) ?? {})
  const { raw, redacts } = withRedaction(filled, source.types)
  const ids = componentIds(raw)
  const writtenIds = componentIds(filled).processors.includes('redact') ? ids : componentIds(filled)
  const schema = frameSchema(ids, source.types)
  const { data, written, problems } = validate(schema, raw, values)
  const shown = (problem: PathProblem) => !values.origins.has(formatPath(problem.path))
  const names = [...idProblems(ids, source.types), ...referenceProblems(raw, ids, source)].map(problem =>
    shown(problem)
      ? problem
      : { ...problem, message: 'a name that came from a substitution is not known here' },
  )
  const later = firstOfEachPath([...values.problems, ...problems, ...names])
  if (data === undefined || early.length + later.length > 0) {
    throw new ConfigError(inTextOrder([...early, ...locateAll(document, later)]))
  }
  const shared = ownershipProblems(data, source.types)
  if (shared.length > 0) throw new ConfigError(inTextOrder(locateAll(document, shared)))
  const pipelines = redacting(pipelineIds(ids, data.service.pipelines), redacts)
  const config = resolve(data, pipelines, source)
  const inTests = testProblems(config.tests, config.attributes, [...pipelines.keys()])
  if (inTests.length > 0) throw new ConfigError(inTextOrder(locateAll(document, inTests)))
  const inForce = {
    ...written,
    resource: resourceAttributes({ cluster: {}, resource: data.resource }, source.env),
    service: { ...mapping(written.service), pipelines: Object.fromEntries(pipelines) },
  }
  return {
    config,
    warnings: [
      ...locateAll(document, unusedComponents(writtenIds, pipelines.values())).map(formatProblem),
      ...redactionWarnings(pipelines, source.types),
    ],
    printable: { schema, raw: inForce, origins: values.origins },
  }
}

function refuseNoMapping(document: ConfigDocument, early: readonly ConfigProblem[]): void {
  const { contents } = document.yaml
  if (isMap(contents)) return
  const expected = 'expected a mapping with the keys receivers and exporters'
  const found = isSeq(contents) ? 'a list' : 'a single value'
  const message = contents === null ? `the file is empty; ${expected}` : `${expected}, found ${found}`
  throw new ConfigError([...early, ...locateAll(document, [{ path: [], message }])])
}

/** Problems of names: attributes that do not exist, pipelines of components that are not configured. */
function referenceProblems(
  raw: Readonly<Record<string, unknown>>,
  ids: PipelineIds,
  { attributes }: ConfigSource,
): PathProblem[] {
  const problems: PathProblem[] = []
  const choice = attributesSchema.safeParse(raw.attributes ?? {})
  if (choice.success) {
    for (const problem of selectAttributes(attributes, choice.data).problems) {
      problems.push({ ...problem, path: ['attributes', ...problem.path] })
    }
  }
  const pipelines = pipelinesSchema.optional().safeParse(mapping(raw.service)?.pipelines)
  if (pipelines.success) problems.push(...pipelineProblems(ids, pipelines.data))
  return problems
}

/** What is wrong first at a path makes the rest follow: a value that could not be substituted is also too short. */
function firstOfEachPath(problems: readonly PathProblem[]): PathProblem[] {
  const byPath = new Map<string, PathProblem>()
  for (const problem of problems) {
    const path = formatPath(problem.path)
    if (!byPath.has(path)) byPath.set(path, problem)
  }
  return [...byPath.values()]
}
