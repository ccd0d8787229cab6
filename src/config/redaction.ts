import { mapping } from './components.ts'
import { type ComponentTypes, typeOf } from './frame.ts'
import type { PipelineIds } from './pipelines.ts'

/** Id and type of the processor that is part of every pipeline unless it is turned off. */
const REDACT = 'redact'

const isRedact = (id: string) => typeOf(id) === REDACT

/**
 * The raw configuration with a `redact` processor, and whether pipelines have it unless they say otherwise: not after
 * `processors: { redact: false }`; undefined when there is no such processor.
 */
export function withRedaction(
  raw: Readonly<Record<string, unknown>>,
  types: ComponentTypes,
): { raw: Record<string, unknown>; redacts: boolean | undefined } {
  const processors = raw.processors === undefined ? {} : mapping(raw.processors)
  const isKnown = types.processors.some(({ type }) => type === REDACT)
  if (!isKnown) return { raw: { ...raw }, redacts: undefined }
  if (processors === undefined) return { raw: { ...raw }, redacts: true }
  const { [REDACT]: own, ...others } = processors
  if (own === false) return { raw: { ...raw, processors: others }, redacts: false }
  return {
    raw: { ...raw, processors: own === undefined ? { [REDACT]: {}, ...others } : processors },
    redacts: true,
  }
}

/** Pipelines that redact before everything else, unless one of their processors does, or they are not to. */
export function redacting(
  pipelines: ReadonlyMap<string, PipelineIds>,
  redacts: boolean | undefined,
): ReadonlyMap<string, PipelineIds> {
  if (redacts === undefined) return pipelines
  return new Map([...pipelines].map(([name, ids]) => [name, redactingFirst(ids, redacts)]))
}

function redactingFirst(pipeline: PipelineIds, redacts: boolean): PipelineIds {
  if (pipeline.processors.some(isRedact)) return { ...pipeline, redact: true }
  if (!redacts || pipeline.redact === false) return { ...pipeline, redact: false }
  return { ...pipeline, redact: true, processors: [REDACT, ...pipeline.processors] }
}

/** A warning for each pipeline that does not redact. */
export function redactionWarnings(
  pipelines: ReadonlyMap<string, PipelineIds>,
  types: ComponentTypes,
): string[] {
  if (!types.processors.some(({ type }) => type === REDACT)) return []
  return [...pipelines]
    .filter(([, { processors }]) => !processors.some(isRedact))
    .map(
      ([name]) =>
        `pipeline ${name} does not redact: values of Secrets, tokens, private keys and passwords leave the node as they are (redact: false)`,
    )
}
