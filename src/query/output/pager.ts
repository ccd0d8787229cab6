import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Where an answer goes. */
export type Output = Writable & {
  readonly isTTY?: boolean
  readonly rows?: number
  readonly columns?: number
}

/**
 * Writes lines to `output`, through the pager when that is a terminal with fewer lines: `PAGER`, else `less`; an empty one
 * or `cat` is none. Resolves when they were written, or nobody reads them any more.
 */
export async function writeLines(
  output: Output,
  lines: readonly string[],
  options: { readonly pager: boolean; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const pager = options.env.PAGER ?? 'less'
  const isLong = output.isTTY === true && lines.length >= (output.rows ?? Number.POSITIVE_INFINITY)
  const isPaged = options.pager && isLong && pager.trim() !== '' && pager.trim() !== 'cat'
  if (!isPaged || !(await throughPager(pager, lines, options.env))) await write(output, lines)
}

/** False when there is no such pager. */
async function throughPager(
  pager: string,
  lines: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  // As git does: colours, and nothing cleared behind.
  const child = spawn(pager, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { LESS: 'FRX', ...env },
  })
  process.on('SIGINT', ignore) // is the pager's
  try {
    const closed = once(child, 'close') as Promise<[number | null]>
    await write(child.stdin, lines)
    child.stdin.end()
    const [code] = await closed
    return code !== 126 && code !== 127 // the shell found none
  } finally {
    process.off('SIGINT', ignore)
  }
}

/** As many lines as make a write worth its while. */
const LINES_PER_WRITE = 500

/** Writes lines; false when nobody reads them any more, as under `| head`. @throws other errors of writing */
export async function write(output: Writable, lines: readonly string[]): Promise<boolean> {
  for (let i = 0; i < lines.length; i += LINES_PER_WRITE) {
    const text = `${lines.slice(i, i + LINES_PER_WRITE).join('\n')}\n`
    if (!(await written(output, text))) return false
  }
  return true
}

/** False when nobody reads any more. */
function written(output: Writable, text: string): Promise<boolean> {
  if (!output.listeners('error').includes(ignore)) output.on('error', ignore)
  return new Promise((resolve, reject) => {
    const end = (error?: Error | null) => {
      if (!error) resolve(true)
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') resolve(false)
      else reject(error)
    }
    if (output.errored) end(output.errored)
    else output.write(text, end)
  })
}

/** A write fails through its callback; the stream's event of the same error must not end the process. */
function ignore(): void {}
