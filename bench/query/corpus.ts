import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { corpusFile } from '../run/corpus-file.ts'

const VOLUMES = '"volumes":['
const HOST_PATH = `${VOLUMES}{"name":"host","hostPath":{"path":"/"}},`
/** One in so many bodies with volumes gets one of the node's. */
const ONE_IN = 20

/** The corpus of that size, some of its pods with the disk of their node: it has no such ones of its own. */
export function queryCorpus(bytes: number): string {
  const { file } = corpusFile(bytes)
  const changed = file.replace('audit.log', 'query.log')
  if (existsSync(changed)) return changed
  const output = openSync(`${changed}.unfinished`, 'w')
  let bodies = 0
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const isChanged = line.includes(VOLUMES) && bodies++ % ONE_IN === 0
    if (line !== '')
      writeSync(output, `${isChanged ? line.replace(VOLUMES, HOST_PATH) : line}\n`, null, 'latin1')
  }
  closeSync(output)
  renameSync(`${changed}.unfinished`, changed)
  return changed
}
