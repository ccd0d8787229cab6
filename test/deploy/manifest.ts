import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { COMPONENTS } from '../../src/components.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Placement } from './scheduling.ts'

const exec = promisify(execFile)

/** A Kubernetes object, as far as the tests look into it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: DaemonSetSpec
  readonly data?: Readonly<Record<string, string>>
}

/** The parts of a DaemonSet's `spec` that tests name. */
export interface DaemonSetSpec {
  readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec }
}
interface PodSpec extends Placement {
  readonly containers: readonly Container[]
  readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[]
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: object
}
interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string; readonly host?: string }
}

/** The objects of YAML documents, read as Kubernetes reads them: YAML 1.1. @throws Error on bad YAML */
export function manifestsIn(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true })
  if ('empty' in documents) return []
  return documents
    .map(document => {
      if (document.errors[0]) throw document.errors[0]
      return document.toJS()
    })
    .filter(manifest => manifest !== null)
}

/** What a tool prints, as objects. @throws Error with what it says when it fails */
export async function render(tool: string, args: readonly string[]): Promise<Manifest[]> {
  const { stdout } = await exec(tool, args, { maxBuffer: 16 << 20 })
  return manifestsIn(stdout)
}

/** The one object of this kind. */
export function theOne(manifests: readonly Manifest[], kind: string): Manifest {
  const [found, ...more] = manifests.filter(manifest => manifest.kind === kind)
  if (!found || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} objects of kind ${kind}`)
  return found
}

/** The pods of the DaemonSet among these. */
export function podSpec(manifests: readonly Manifest[]): PodSpec {
  const { spec } = theOne(manifests, 'DaemonSet')
  if (!spec) throw new Error('a DaemonSet without spec')
  return spec.template.spec
}

/**
 * auditship's configuration of the ConfigMap with what the container's arguments set, checked as `auditship validate` does.
 * @throws ConfigError with all problems
 */
export async function configurationOf(manifests: readonly Manifest[]) {
  const text = theOne(manifests, 'ConfigMap').data?.['auditship.yaml'] ?? ''
  const args = podSpec(manifests).containers[0]?.args ?? []
  const overrides = args.filter((_, index) => args[index - 1] === '--set')
  const file = 'auditship.yaml'
  return loadConfig({ text, file, overrides, env: {}, types: COMPONENTS, attributes: ATTRIBUTES })
}
