import { clusterName } from '../../pipeline/cluster-name.ts'
import type { ComponentContext, SetupStep } from '../../pipeline/contracts.ts'
import type { Log } from '../../pipeline/log.ts'
import { auditMapping } from './audit-mapping.ts'
import { CHANGE_EVENTS_MAPPING } from './change-events-mapping.ts'
import type { OpenSearchClient } from './client.ts'
import { dataStreamStep } from './data-stream-step.ts'
import { ismPolicy } from './ism-policy.ts'
import { policyStep } from './ism-step.ts'
import { installedName, nameFor, patternFor } from './names.ts'
import type { OpenSearchOptions } from './options.ts'
import { SetupCluster } from './setup-cluster.ts'
import { indexStep, type TemplateStep, templateStep } from './setup-steps.ts'
import { changeEventsTemplate, dataStreamTemplates, indexSettings } from './templates.ts'

const OPNIS = 'with `layout: opni` it is Opni’s own'

/** Installs what events need in the cluster: templates, retention, the data stream and the index of change events. */
export class Setup {
  readonly #client: OpenSearchClient
  readonly #options: OpenSearchOptions
  readonly #context: ComponentContext
  readonly #resourceNames: readonly string[]
  readonly #isWanted: boolean
  #isDone = false
  #isIndex = false
  #running: Promise<void> | undefined
  #said = ''

  /** @param resourceNames resource attributes that documents have */
  constructor(
    client: OpenSearchClient,
    options: OpenSearchOptions,
    context: ComponentContext,
    resourceNames: readonly string[],
  ) {
    this.#client = client
    this.#options = options
    this.#context = context
    this.#resourceNames = resourceNames
    this.#isWanted = options.setup.enabled && (options.layout !== 'opni' || options.changeEvents !== false)
  }

  /** Once before the first event; those who ask at a time share one run. @throws RetryableError when it has to be tried again */
  async ensure(signal: AbortSignal): Promise<void> {
    if (this.#isDone || !this.#isWanted) return
    this.#running ??= this.#run(signal).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  /** Has the next `ensure` look again, after an operator had to act: rights may have come, an index may have gone. */
  again(): void {
    this.#isDone = false
  }

  /** Whether an operator made an index in place of the data stream. */
  get isIndex(): boolean {
    return this.#isIndex
  }

  /** Takes one step after the other; a dry run only looks. */
  async *steps(dryRun: boolean, signal: AbortSignal): AsyncGenerator<SetupStep> {
    const { layout, dataStream, changeEvents, setup } = this.#options
    const { resource } = this.#context
    const cluster = new SetupCluster(this.#client, dryRun, signal)
    const ofCluster = clusterName(resource)
    const name = nameFor(dataStream, ofCluster)
    if (layout === 'opni') yield { what: `index ${name}`, outcome: 'unchanged', why: OPNIS }
    else yield* this.#streamSteps(cluster, name)
    if (changeEvents === false) return
    yield templateStep(cluster, changeEventsTemplate(patternFor(changeEvents, ofCluster), setup))
    yield indexStep(cluster, nameFor(changeEvents, ofCluster), indexSettings(setup), CHANGE_EVENTS_MAPPING)
  }

  async *#streamSteps(cluster: SetupCluster, name: string): AsyncGenerator<SetupStep> {
    const { dataStream, setup } = this.#options
    const { attributes, resource } = this.#context
    const pattern = patternFor(dataStream, clusterName(resource))
    const mapping = auditMapping(attributes, this.#resourceNames)
    let missing: TemplateStep | undefined
    for (const template of dataStreamTemplates(pattern, mapping, setup)) {
      const step = await templateStep(cluster, template)
      if (step.isMissing) missing ??= step
      yield step
    }
    yield policyStep(cluster, installedName(pattern), ismPolicy(pattern, setup), name)
    const step = await dataStreamStep(cluster, name, mapping, missing)
    this.#isIndex = step.isIndex === true
    yield step
  }

  async #run(signal: AbortSignal): Promise<void> {
    const steps: SetupStep[] = []
    for await (const step of this.steps(false, signal)) steps.push(step)
    this.#isDone = true
    const outcome = steps.map(({ what, outcome }) => `${what} ${outcome}`).join()
    if (outcome !== this.#said) sayWhatWasDone(steps, this.#context.log)
    this.#said = outcome
  }
}

const isChange = (outcome: SetupStep['outcome']) => outcome === 'created' || outcome === 'updated'

function sayWhatWasDone(steps: readonly SetupStep[], log: Log): void {
  for (const { what, outcome, why } of steps) {
    const line = `${outcome} ${what}${why === undefined ? '' : `: ${why}`}`
    if (outcome === 'skipped' || (isChange(outcome) && why !== undefined)) log.warn(line)
    else if (isChange(outcome)) log.info(line)
  }
  const denied = steps.filter(({ outcome }) => outcome === 'forbidden')
  if (denied.length === 0) return
  log.warn(
    `no right to look after ${denied.map(({ what }) => what).join(', ')}: if they are not there yet, ` +
      `an administrator has to run \`auditship setup opensearch --config FILE\` once (${denied[0]?.why})`,
  )
}
