import * as z from 'zod'
import { duration, secret } from '../config/scalars.ts'
import { tlsOptions } from '../http/tls-options.ts'

const URL_FORM = /^postgres(ql)?:\/\//

/** How a PostgreSQL server is reached, as options of the components that use one. */
export function connectionOptions() {
  return {
    url: secret()
      .regex(URL_FORM, 'expected a URL such as postgres://user@host:5432/database')
      .optional()
      .describe(
        'Server and database, such as `postgres://auditship@db:5432/audit`; default: the variable DATABASE_URL. ' +
          'Without either, a PostgreSQL embedded in the agent keeps its data in `service.stateDir`',
      ),
    passwordFile: z
      .string()
      .optional()
      .describe('File with the password, read for each connection: it may be replaced without a restart'),
    tls: tlsOptions()
      .unwrap()
      .optional()
      .describe(
        'TLS of the connection, which then must be encrypted; without it, `sslmode` of the URL decides',
      ),
    poolSize: z.int().min(1).max(100).default(4).describe('Most connections at a time'),
    connectTimeout: duration().prefault('10s').describe('Longest time one connection may take to be made'),
    statementTimeout: duration().prefault('60s').describe('Longest time one statement may take'),
  }
}

/** The options, parsed. */
export type ConnectionOptions = z.output<z.ZodObject<ReturnType<typeof connectionOptions>>>
