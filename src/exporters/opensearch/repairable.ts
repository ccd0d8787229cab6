/** An error as OpenSearch answers it. */
export interface ErrorOfOpenSearch {
  readonly type?: unknown
  readonly reason?: unknown
}

const TYPES =
  /^(index_closed|validation|invalid_index_name|index_not_found|cluster_block|security|index_create_block|strict_dynamic_mapping)_exception$/
/** How the reasons begin. Only there: further on they may quote the document, which a client of the API server writes. */
const REASONS =
  /^(pipeline with id \[|only write ops with an op_type|Limit of total fields|Could not dynamically add mapping for field|no write index is defined|explicit index in bulk is not allowed|cannot execute \[)/

/** Whether a 400 is about the index, the cluster or a setting of it, which an operator can repair, and not about a document. */
export function isRepairable({ type, reason }: ErrorOfOpenSearch): boolean {
  return TYPES.test(String(type)) || REASONS.test(String(reason))
}
