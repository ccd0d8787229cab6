import type * as z from 'zod'
import { type ComponentTypes, SECTIONS, type Section } from './frame.ts'
import { formatByteSize, formatDuration } from './scalars.ts'
import { fieldsOf, type Unwrapped, unwrap } from './schema.ts'

/** An option of a component, as `auditship components` and the reference page list it. */
export interface OptionDescription {
  /** With its parents: `tls.caFile`. */
  readonly name: string
  /** In words: `string`, `duration`, `"gzip" | "none"`, `list of string`. */
  readonly type: string
  readonly required: boolean
  /** As it would be written; undefined when there is none. */
  readonly default: string | undefined
  readonly description: string
}

/** A component type and its options. */
export interface ComponentDescription {
  readonly type: string
  readonly description: string
  readonly options: readonly OptionDescription[]
}

/** All component types by section, ready for `--format json`. */
export type ComponentListing = Readonly<Record<Section, readonly ComponentDescription[]>>

/** Describes component types from their schemas. */
export function describeComponents(types: ComponentTypes): ComponentListing {
  const [receivers, processors, exporters] = SECTIONS.map(section => types[section].map(describeComponent))
  return { receivers: receivers ?? [], processors: processors ?? [], exporters: exporters ?? [] }
}

function describeComponent(component: ComponentTypes[Section][number]): ComponentDescription {
  const { type, description, options } = component
  return { type, description, options: describeOptions(options) }
}

/** The options of a mapping's schema; nested mappings are followed. */
export function describeOptions(schema: z.core.$ZodType, prefix = ''): OptionDescription[] {
  return [...fieldsOf(schema)].flatMap(([key, field]) => {
    const unwrapped = unwrap(field)
    const nested = unwrapped.notation === undefined ? describeOptions(field, `${prefix}${key}.`) : []
    if (nested.length > 0 && unwrapped.core._zod.def.type === 'object') return nested
    const { description = '' } = unwrapped
    const required = unwrapped.required && inEveryForm(schema, key)
    const name = `${prefix}${key}`
    return [
      { name, type: typeName(field), required, default: defaultText(unwrapped), description },
      ...nested,
    ]
  })
}

function inEveryForm(schema: z.core.$ZodType, key: string): boolean {
  const { def } = unwrap(schema).core._zod
  return def.type === 'union' ? def.options.every(form => inEveryForm(form, key)) : fieldsOf(schema).has(key)
}

function typeName(schema: z.core.$ZodType): string {
  const { core, notation, secret } = unwrap(schema)
  const { def } = core._zod
  if (notation !== undefined) return notation
  if (secret) return 'secret'
  switch (def.type) {
    case 'enum':
      return Object.values(def.entries)
        .map(value => JSON.stringify(value))
        .join(' | ')
    case 'literal':
      return def.values.map(value => JSON.stringify(value)).join(' | ')
    case 'array':
      return `list of ${typeName(def.element)}`
    case 'record':
      return `map of ${typeName(def.valueType)}`
    case 'union':
      return [...new Set(def.options.map(typeName))].join(' | ')
    case 'object':
      return 'mapping'
    default:
      return def.type
  }
}

function defaultText({ fallback, notation }: Unwrapped): string | undefined {
  if (fallback === undefined) return undefined
  const { value } = fallback
  if (notation === 'duration' && typeof value === 'number') return formatDuration(value)
  if (notation === 'size' && typeof value === 'number') return formatByteSize(value)
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
