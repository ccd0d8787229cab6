import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Starts the Java process of a node, which says in `dataDir`/node.log what it does.
 * @param server the folder of openSearchServer
 * @param dataDir a folder of makeNodeFolder
 * @param settings OpenSearch's, by name
 */
export function launch(
  server: string,
  dataDir: string,
  security: boolean,
  settings: Record<string, string>,
): ChildProcess {
  const java = [
    '-Xmx512m',
    '-XX:TieredStopAtLevel=1', // starts sooner; what it costs later no test notices
    '-XX:+UseSerialGC', // two nodes share two cores
    `-XX:SharedArchiveFile=${join(server, 'classes.jsa')}`,
    '-Xlog:cds=off', // without the archive it is slower, no more
    `-Djava.io.tmpdir=${join(dataDir, 'tmp')}`,
    '-Djna.nounpack=true', // without JNA it cannot tell that it runs as root, as it may in CI, and refuse
    `-Dopensearch.path.home=${join(server, security ? 'security' : 'plain')}`,
    `-Dopensearch.path.conf=${join(dataDir, 'config')}`,
    '-Dopensearch.distribution.type=tar',
    '-cp',
    join(server, 'lib/*'),
    'org.opensearch.bootstrap.OpenSearch',
  ]
  const paths = { 'path.data': join(dataDir, 'data'), 'path.logs': dataDir }
  const all = Object.entries({ ...paths, ...settings }).map(([name, value]) => `-E${name}=${value}`)

  const log = openSync(join(dataDir, 'node.log'), 'w')
  const child = spawn(join(server, 'jdk/bin/java'), [...java, ...all], { stdio: ['ignore', log, log] })
  closeSync(log)
  child.unref() // a test that fails before it stops its node ends all the same
  return child
}
