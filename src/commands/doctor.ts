import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from '../config/problem.ts'
import { diagnose, type Given } from '../doctor/diagnose.ts'
import { type Finding, worst } from '../doctor/finding.ts'
import { Host } from '../doctor/host.ts'
import { PROVIDERS, type Provider } from '../receivers/audit-log/provider-presets.ts'
import { printable } from '../terminal/printable.ts'
import { type ConfigOptions, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'

/** Where packages and the manifests put the configuration. */
const USUAL_CONFIG = '/etc/auditship/auditship.yaml'

/** What `auditship doctor` is given. */
export interface DoctorOptions extends ConfigOptions {
  readonly provider?: string
  /** Where the machine's `/` is mounted. */
  readonly root: string
  readonly json?: boolean
}

/** `auditship doctor`: says why no events appear, with the command that repairs it. Resolves to the exit code. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { provider } = options
  if (provider !== undefined && !isProvider(provider)) {
    console.error(`auditship doctor: --provider: expected ${PROVIDERS.join(', ')}, found ${provider}`)
    return EXIT.usage
  }
  const file = fileOf(options)
  if (file === undefined && (options.set ?? []).length > 0) {
    console.error('auditship doctor: --set changes a configuration: expected --config FILE too')
    return EXIT.usage
  }
  const { given, findings } = await configuration(options, file)
  findings.push(...(await diagnose(new Host(options.root), given, provider, new AbortController().signal)))
  const severity = worst(findings)
  if (options.json) console.log(JSON.stringify({ severity, findings }, null, 2))
  else console.log(`${findings.map(textOf).join('\n')}\n\n${summary(findings)}`)
  return { ok: EXIT.ok, warning: EXIT.warnings, error: EXIT.failed }[severity]
}

const isProvider = (name: string): name is Provider => (PROVIDERS as readonly string[]).includes(name)

function fileOf(options: DoctorOptions): string | undefined {
  const file = options.config ?? (process.env.AUDITSHIP_CONFIG || undefined)
  return file ?? (existsSync(USUAL_CONFIG) ? USUAL_CONFIG : undefined)
}

/** Without a configuration what the API server does is looked at nevertheless. */
async function configuration(
  options: DoctorOptions,
  path: string | undefined,
): Promise<{ readonly given: Given; readonly findings: Finding[] }> {
  const without = { config: undefined, log: options.file && resolve(options.file) }
  if (path === undefined) {
    const message = `no configuration: none was given, and there is no ${USUAL_CONFIG}; the agent and its backends are not looked at`
    const repair = 'auditship doctor --config auditship.yaml'
    const finding = { check: 'configuration', severity: 'unknown', message, repair } as const
    return { given: { ...without, file: 'auditship.yaml' }, findings: [finding] }
  }
  try {
    const { config, warnings } = await readConfiguration({ ...options, config: path })
    const odd = warnings.map(message => ({ check: 'configuration', severity: 'warning', message }) as const)
    const valid = { check: 'configuration', severity: 'ok', message: `${path} is valid` } as const
    return { given: { config, file: path }, findings: [...odd, valid] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const repair = `$EDITOR ${path}\nauditship validate --config ${path}`
    const finding = { check: 'configuration', severity: 'error', message: error.message, repair } as const
    return { given: { ...without, file: path }, findings: [finding] }
  }
}

const MARKS = { ok: 'ok     ', unknown: '?      ', warning: 'WARNING', error: 'ERROR  ' } as const

function textOf({ check, severity, message, repair }: Finding): string {
  const lines = message.split('\n').map(printable)
  const commands = (repair ?? '').split('\n').filter(line => line !== '')
  const said = [`${MARKS[severity]} ${check}: ${lines.join('\n        ')}`]
  return [...said, ...commands.map(line => `          $ ${printable(line)}`)].join('\n')
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']) =>
    findings.filter(finding => finding.severity === severity).length
  return `${count('error')} errors, ${count('warning')} warnings, ${count('ok')} ok`
}
