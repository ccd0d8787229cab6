import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ATTRIBUTES } from '../audit/attributes.ts'
import { COMPONENTS } from '../components.ts'
import { loadConfig } from '../config/load.ts'
import { settingsFile } from '../init/api-server-settings.ts'
import { configurationText } from '../init/configuration.ts'
import { nextSteps } from '../init/next-steps.ts'
import { readOpni } from '../init/opni.ts'
import { EXPORTERS, type ExporterName, type Plan, type PlannedFile, POLICIES } from '../init/plan.ts'
import { valuesText } from '../init/values.ts'
import { FilesExist, writeFiles } from '../init/write-files.ts'
import { PACKAGE_ROOT } from '../package.ts'
import { PROVIDERS, type Provider } from '../receivers/audit-log/provider-presets.ts'
import { EXIT } from './exit-code.ts'

/** What `auditship init` is given. */
export interface InitOptions {
  readonly provider?: string
  readonly exporter?: string
  /** Name of a policy in examples/policies. */
  readonly policy: string
  readonly dir: string
  readonly force?: boolean
  /** File with a resource of Opni. */
  readonly fromOpni?: string
}

class WrongOption extends Error {}

/** `auditship init`: writes all that a set-up needs, and says what to do with it. Resolves to the exit code. */
export async function init(options: InitOptions): Promise<number> {
  try {
    const plan =
      options.fromOpni === undefined ? await ownPlan(options) : await opniPlan(options.fromOpni, options)
    const files = filesOf(plan)
    await refuseUnusable(files)
    await writeFiles(options.dir, files, options.force ?? false)
    console.log(`Wrote ${files.map(({ name }) => join(options.dir, name)).join(', ')}.\n`)
    console.log(nextSteps(plan, options.dir))
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof WrongOption || error instanceof FilesExist)) throw error
    console.error(`auditship init: ${error.message}`)
    return error instanceof WrongOption ? EXIT.usage : EXIT.failed
  }
}

async function ownPlan({ provider, exporter, policy }: InitOptions): Promise<Plan> {
  return {
    provider: oneOf<Provider>('--provider', PROVIDERS, provider),
    exporter: oneOf<ExporterName>('--exporter', EXPORTERS, exporter),
    pathPrefix: undefined,
    filename: undefined,
    policy: await policyText(policy),
    notes: [],
  }
}

async function opniPlan(file: string, { provider, exporter, policy }: InitOptions): Promise<Plan> {
  if (provider !== undefined) throw new WrongOption('--provider stands in the resource of --from-opni')
  const opni = await readFile(file, 'utf8').then(readOpni, (cause: unknown) => {
    throw new Error(`cannot read ${file}`, { cause })
  })
  // Opni wrote into OpenSearch.
  const chosen = exporter ?? 'opensearch'
  return {
    ...opni,
    exporter: oneOf<ExporterName>('--exporter', EXPORTERS, chosen),
    policy: await policyText(policy),
  }
}

function filesOf(plan: Plan): PlannedFile[] {
  const { provider, policy } = plan
  return [
    { name: 'auditship.yaml', text: configurationText(plan) },
    { name: 'audit-policy.yaml', text: policy },
    ...(provider === undefined ? [] : [settingsFile(provider, plan)]),
    { name: 'values.yaml', text: valuesText(plan) },
  ]
}

/** What an option or a resource says may be well formed and still be nothing that the agent takes. */
async function refuseUnusable(files: readonly PlannedFile[]): Promise<void> {
  const [{ name, text } = { name: '', text: '' }] = files
  const source = { text, file: name, env: process.env, types: COMPONENTS, attributes: ATTRIBUTES }
  await loadConfig(source).catch((cause: unknown) => {
    throw new Error('nothing was written, it could not be used', { cause })
  })
}

function oneOf<T extends string>(option: string, known: readonly T[], value: string | undefined): T {
  const found = known.find(name => name === value)
  if (found !== undefined) return found
  throw new WrongOption(`${option}: expected ${known.join(', ')}, found ${value ?? 'nothing'}`)
}

function policyText(name: string): Promise<string> {
  const file = `${oneOf('--policy', POLICIES, name)}.yaml`
  return readFile(join(PACKAGE_ROOT, 'examples/policies', file), 'utf8')
}
