import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where an embedded PostgreSQL has its things. */
export interface EmbeddedPlace {
  /** `<stateDir>/postgres`, for its user alone. */
  readonly folder: string
  readonly data: string
  /** Held by the process that has the data open. */
  readonly lock: string
  /** The socket by which the agent serves others, named so that `psql -h FOLDER` finds it. */
  readonly socket: string
}

/** The place in an agent's `service.stateDir`. */
export function embeddedPlace(stateDir: string): EmbeddedPlace {
  const folder = join(stateDir, 'postgres')
  return {
    folder,
    data: join(folder, 'data'),
    lock: join(folder, 'lock'),
    socket: join(folder, '.s.PGSQL.5432'),
  }
}

/** Whether an embedded PostgreSQL was made in the `stateDir`. */
export const hasEmbedded = (stateDir: string) => existsSync(embeddedPlace(stateDir).data)
