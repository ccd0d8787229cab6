import type * as official from '@opensearch-project/opensearch'

/** How long a node that failed is left alone while another one answers, in milliseconds. Doubled each time, up to 40 s. */
const DEAD_MS = 10_000
const DOUBLED = 2

/** The official client's class of connection pools. */
export type PoolClass = typeof official.ConnectionPool
type Pool = PoolClass['prototype']
type Node = ReturnType<Pool['getConnection']>

/**
 * Nodes in turn, without those that failed lately; with none left, all of them. One request at a time finds out whether
 * a node is back: a node that hangs would else take all requests at each try.
 * @param longestMs how long a request can take
 */
export function nodePoolClass(Base: PoolClass, longestMs: number): PoolClass {
  return class extends Base {
    constructor(...options: ConstructorParameters<PoolClass>) {
      super(...options)
      // Not in the declared type.
      Object.assign(this, { resurrectTimeout: DEAD_MS, resurrectTimeoutCutoff: DOUBLED })
    }

    override getConnection(...options: Parameters<Pool['getConnection']>): Node {
      const now = Date.now()
      const due = this.connections.find(node => node.status === 'dead' && node.resurrectTimeout <= now)
      if (due === undefined) return super.getConnection(...options)
      due.resurrectTimeout = now + longestMs
      return due
    }
  }
}
