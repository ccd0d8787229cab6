/** Flags of kube-apiserver by name, without dashes. */
export type Flags = ReadonlyMap<string, string>

/** The flags of a command line, each `--name=value`, `--name value` or, of one that is on, `--name`. */
export function flagsOfCommand(words: readonly string[]): Flags {
  const args = words.flatMap((word, index) => {
    const next = words[index + 1]
    const isAlone = word.includes('=') || next === undefined || next.startsWith('--')
    if (!word.startsWith('--')) return []
    return isAlone ? word : `${word}=${next}`
  })
  return flagsOf(args)
}

/** The flags among arguments such as `--audit-log-path=/x`, with or without dashes; of one that comes twice, the last. */
export function flagsOf(args: readonly string[]): Flags {
  const flags = new Map<string, string>()
  for (const arg of args) {
    const [, name, value] = /^-{0,2}([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(arg) ?? []
    if (name !== undefined) flags.set(name, value ?? 'true')
  }
  return flags
}
