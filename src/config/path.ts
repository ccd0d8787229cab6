/** Where a value is in the configuration: mapping keys and list indices from the top. */
export type Path = readonly (string | number)[]

const SEGMENT = String.raw`"(?:[^"\\]|\\.)*"|[^."=\s]+`
const ASSIGNMENT = new RegExp(String.raw`^((?:${SEGMENT})(?:\.(?:${SEGMENT}))*)=(.*)$`, 's')

/** `exporters.otlp.endpoint`; a key with a dot in it is quoted: `resource."k8s.node.name"`. */
export function formatPath(path: Path): string {
  return path
    .map(segment => (/^[^."=\s]+$/.test(String(segment)) ? segment : JSON.stringify(segment)))
    .join('.')
}

/** Splits `a."b.c".d=value` at its first `=` outside quotes; undefined when it is not of that form. */
export function parseAssignment(text: string): { path: string[]; value: string } | undefined {
  const [, left, value] = ASSIGNMENT.exec(text) ?? []
  if (left === undefined || value === undefined) return undefined
  const segments = left.match(new RegExp(SEGMENT, 'g')) ?? []
  return { path: segments.map(unquote), value }
}

const unquote = (segment: string) =>
  segment.startsWith('"') ? segment.slice(1, -1).replace(/\\(.)/g, '$1') : segment
