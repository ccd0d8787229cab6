// Writes a synthetic audit log: node bench/corpus.ts --out audit.log [--bytes 500MB] [--seed 1]
import { parseArgs } from 'node:util'
import { byteSize } from '../src/config/scalars.ts'
import { writeCorpus } from './corpus/write.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'audit.log' },
    bytes: { type: 'string', default: '500MB' },
    seed: { type: 'string', default: '1' },
  },
})
const counts = writeCorpus(values.out, byteSize().parse(values.bytes), Number(values.seed))
console.log(JSON.stringify({ out: values.out, ...counts }, null, 2))
