/** What a request asks for in its query: the program, where it runs and how it is connected. */
export interface ExecOptions {
  /** The arguments in their order, the program first; undefined when the request names none. */
  readonly command: string[] | undefined
  readonly container: string | undefined
  readonly stdin: boolean
  readonly tty: boolean
}

/** Of a request that has none. */
export const NO_EXEC_OPTIONS: ExecOptions = {
  command: undefined,
  container: undefined,
  stdin: false,
  tty: false,
}

/** Of `pods/exec` (core/v1 PodExecOptions): `?command=sh&command=-c&container=c&stdin=true&tty=true`. */
export function execOptions(uri: string): ExecOptions {
  const query = queryOf(uri)
  const command = query.has('command') ? query.getAll('command') : undefined
  return { ...attachOptionsIn(query), command }
}

/** Of `pods/attach` (core/v1 PodAttachOptions): as exec, but there is nothing to run. */
export function attachOptions(uri: string): ExecOptions {
  return attachOptionsIn(queryOf(uri))
}

/** Of the kubelet's `/exec` and `/attach`: `?command=id&input=1&tty=1`. The container is in the path. */
export function kubeletExecOptions(uri: string): ExecOptions {
  const query = queryOf(uri)
  const command = query.has('command') ? query.getAll('command') : undefined
  return { command, container: undefined, stdin: isTrue(query, 'input'), tty: isTrue(query, 'tty') }
}

/** Of the kubelet's `/run`: `?cmd=cat+/etc/passwd`, which it splits at each space. */
export function kubeletRunOptions(uri: string): ExecOptions {
  return { ...NO_EXEC_OPTIONS, command: queryOf(uri).get('cmd')?.split(' ') }
}

function attachOptionsIn(query: URLSearchParams): ExecOptions {
  const container = query.get('container') || undefined
  return { command: undefined, container, stdin: isTrue(query, 'stdin'), tty: isTrue(query, 'tty') }
}

/**
 * The parameters that the server obeys: Go's `URL.Query` leaves out a pair with a bad escape or a semicolon, and so
 * do we, or `container=%zz&container=real` would hide the real one.
 */
function queryOf(uri: string): URLSearchParams {
  const start = uri.indexOf('?')
  if (start < 0) return new URLSearchParams()
  const pairs = uri.slice(start + 1).split('&')
  const obeyed = pairs.filter(pair => !/;|%(?![0-9a-f]{2})/i.test(pair))
  // The constructor drops one leading question mark, which must not be one of the query's own.
  return new URLSearchParams(`?${obeyed.join('&')}`)
}

/** The first value counts. False when absent, `0` or `false` in any case, else true, even empty (apimachinery Convert_Slice_string_To_bool). */
function isTrue(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}
