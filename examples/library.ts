// Uses auditship as a library: who opened an interactive session into what, from an audit log file,
// then the same events through an agent with an exporter of one's own.
//   npm run example        or, with the package installed: node library.ts audit.log
import { basename, dirname, resolve } from 'node:path'
import {
  ALL_DELIVERED,
  createAgent,
  type ExporterType,
  interactiveAccess,
  readEventsFromFile,
} from 'auditship'
import * as z from 'zod'

const log = resolve(process.argv[2] ?? 'audit.log')

for await (const { event, reason, offset } of readEventsFromFile(log)) {
  if (event === undefined) {
    console.error(`no audit event at byte ${offset}: ${reason}`)
    continue
  }
  const access = interactiveAccess(event)
  if (access === undefined || event.stage !== 'ResponseComplete') continue
  const target = [access.namespace, access.name].filter(Boolean).join('/') || access.nodeName
  console.log(
    `${event.username} ${access.operation} ${target} ${access.command?.join(' ') ?? ''} (${event.responseCode})`,
  )
}

const verbs = new Map<string, number>()
const countVerbs: ExporterType = {
  type: 'countVerbs',
  description: 'Counts events by verb.',
  options: z.strictObject({}),
  create: () => ({
    async export(batch) {
      for (const event of batch.events) verbs.set(event.verb ?? '', (verbs.get(event.verb ?? '') ?? 0) + 1)
      return ALL_DELIVERED
    },
  }),
}

const agent = await createAgent(
  {
    receivers: { auditLog: { pathPrefix: dirname(log), filename: basename(log), checkpoint: false } },
    exporters: { countVerbs: {} },
    service: { stateDir: '.auditship' },
  },
  { once: true, components: { exporters: [countVerbs] } },
)
await agent.start()
await agent.done()
await agent.stop()
console.log(Object.fromEntries([...verbs].toSorted((a, b) => b[1] - a[1])))
