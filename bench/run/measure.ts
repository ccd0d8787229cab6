import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** CPU time and memory of a process over its whole life, all its threads included. */
export interface Usage {
  cpuSeconds: number
  peakBytes: number
}

/** What a process took from start to exit. */
export interface Measurement extends Usage {
  seconds: number
}

/**
 * Runs the Node.js script at that path to its end and measures it.
 * @throws Error with what it wrote to stderr when it does not exit with 0
 */
export async function measure(script: string, args: readonly string[]): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const usageFile = join(folder, 'usage.json')
    const hook = new URL('usage-hook.mjs', import.meta.url).href
    const started = performance.now()
    const child = spawn(process.execPath, [...flagsOf(script), '--import', hook, script, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environmentOf(script), BENCH_USAGE_FILE: usageFile },
    })
    const [errors, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    const seconds = (performance.now() - started) / 1000
    if (code !== 0) throw new Error(`${script} ended with ${code ?? signal}:\n${errors}`)
    return { seconds, ...(JSON.parse(readFileSync(usageFile, 'utf8')) as Usage) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Flags for Node.js in the script's first line, as a shell would pass them. */
export function flagsOf(script: string): string[] {
  return firstLine(script).filter(word => word.startsWith('--'))
}

/** Environment variables in the script's first line. */
export function environmentOf(script: string): Record<string, string> {
  const assignments = firstLine(script).map(word => /^([A-Z_]+)=(.*)$/.exec(word))
  return Object.fromEntries(assignments.flatMap(match => (match === null ? [] : [[match[1], match[2]]])))
}

function firstLine(script: string): string[] {
  const [first = ''] = readFileSync(script, 'utf8').split('\n', 1)
  return first.startsWith('#!') ? first.split(' ') : []
}
