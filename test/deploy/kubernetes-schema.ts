import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Manifest } from './manifest.ts'

/** Says what is wrong with objects by the strict JSON schemas of one version of Kubernetes: unknown keys, too. */
export class KubernetesSchemas {
  readonly #folder: string
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, inlineRefs: false })

  /** @param folder one of a version, such as `schemas/v1.37.0` */
  constructor(folder: string) {
    this.#folder = folder
    this.#ajv.addSchema(JSON.parse(readFileSync(join(folder, '_definitions.json'), 'utf8')))
  }

  /** @returns nothing when the object is valid */
  problems(manifest: Manifest): string[] {
    const [version = '', group = ''] = manifest.apiVersion.split('/').reverse()
    const parts = [manifest.kind, group.split('.')[0], version].filter(part => part)
    const file = `${parts.join('-').toLowerCase()}.json`
    const schema = JSON.parse(readFileSync(join(this.#folder, file), 'utf8'))
    const validate = this.#ajv.getSchema(schema.$id) ?? this.#ajv.compile(schema)
    validate(manifest)
    const name = `${manifest.kind}/${manifest.metadata.name}`
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${name}${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}

/** The versions of Kubernetes that are there, each with its schemas. */
export const schemaVersions = (schemas: string) =>
  readdirSync(schemas).map(version => ({ version, schemas: new KubernetesSchemas(join(schemas, version)) }))
