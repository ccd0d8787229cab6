import type * as z from 'zod'
import type { Path } from './path.ts'

/** A schema without its wrappers (`optional`, `default`, a transform behind it …) and what these said. */
export interface Unwrapped {
  readonly core: z.core.$ZodTypes
  readonly description: string | undefined
  /** How a value is written, when it is one of `duration()`, `byteSize()` and `condition()`. */
  readonly notation: 'duration' | 'size' | 'condition' | undefined
  readonly secret: boolean
  readonly required: boolean
  /** The value of `.default()` (as parsed) or `.prefault()` (as written). */
  readonly fallback: { readonly value: unknown } | undefined
}

/** Takes wrappers off; the outermost description and default count. */
export function unwrap(schema: z.core.$ZodType): Unwrapped {
  const core = schema as z.core.$ZodTypes
  const meta = (schema as z.ZodType).meta() ?? {}
  const inner = wrapped(core)
  const below = inner && unwrap(inner)
  return {
    core: below?.core ?? core,
    description: meta.description ?? below?.description,
    notation: (meta.notation as Unwrapped['notation']) ?? below?.notation,
    secret: meta.secret === true || below?.secret === true,
    required: schema._zod.optin === undefined,
    fallback: fallbackOf(core) ?? below?.fallback,
  }
}

function wrapped({ _zod: { def } }: z.core.$ZodTypes): z.core.$ZodType | undefined {
  if (def.type === 'lazy') return def.getter()
  if (def.type === 'pipe')
    return (def.in as z.core.$ZodTypes)._zod.def.type === 'transform' ? def.out : def.in
  return 'innerType' in def ? def.innerType : undefined
}

function fallbackOf({ _zod: { def } }: z.core.$ZodTypes): { value: unknown } | undefined {
  return def.type === 'default' || def.type === 'prefault' ? { value: def.defaultValue } : undefined
}

/** The schemas a value at `key` below this one can have: several below a union. */
function below(schema: z.core.$ZodType, key: string | number): readonly z.core.$ZodType[] {
  const { core } = unwrap(schema)
  const { def } = core._zod
  if (def.type === 'array') return [def.element]
  if (def.type === 'record') return [def.valueType]
  if (def.type === 'union') return def.options.flatMap(option => below(option, key))
  if (def.type === 'intersection') return [def.left, def.right].flatMap(side => below(side, key))
  const child = def.type === 'object' && Object.hasOwn(def.shape, key) ? def.shape[key] : undefined
  return child === undefined ? [] : [child]
}

/** The schemas a value at `path` can have. */
export function schemasAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  return path.reduce<readonly z.core.$ZodType[]>(
    (schemas, key) => schemas.flatMap(parent => below(parent, key)),
    [schema],
  )
}

/** Whether the field is another name of one that is known by a shorter one. */
export const isAlias = (schema: z.core.$ZodType) => (schema as z.ZodType).meta()?.alias === true

/** The fields of a mapping; those of all forms when there are several. Empty for anything else. */
export function fieldsOf(schema: z.core.$ZodType): ReadonlyMap<string, z.core.$ZodType> {
  const { def } = unwrap(schema).core._zod
  if (def.type === 'object') return new Map(Object.entries(def.shape))
  if (def.type === 'union') return new Map(def.options.flatMap(option => [...fieldsOf(option)]))
  if (def.type === 'intersection') return new Map([...fieldsOf(def.left), ...fieldsOf(def.right)])
  return new Map()
}

/**
 * Whether a value of this schema is a secret or can hold one, so that a wrong value in its place may be one too.
 * A schema that takes anything may.
 */
export function holdsSecret(schema: z.core.$ZodType, within: readonly z.core.$ZodType[] = []): boolean {
  const { core, secret } = unwrap(schema)
  if (within.includes(core)) return false // conditions are made of conditions
  const below = [...within, core]
  const { def } = core._zod
  if (secret || def.type === 'unknown' || def.type === 'any') return true
  if (def.type === 'array') return holdsSecret(def.element, below)
  if (def.type === 'record') return holdsSecret(def.valueType, below)
  if (def.type === 'union') return def.options.some(option => holdsSecret(option, below))
  return [...fieldsOf(schema).values()].some(field => holdsSecret(field, below))
}
