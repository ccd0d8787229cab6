import type { Received } from './received.ts'

/** One entry of a bulk response. */
type BulkItem = Record<string, { _index?: string; _id?: string; status: number }>

/**
 * Takes the bulk body of an OpenSearch client; every item is answered with 201, each `create` counts as an event. The answer has what
 * OpenSearch says by itself, or with `isFiltered` what it says to a client that asks for the status only.
 */
export function takeBulk(body: Buffer, isFiltered: boolean): { received: Received; answer: string } {
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
      items.push({ [operation]: { ...(isFiltered ? FILTERED : target), status: 201 } })
    if ('create' in action) {
      received.events++
      received.eventBytes += Math.max(0, documentEnd - 1 - startOfEvent(body, actionEnd, documentEnd))
    }
    at = documentEnd + 1
  }
  return { received, answer: JSON.stringify(isFiltered ? { items } : { took: 1, errors: false, items }) }
}

/** What is left of an item when only its index and status are asked for. */
const FILTERED = { _index: '.ds-k8s-audit-000001' }

const EVENT_KEY = Buffer.from(',"event":')

/** The event is the last member of a document of the agent's; other shippers' have none. */
function startOfEvent(body: Buffer, start: number, end: number): number {
  const key = body.subarray(start, end).indexOf(EVENT_KEY)
  return key < 0 ? end : start + key + EVENT_KEY.length
}
