import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from '../certificates.ts'

const CONFIG = new URL('config/', import.meta.url)
const SECURITY = new URL('security.yml', import.meta.url)

/**
 * Makes `dataDir` the folder of one node: `config`, `data`, `tmp`. What an earlier node left in it stays, certificates too.
 * @param server the folder of openSearchServer
 * @returns path of the authority's certificate when there is security
 */
export function makeNodeFolder(dataDir: string, server: string, security: boolean): string | undefined {
  const config = join(dataDir, 'config')
  const caFile = security ? join(config, 'ca.pem') : undefined
  if (existsSync(config)) return caFile

  mkdirSync(join(dataDir, 'tmp'), { recursive: true })
  cpSync(CONFIG, config, { recursive: true })
  if (!security) return undefined
  appendFileSync(join(config, 'opensearch.yml'), readFileSync(SECURITY))
  cpSync(join(server, 'security/plugins/opensearch-security/config'), join(config, 'opensearch-security'), {
    recursive: true,
  })
  return makeCertificates(config).ca
}
