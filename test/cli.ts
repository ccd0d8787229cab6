import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitUntil } from './wait-until.ts'

const CLI = [fileURLToPath(new URL('../src/cli.ts', import.meta.url))]

/** A run of `auditship` in a process of its own. */
export interface CliRun {
  readonly child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves to the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Waits until stdout and stderr together match. */
  says(pattern: RegExp, timeoutMs?: number): Promise<void>
}

/** Where and with what a command runs. */
export interface CliOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node.js and the script; the sources when left out. */
  readonly cli?: readonly string[]
}

/** Starts `auditship ARGS`; it is killed at the end of the test if it still runs. */
export function startCli(t: TestContext, args: readonly string[], options: CliOptions = {}): CliRun {
  const child = spawn(process.execPath, [...(options.cli ?? CLI), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AUDITSHIP_CONFIG: '', ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', data => {
    stdout += data
  })
  child.stderr.on('data', data => {
    stderr += data
  })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    says: (pattern, timeoutMs) =>
      waitUntil(() => pattern.test(stdout + stderr), `output matches ${pattern}`, timeoutMs),
  }
}

/** Runs `auditship ARGS` to its end. */
export async function runCli(t: TestContext, args: readonly string[], options?: CliOptions) {
  const run = startCli(t, args, options)
  const code = await run.ended
  return { code, stdout: run.stdout(), stderr: run.stderr() }
}
