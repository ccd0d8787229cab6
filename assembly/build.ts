// Compiles the AssemblyScript in this folder: node assembly/build.ts
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

const SOURCES = fileURLToPath(new URL('.', import.meta.url))
const TARGET = new URL('../src/wasm/binary.ts', import.meta.url)
const FEATURES = ['--enable', 'simd', '--enable', 'relaxed-simd']
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', ...FEATURES, '--importMemory']

/** The text of src/wasm/binary.ts. @throws Error with the compiler's messages */
export async function compiled(): Promise<string> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await main(
    ['index.ts', '--baseDir', SOURCES, '--outFile', 'binary.wasm', ...OPTIONS],
    {
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') binary = contents
      },
    },
  )
  if (error !== null || binary === undefined) throw new Error(stderr.toString(), { cause: error })
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(/.{1,100}/g) ?? []
  return [
    '// Made by `npm run wasm` of the sources in assembly/.',
    '',
    '/** The WebAssembly module in base64: a file of its own would have to be found again in a bundle. */',
    'export const BINARY = [',
    ...lines.map(line => `  '${line}',`),
    "].join('')",
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(TARGET, await compiled())
