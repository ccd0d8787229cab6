// Compiles what `dist` and its packages have, for V8 to take it from there at each start: node code-cache.ts FOLDER
import { readdir } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Modules that act when they are imported. */
const PROGRAMS = ['cli.js', 'worker.js']

const folder = process.argv[2]
if (folder === undefined)
  throw new Error('expected the folder of the bundle, found nothing: node code-cache.ts dist')

enableCompileCache({ directory: resolve(folder, 'code-cache'), portable: true }) // as src/cli.ts has it
for (const name of await readdir(folder))
  if (name.endsWith('.js') && !PROGRAMS.includes(name))
    await import(pathToFileURL(resolve(folder, name)).href)
