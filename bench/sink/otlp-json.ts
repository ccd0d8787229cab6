interface Request {
  resourceLogs?: { scopeLogs?: { logRecords?: { body?: { stringValue?: string } }[] }[] }[]
}

/** The bodies of the log records of an `ExportLogsServiceRequest` in JSON; empty for one that is no string. */
export function jsonBodies(request: Buffer): Buffer[] {
  const { resourceLogs = [] } = JSON.parse(request.toString()) as Request
  return resourceLogs
    .flatMap(({ scopeLogs = [] }) => scopeLogs.flatMap(({ logRecords = [] }) => logRecords))
    .map(({ body }) => Buffer.from(body?.stringValue ?? ''))
}
