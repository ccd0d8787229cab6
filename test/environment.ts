import type { TestContext } from 'node:test'

/** Sets variables of the environment, or unsets them, until the test ends. */
export function setEnvironment(
  t: TestContext,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  const before = { ...process.env }
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  for (const [name, value] of Object.entries(variables)) set(name, value)
  t.after(() => {
    for (const name of Object.keys(variables)) set(name, before[name])
  })
}
