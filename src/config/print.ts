import { stringify } from 'yaml'
import type * as z from 'zod'
import { HIDDEN, hideUrlPasswords } from './hidden.ts'
import { formatPath, type Path } from './path.ts'
import { formatByteSize, formatDuration } from './scalars.ts'
import { fieldsOf, holdsSecret, schemasAt, unwrap } from './schema.ts'
import type { Origin } from './substitute.ts'

/** What `printConfig` needs of a loaded configuration. */
export interface PrintableConfig {
  readonly schema: z.ZodType
  /** As written, after overrides and substitution. */
  readonly raw: unknown
  readonly origins: ReadonlyMap<string, Origin>
}

/**
 * The configuration in force as YAML, defaults filled in. Secrets, values from `${file:…}` and passwords in URLs
 * are `<hidden>`; other values from `${env:…}` are shown.
 */
export function printConfig({ schema, raw, origins }: PrintableConfig): string {
  return stringify(effective(schema, raw, []))

  function effective(schema: z.core.$ZodType, written: unknown, path: Path): unknown {
    const { fallback, notation } = unwrap(schema)
    const value = written === undefined ? fallback?.value : written
    if (value === undefined) return undefined
    if (Array.isArray(value)) return value.map((item, index) => child(schema, item, [...path, index]))
    if (typeof value === 'object' && value !== null) return mapping(schema, value, path)
    if (holdsSecret(schema) || origins.get(formatPath(path)) === 'file') return HIDDEN
    if (notation === 'duration' && typeof value === 'number') return formatDuration(value)
    if (notation === 'size' && typeof value === 'number') return formatByteSize(value)
    return typeof value === 'string' ? hideUrlPasswords(value) : value
  }

  function mapping(schema: z.core.$ZodType, value: object, path: Path): Record<string, unknown> {
    const form = fittingForm(schema, value)
    const keys = new Set([...fieldsOf(form).keys(), ...Object.keys(value)])
    const entries = [...keys].map(key => {
      const written: unknown = Object.hasOwn(value, key) ? value[key as keyof typeof value] : undefined
      return [key, child(form, written, [...path, key])] as const
    })
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined))
  }

  function child(parent: z.core.$ZodType, value: unknown, path: Path): unknown {
    const [schema] = schemasAt(parent, path.slice(-1))
    if (schema !== undefined) return effective(schema, value, path)
    // Nothing says whether it is a secret.
    return value === undefined ? undefined : HIDDEN
  }
}

/** Of a union's forms, the one that takes the value, so that only its defaults are filled in. */
function fittingForm(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  const { core } = unwrap(schema)
  if (core._zod.def.type !== 'union') return core
  const fitting = core._zod.def.options.find(option => (option as z.ZodType).safeParse(value).success)
  return fitting === undefined ? core : fittingForm(fitting, value)
}
