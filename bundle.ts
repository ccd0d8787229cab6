// Bundles the program: node bundle.ts FOLDER. One bundle instead of 250 files and three packages takes half the CPU to start.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Packages that every start needs. The others are loaded when they are used, or not at all. */
const BUNDLED = ['commander', 'yaml', 'zod']

const folder = process.argv[2]
if (folder === undefined)
  throw new Error('expected the folder to write to, found nothing: node bundle.ts dist')

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>
}
await build({
  entryPoints: [
    { in: 'src/cli.ts', out: 'cli' },
    { in: 'src/index.ts', out: 'index' },
    { in: 'src/postgres/embedded/worker.ts', out: 'worker' },
  ],
  external: Object.keys(dependencies).filter(name => !BUNDLED.includes(name)),
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  logLevel: 'warning',
  outdir: folder,
  // yaml is CommonJS and asks for modules of Node.js.
  banner: {
    js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)",
  },
})
writeFileSync(
  join(folder, 'LICENSES.txt'),
  BUNDLED.map(name => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`).join('\n\n'),
)
