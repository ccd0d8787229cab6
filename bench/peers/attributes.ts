/** The agent's attributes that are plain fields, without `k8s.auditlog.`, and where they are in an event: a peer makes the same. */
export const FIELDS = {
  audit_id: 'auditID',
  level: 'level',
  stage: 'stage',
  verb: 'verb',
  request_uri: 'requestURI',
  user_agent: 'userAgent',
  'user.username': 'user.username',
  resource: 'objectRef.resource',
  subresource: 'objectRef.subresource',
  namespace: 'objectRef.namespace',
  name: 'objectRef.name',
  api_group: 'objectRef.apiGroup',
  api_version: 'objectRef.apiVersion',
  'response.code': 'responseStatus.code',
} as const
