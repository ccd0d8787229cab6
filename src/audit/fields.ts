/**
 * The fields of an audit event that the scanner knows, each the index of a span.
 * Names follow k8s.io/apiserver pkg/apis/audit/v1 `Event`, nested ones prefixed by their parent.
 */
export const FIELD = {
  kind: 0,
  apiVersion: 1,
  level: 2,
  auditID: 3,
  stage: 4,
  requestURI: 5,
  verb: 6,
  user: 7,
  userUsername: 8,
  userUid: 9,
  userGroups: 10,
  userExtra: 11,
  impersonatedUser: 12,
  impersonatedUsername: 13,
  impersonatedUid: 14,
  impersonatedGroups: 15,
  impersonatedExtra: 16,
  sourceIPs: 17,
  userAgent: 18,
  objectRef: 19,
  objectResource: 20,
  objectNamespace: 21,
  objectName: 22,
  objectUid: 23,
  objectApiGroup: 24,
  objectApiVersion: 25,
  objectResourceVersion: 26,
  objectSubresource: 27,
  responseStatus: 28,
  responseStatusStatus: 29,
  responseMessage: 30,
  responseReason: 31,
  responseCode: 32,
  requestObject: 33,
  responseObject: 34,
  requestReceivedTimestamp: 35,
  stageTimestamp: 36,
  annotations: 37,
  decision: 38,
  decisionReason: 39,
  /** Before v1 settled: the only time an event had. */
  timestamp: 40,
} as const

/** One of the fields in `FIELD`. */
export type Field = (typeof FIELD)[keyof typeof FIELD]

/** How many fields there are. */
const FIELD_COUNT = 41

/** Int32 slots that one event takes: a start and an end for each field, then a bit for each that tells of escapes. */
export const SLOTS_PER_EVENT = FIELD_COUNT * 2 + 2

/** First of the two slots with a bit for each field whose value is a string with escapes. */
export const ESCAPES_SLOT = FIELD_COUNT * 2

/** The bit of the second of these slots that tells of a key that is there more than once. */
export const REPEATED_KEYS = 1 << 31
