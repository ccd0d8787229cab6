/** Those of `all` whose names a command line gives, separated by commas; all when it gives none. @throws Error for an unknown one */
export function chosenOf<T extends { readonly name: string }>(
  all: readonly T[],
  names: string | undefined,
): readonly T[] {
  const known = all.map(({ name }) => name)
  const asked = names?.split(',') ?? known
  const unknown = asked.filter(name => !known.includes(name))
  if (unknown.length > 0) throw new Error(`${unknown}: expected some of ${known}`)
  return all.filter(({ name }) => asked.includes(name))
}
