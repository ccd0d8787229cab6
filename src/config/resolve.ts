import type { AttributeDefinition } from '../audit/attributes.ts'
import { selectAttributes } from './attributes.ts'
import type { ComponentConfig, Config } from './config.ts'
import { type ComponentTypes, type Frame, typeOf } from './frame.ts'
import type { PipelineIds } from './pipelines.ts'
import { resourceAttributes } from './resource.ts'
import type { Env } from './substitute.ts'

/** What the names in a configuration stand for. */
export interface Names {
  readonly types: ComponentTypes
  /** The attribute table. */
  readonly attributes: readonly AttributeDefinition[]
  readonly env: Env
}

/** Puts components, attributes and resource in the place of their names in a frame that has no problems. */
export function resolve(
  data: Frame,
  pipelines: ReadonlyMap<string, PipelineIds>,
  { types, attributes, env }: Names,
): Config {
  const { pipelines: _, ...service } = data.service
  const receivers = configured(data.receivers, types.receivers)
  const processors = configured(data.processors, types.processors)
  const exporters = configured(data.exporters, types.exporters)
  return {
    pipelines: [...pipelines].map(([name, used]) => ({
      name,
      receivers: named(used.receivers, receivers),
      processors: named(used.processors, processors),
      exporters: named(used.exporters, exporters),
    })),
    attributes: selectAttributes(attributes, data.attributes).attributes,
    cluster: data.cluster,
    resource: resourceAttributes(data, env),
    service,
    tests: data.tests ?? [],
  }
}

function configured<Type extends { readonly type: string }>(
  options: Readonly<Record<string, unknown>>,
  types: readonly Type[],
): ReadonlyMap<string, ComponentConfig<Type>> {
  const components = new Map<string, ComponentConfig<Type>>()
  for (const [id, value] of Object.entries(options)) {
    const type = types.find(candidate => candidate.type === typeOf(id))
    if (type !== undefined) components.set(id, { id, type, options: value })
  }
  return components
}

function named<Type>(
  ids: readonly string[],
  components: ReadonlyMap<string, ComponentConfig<Type>>,
): ComponentConfig<Type>[] {
  return ids.map(id => components.get(id)).filter(component => component !== undefined)
}
