import { FIELD, type Field } from './fields.ts'

/** The known keys of one object. */
export class KeyTable {
  readonly keys: readonly string[]
  /** Field of each key. */
  readonly fields: readonly Field[]
  /** Keys known below each key, if its value is an object that is looked into. */
  readonly nested: readonly (KeyTable | undefined)[]
  readonly #byName: ReadonlyMap<string, number>

  constructor(entries: readonly (readonly [key: string, field: Field, nested?: KeyTable])[]) {
    this.keys = entries.map(entry => entry[0])
    this.fields = entries.map(entry => entry[1])
    this.nested = entries.map(entry => entry[2])
    this.#byName = new Map(entries.map((entry, index) => [entry[0], index]))
  }

  /** Index of the key of this name, or -1. */
  indexOf(name: string): number {
    return this.#byName.get(name) ?? -1
  }
}

const USER_KEYS = new KeyTable([
  ['username', FIELD.userUsername],
  ['uid', FIELD.userUid],
  ['groups', FIELD.userGroups],
  ['extra', FIELD.userExtra],
])

const IMPERSONATED_USER_KEYS = new KeyTable([
  ['username', FIELD.impersonatedUsername],
  ['uid', FIELD.impersonatedUid],
  ['groups', FIELD.impersonatedGroups],
  ['extra', FIELD.impersonatedExtra],
])

const OBJECT_REF_KEYS = new KeyTable([
  ['resource', FIELD.objectResource],
  ['namespace', FIELD.objectNamespace],
  ['name', FIELD.objectName],
  ['uid', FIELD.objectUid],
  ['apiGroup', FIELD.objectApiGroup],
  ['apiVersion', FIELD.objectApiVersion],
  ['resourceVersion', FIELD.objectResourceVersion],
  ['subresource', FIELD.objectSubresource],
])

const RESPONSE_STATUS_KEYS = new KeyTable([
  ['status', FIELD.responseStatusStatus],
  ['message', FIELD.responseMessage],
  ['reason', FIELD.responseReason],
  ['code', FIELD.responseCode],
])

const ANNOTATION_KEYS = new KeyTable([
  ['authorization.k8s.io/decision', FIELD.decision],
  ['authorization.k8s.io/reason', FIELD.decisionReason],
])

/** The keys of an audit event that are looked at, two levels deep. */
export const EVENT_KEYS = new KeyTable([
  ['kind', FIELD.kind],
  ['apiVersion', FIELD.apiVersion],
  ['level', FIELD.level],
  ['auditID', FIELD.auditID],
  ['stage', FIELD.stage],
  ['requestURI', FIELD.requestURI],
  ['verb', FIELD.verb],
  ['user', FIELD.user, USER_KEYS],
  ['impersonatedUser', FIELD.impersonatedUser, IMPERSONATED_USER_KEYS],
  ['sourceIPs', FIELD.sourceIPs],
  ['userAgent', FIELD.userAgent],
  ['objectRef', FIELD.objectRef, OBJECT_REF_KEYS],
  ['responseStatus', FIELD.responseStatus, RESPONSE_STATUS_KEYS],
  ['requestObject', FIELD.requestObject],
  ['responseObject', FIELD.responseObject],
  ['requestReceivedTimestamp', FIELD.requestReceivedTimestamp],
  ['stageTimestamp', FIELD.stageTimestamp],
  ['timestamp', FIELD.timestamp],
  ['annotations', FIELD.annotations, ANNOTATION_KEYS],
])
