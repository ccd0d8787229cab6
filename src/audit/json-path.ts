/** One step of a path: a key, any key or index, an index, or any number of steps. */
export type PathStep =
  | { readonly key: string }
  | { readonly index: number }
  | { readonly any: 'child' | 'element' | 'descendants' }

/** A path into an event's JSON: `requestObject.spec.**.env[*].value`. */
export type JsonPath = readonly PathStep[]

const STEP = /(?:^|\.)(?:(\*\*)|(\*)|([^.[\]*"]+))|\[(?:(\*)|(\d+)|("(?:[^"\\]|\\.)*"))\]/y

/**
 * Reads a path: keys parted by dots, `*` for any key, `[*]` for any element of a list, `[0]` for one, `["a.b"]` for a key with
 * dots (a JSON string), `**` for any number of steps, none too.
 * @throws SyntaxError with the position of what is wrong
 */
export function parseJsonPath(text: string): JsonPath {
  const steps: PathStep[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex
    const match = STEP.exec(text)
    if (match === null)
      throw new SyntaxError(
        `expected a path such as requestObject.spec.**.env[*].value or annotations["a/b"], ` +
          `found "${text.slice(at)}" at its character ${at + 1}`,
      )
    steps.push(stepOf(match))
  }
  if (steps.length === 0)
    throw new SyntaxError('expected a path such as requestObject.metadata.name, found none')
  return steps
}

function stepOf([, descendants, child, key, element, index, quoted]: RegExpExecArray): PathStep {
  if (descendants !== undefined) return { any: 'descendants' }
  if (child !== undefined) return { any: 'child' }
  if (element !== undefined) return { any: 'element' }
  if (index !== undefined) return { index: Number(index) }
  return { key: quoted === undefined ? (key ?? '') : (JSON.parse(quoted) as string) }
}

/** All values at a path in `json`, in their order. */
export function valuesAt(path: JsonPath, json: unknown): unknown[] {
  let found: unknown[] = [json]
  for (const step of path) {
    found = found.flatMap(value => (isDescendants(step) ? [...descendants(value)] : childrenAt(step, value)))
  }
  return found
}

/** Whether the step stands for any number of steps. */
export function isDescendants(step: PathStep): boolean {
  return 'any' in step && step.any === 'descendants'
}

/** Whether a step goes to the member `key` of an object, or with a number to that element of a list. */
export function stepTakes(step: PathStep, key: string | number): boolean {
  if ('any' in step) return step.any !== 'element' || typeof key === 'number'
  return 'key' in step ? step.key === key : step.index === key
}

function childrenAt(step: PathStep, value: unknown): unknown[] {
  if (Array.isArray(value)) return value.filter((_, index) => stepTakes(step, index))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => (stepTakes(step, key) ? [child] : []))
}

/** The value and all within it; not recursive, because a client chooses the depth. */
function* descendants(value: unknown): Generator {
  const waiting = [value]
  for (let next = waiting.pop(); next !== undefined || waiting.length > 0; next = waiting.pop()) {
    yield next
    if (typeof next !== 'object' || next === null) continue
    // One by one: a list may hold more than a call takes arguments.
    for (const child of Object.values(next).reverse()) waiting.push(child)
  }
}
