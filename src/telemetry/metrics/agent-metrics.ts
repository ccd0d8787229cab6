import type { Measured } from './measured.ts'
import type { Metric, Point } from './metric.ts'

/** The state of the agent as a whole, and of its process. */
export const AGENT_METRICS: readonly Metric[] = [
  {
    name: 'auditship.ready',
    kind: 'gauge',
    unit: '',
    attributes: [],
    description: '1 when everything works, 0 when something does not: /readyz says what.',
    read: ({ health }) => [[health().ready ? 1 : 0, {}]],
  },
  {
    name: 'auditship.component.problems',
    kind: 'gauge',
    unit: '{problem}',
    attributes: ['pipeline', 'component'],
    description:
      'What keeps a receiver, processor, exporter or the dead-letter file (deadLetters) from its work; 0 when nothing does.',
    read: problems,
  },
  {
    name: 'process.memory.usage',
    kind: 'upDownCounter',
    unit: 'By',
    attributes: [],
    description: 'Resident memory of the process (RSS).',
    read: () => [[process.memoryUsage.rss(), {}]],
  },
  {
    name: 'process.cpu.time',
    kind: 'counter',
    unit: 's',
    attributes: ['cpu.mode'],
    description: 'Time the process has run on processors, in user and system mode.',
    read: () => {
      const { user, system } = process.cpuUsage()
      return [
        [user / 1e6, { 'cpu.mode': 'user' }],
        [system / 1e6, { 'cpu.mode': 'system' }],
      ]
    },
  },
  {
    name: 'process.uptime',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    description: 'How long the process has run.',
    read: () => [[process.uptime(), {}]],
  },
]

function problems({ pipelines, health }: Measured): Point<number>[] {
  const found = health().problems
  return pipelines.flatMap(({ name, components, destinations }) => {
    // An exporter that pipelines share is a component of the first one only.
    const ids = [...components, ...destinations].map(({ id }) => id)
    return [...new Set([...ids, 'deadLetters'])].map(
      (component): Point<number> => [
        found.filter(problem => problem.pipeline === name && problem.component === component).length,
        { pipeline: name, component },
      ],
    )
  })
}
