import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Manifest, render } from './manifest.ts'
import type { ManifestTools } from './tools/tools.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** The chart's folder. */
export const CHART = at('deploy/helm/auditship')

/** The version of the package. */
export const VERSION: string = JSON.parse(readFileSync(at('package.json'), 'utf8')).version

/** Renders objects with tools that are there only when a test runs. */
export type Rendering = (tools: ManifestTools) => Promise<Manifest[]>

/** The objects of a folder in deploy/kubernetes. */
export const overlay =
  (name: string): Rendering =>
  tools =>
    render(tools.kustomize, ['build', at(`deploy/kubernetes/${name}`)])

/** The objects of the chart, as a release `auditship` in a namespace of that name. */
export const chart =
  (...args: string[]): Rendering =>
  tools =>
    render(tools.helm, ['template', 'auditship', CHART, '--namespace', 'auditship', ...args])
