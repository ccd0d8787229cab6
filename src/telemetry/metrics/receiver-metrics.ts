import type { ReceiverStatus } from '../../pipeline/contracts.ts'
import type { Measured, MeasuredPipeline } from './measured.ts'
import type { Metric, Point } from './metric.ts'

/** What was read, and how far reading and delivering are behind. */
export const RECEIVER_METRICS: readonly Metric[] = [
  {
    name: 'auditship.receiver.events',
    kind: 'counter',
    unit: '{event}',
    attributes: ['pipeline'],
    description: 'Events read, lines that are none included.',
    read: perPipeline(({ counters }) => counters.read),
  },
  {
    name: 'auditship.receiver.io',
    kind: 'counter',
    unit: 'By',
    attributes: ['pipeline'],
    description: 'Bytes of the log read, uncompressed.',
    read: perPipeline(({ counters }) => counters.bytesRead),
  },
  {
    name: 'auditship.receiver.gaps',
    kind: 'counter',
    unit: '{gap}',
    attributes: ['pipeline'],
    description: 'How often a part of the log was gone before it was read: those events are lost.',
    read: perPipeline(({ counters }) => counters.gaps),
  },
  {
    name: 'auditship.receiver.lost',
    kind: 'counter',
    unit: 'By',
    attributes: ['pipeline'],
    description: 'Bytes known to have been in those parts, at least.',
    read: perPipeline(({ counters }) => counters.bytesLost),
  },
  {
    name: 'auditship.receiver.behind',
    kind: 'gauge',
    unit: 'By',
    attributes: ['pipeline', 'receiver'],
    description:
      'Bytes of the log that are there and not yet acknowledged: delivered, filtered or dead-lettered. Files are looked at every few seconds.',
    read: perReceiver(({ bytesBehind }) => bytesBehind),
  },
  {
    name: 'auditship.receiver.lag',
    kind: 'gauge',
    unit: 's',
    attributes: ['pipeline', 'receiver'],
    description:
      'How long ago the oldest event came about that was read and is not yet acknowledged; 0 when there is none.',
    read: perReceiver(({ oldestUnacknowledged }) => secondsSince(oldestUnacknowledged?.eventAt)),
  },
  {
    name: 'auditship.receiver.unacknowledged.age',
    kind: 'gauge',
    unit: 's',
    attributes: ['pipeline', 'receiver'],
    description:
      'How long ago that event was read; 0 when there is none. It grows while a backend is away, also when lag is old because a backlog is worked off.',
    read: perReceiver(({ oldestUnacknowledged }) => secondsSince(oldestUnacknowledged?.readAt)),
  },
  {
    name: 'auditship.receiver.checkpoint.age',
    kind: 'gauge',
    unit: 's',
    attributes: ['pipeline', 'receiver'],
    description:
      'For how long the checkpoint on disk has not said what is acknowledged; 0 while it does. A restart repeats the events in between.',
    read: perReceiver(({ checkpointOutdatedSince }) => secondsSince(checkpointOutdatedSince)),
  },
]

function perPipeline(value: (pipeline: MeasuredPipeline) => number) {
  return ({ pipelines }: Measured): Point<number>[] =>
    pipelines.map(pipeline => [value(pipeline), { pipeline: pipeline.name }])
}

function perReceiver(value: (status: ReceiverStatus) => number) {
  return ({ pipelines }: Measured): Point<number>[] =>
    pipelines.flatMap(({ name, receivers }) =>
      receivers.flatMap(({ id, receiver }): Point<number>[] => {
        const status = receiver.status?.()
        return status === undefined ? [] : [[value(status), { pipeline: name, receiver: id }]]
      }),
    )
}

/** 0 when there is no time, or when the clock was set back since. */
function secondsSince(time: number | undefined): number {
  return time === undefined ? 0 : Math.max(0, Date.now() - time) / 1000
}
