import { execFile } from 'node:child_process'
import { copyFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { environmentOf, flagsOf } from '../bench/run/measure.ts'
import type { CliOptions } from './cli.ts'

const exec = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * The command as it is published: bundled into `folder`, with the flags and the environment of its first line.
 * The sources take 30 MB more, as their types are stripped while they run.
 */
export async function buildCli(folder: string): Promise<Required<Pick<CliOptions, 'cli' | 'env'>>> {
  await exec('npm', ['run', 'bundle', '--', join(folder, 'dist')], { cwd: ROOT })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'))
  const script = join(folder, 'dist/cli.js')
  return { cli: [...flagsOf(script), script], env: environmentOf(script) }
}
