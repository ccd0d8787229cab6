/** Flags of kube-apiserver by name, without dashes. */
export type Flags = ReadonlyMap<string, string>

/** The flags among arguments such as `--audit-log-path=/x`, with or without dashes; of one that comes twice, the last. */
export function flagsOf(args: readonly string[]): Flags {
  const flags = new Map<string, string>()
  for (const arg of args) {
    const [, name, value] = /^-{0,2}([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(arg) ?? []
    if (name !== undefined) flags.set(name, value ?? 'true')
  }
  return flags
}
