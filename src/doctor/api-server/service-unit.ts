import type { Host } from '../host.ts'

/** Where the installer of k3s and packages put the unit; what is in /etc counts. */
const FOLDERS = ['/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system']

/** The arguments in the `ExecStart` of a systemd unit, with the unit's path; undefined when there is no such unit. */
export async function readServiceArgs(
  host: Host,
  unit: string,
): Promise<{ readonly path: string; readonly args: readonly string[] } | undefined> {
  for (const folder of FOLDERS) {
    const path = `${folder}/${unit}`
    const text = await host.text(path)
    if (text !== undefined) return { path, args: words(execStart(text)) }
  }
  return undefined
}

function execStart(unit: string): string {
  const joined = unit.replaceAll(/\\\r?\n/g, ' ')
  return [...joined.matchAll(/^ExecStart=(.+)$/gm)].at(-1)?.[1] ?? ''
}

/** Words as systemd splits them, quotes taken off; of escapes those that the installer of k3s writes. */
function words(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)].map(
    ([, double, single, plain]) => (double ?? single ?? plain ?? '').replaceAll(/\\(["'\\])/g, '$1'),
  )
}

/** The configuration file that arguments of k3s or RKE2 name. */
export const configOf = (args: readonly string[]): string | undefined =>
  valuesOf(args, 'config').at(-1) ?? (args.includes('-c') ? args[args.lastIndexOf('-c') + 1] : undefined)

/** The values of an option that may come several times: `--name value` and `--name=value`. */
export function valuesOf(args: readonly string[], option: string): string[] {
  return args.flatMap((arg, index) => {
    if (arg === `--${option}`) return args[index + 1] ?? []
    return arg.startsWith(`--${option}=`) ? arg.slice(option.length + 3) : []
  })
}
