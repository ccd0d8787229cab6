import type { Received } from './received.ts'

/** One entry of a bulk response. */
type BulkItem = Record<string, { _index?: string; _id?: string; status: number }>

/** Takes an OpenSearch bulk body of creates and indexes; every item is answered with 201. */
export function takeBulk(body: Buffer): { received: Received; answer: string } {
  const received = { events: 0, eventBytes: 0 }
  const items: BulkItem[] = []
  const nextLine = (from: number) => {
    const newline = body.indexOf(10, from)
    if (newline < 0) throw new Error('a bulk body must end with a newline')
    return newline
  }
  for (let at = 0; at < body.length; ) {
    const actionEnd = nextLine(at)
    const action = JSON.parse(body.toString('utf8', at, actionEnd)) as Record<string, object>
    const documentEnd = nextLine(actionEnd + 1)
    for (const [operation, target] of Object.entries(action))
      items.push({ [operation]: { ...target, status: 201 } })
    received.events++
    received.eventBytes += documentEnd - actionEnd - 1
    at = documentEnd + 1
  }
  return { received, answer: JSON.stringify({ took: 1, errors: false, items }) }
}
