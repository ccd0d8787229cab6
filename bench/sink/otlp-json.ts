import type { Received } from './received.ts'

interface Request {
  resourceLogs?: { scopeLogs?: { logRecords?: { body?: { stringValue?: string } }[] }[] }[]
}

/** Counts the log records of an `ExportLogsServiceRequest` in JSON. */
export function countJson(request: Buffer): Received {
  const { resourceLogs = [] } = JSON.parse(request.toString()) as Request
  const received = { events: 0, eventBytes: 0 }
  for (const { scopeLogs = [] } of resourceLogs) {
    for (const { logRecords = [] } of scopeLogs) {
      for (const { body } of logRecords) {
        received.events++
        received.eventBytes += Buffer.byteLength(body?.stringValue ?? '')
      }
    }
  }
  return received
}
