// Bundles the program: node bundle.ts FOLDER. One bundle takes half the CPU of 250 files and ten packages to start, and 12 MB less.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** Packages that every start needs. The others are loaded when they are used, or not at all. */
const BUNDLED = [
  'commander',
  'yaml',
  'zod',
  '@opentelemetry/api',
  '@opentelemetry/api-logs',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-logs',
]

const folder = process.argv[2]
if (folder === undefined)
  throw new Error('expected the folder to write to, found nothing: node bundle.ts dist')

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>
}
/**
 * Takes from a module of Node.js what is used of it. An `import` reads all of its exports, for some of which Node.js loads
 * more modules or parses certificates: 20 ms of CPU at each start.
 */
const usedOfNode: Plugin = {
  name: 'used of Node.js',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^node:/, namespace: 'file' }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'node' } : null,
    )
    onLoad({ filter: /./, namespace: 'node' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter(name => /^\w+$/.test(name))
      const exports = names.map(name => `export const ${name} = /* @__PURE__ */ of('${name}')`)
      const whole = `const whole = process.getBuiltinModule('${path}')\nconst of = name => whole[name]`
      return { contents: [whole, ...exports, 'export default whole'].join('\n') }
    })
  },
}

const { metafile } = await build({
  entryPoints: [
    { in: 'src/cli.ts', out: 'cli' },
    { in: 'src/index.ts', out: 'index' },
    { in: 'src/postgres/embedded/worker.ts', out: 'worker' },
  ],
  external: Object.keys(dependencies).filter(name => !BUNDLED.includes(name)),
  mainFields: ['module', 'main'],
  metafile: true,
  plugins: [usedOfNode],
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // Comments have letters that are not Latin-1: with them a file takes twice its size in memory.
  minifyWhitespace: true,
  logLevel: 'warning',
  outdir: folder,
  // yaml is CommonJS and asks for modules of Node.js.
  banner: { js: 'const require = id => process.getBuiltinModule(id)' },
})
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/
const packages = [
  ...new Set(Object.keys(metafile.inputs).flatMap(path => PACKAGE.exec(path)?.[0] ?? [])),
].sort()
if (packages.length < BUNDLED.length)
  throw new Error(`expected the packages ${BUNDLED.join()}, found ${packages.join()}`)
const licences = packages.map(
  path => `${path.replace(/^.*node_modules\//, '')}\n\n${readFileSync(`${path}/LICENSE`, 'utf8')}`,
)
writeFileSync(join(folder, 'LICENSES.txt'), licences.join('\n\n'))
