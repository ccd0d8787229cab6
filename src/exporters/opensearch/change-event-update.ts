import { type ChangeEvent, changeEvent } from '../../audit/change-event.ts'
import type { AuditEvent } from '../../audit/event.ts'

/**
 * What `mergeChangeEvents` says, in Painless: the document keeps what it has, but for what a later stage says differently.
 * One that is repeated changes nothing.
 */
const MERGE = `
def stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];
def isLater = stages.indexOf(params.doc.stage) > stages.indexOf(ctx._source.stage);
boolean isChanged = false;
for (def entry : params.doc.entrySet()) {
  if (entry.getValue() != null && (isLater || ctx._source[entry.getKey()] == null)) {
    ctx._source[entry.getKey()] = entry.getValue();
    isChanged = true;
  }
}
if (!isChanged) { ctx.op = 'none' }
`.trim()

/** Attempts of OpenSearch itself when two stages of a request come at the same time. */
const RETRY_ON_CONFLICT = 10

/** The two lines of a bulk that bring an interactive access into its document; undefined when the event is about something else. */
export function changeEventUpdate(event: AuditEvent, cluster: string, index: string): string | undefined {
  const change = changeEvent(event, { cluster })
  if (change === undefined) return undefined
  const action = { update: { _index: index, _id: change.id, retry_on_conflict: RETRY_ON_CONFLICT } }
  const doc = documentOf(change)
  const script = { lang: 'painless', source: MERGE, params: { doc } }
  return `${JSON.stringify(action)}\n${JSON.stringify({ script, upsert: doc })}\n`
}

/** Without the columns that are always empty here; the id is the document's. */
function documentOf({ id: _, diff, object_snapshot, block_pattern, ...known }: ChangeEvent): object {
  return known
}
