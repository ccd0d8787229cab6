/** A question as each way asks it. */
export interface Asked {
  readonly name: string
  readonly jq: string
  /** What a line must have for ripgrep: right for logs as API servers write them. */
  readonly rg: string
  /** Counts the answers in FILE. */
  readonly sql?: string
}

const columns = (types: string) =>
  `FROM read_json('FILE', format='newline_delimited', maximum_object_size=67108864, columns={${types}})`
const OBJECT = "objectRef: 'STRUCT(resource VARCHAR, subresource VARCHAR)'"

/** What is measured. */
export const QUESTIONS: readonly Asked[] = [
  {
    name: 'exec',
    jq: 'select(.objectRef.resource == "pods" and (.objectRef.subresource | IN("exec", "attach", "portforward", "ephemeralcontainers")))',
    rg: '"subresource":"(exec|attach|portforward|ephemeralcontainers)"',
    sql: `SELECT count(*) ${columns(OBJECT)} WHERE objectRef.resource = 'pods' AND objectRef.subresource IN ('exec', 'attach', 'portforward', 'ephemeralcontainers')`,
  },
  {
    name: 'secrets',
    jq: 'select(.objectRef.resource == "secrets")',
    rg: '"resource":"secrets"',
    sql: `SELECT count(*) ${columns(OBJECT)} WHERE objectRef.resource = 'secrets'`,
  },
  {
    name: 'denied',
    jq: 'select(.responseStatus.code == 403 or .annotations["authorization.k8s.io/decision"] == "forbid")',
    rg: '"code":403|"forbid"',
    sql: `SELECT count(*) ${columns(`responseStatus: 'STRUCT(code INTEGER)', annotations: 'MAP(VARCHAR, VARCHAR)'`)} WHERE responseStatus.code = 403 OR annotations['authorization.k8s.io/decision'] = 'forbid'`,
  },
  {
    name: 'privileged-pods',
    jq: `
def pod: .spec | (.jobTemplate.spec? // .) | (.template.spec? // .);
def reaches: pod | .hostNetwork == true or .hostPID == true or .hostIPC == true
  or any((.containers, .initContainers, .ephemeralContainers)[]?; .securityContext.privileged == true)
  or any(.volumes[]?; .hostPath != null);
select((.objectRef.resource | IN("pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs"))
  and (.verb | IN("create", "update", "patch"))
  and ((.objectRef.subresource // "") | IN("", "ephemeralcontainers"))
  and ((.user.username // "") | test("^system:(apiserver$|kube-|node:|serviceaccount:kube-system:)") | not)
  and any(.requestObject, .responseObject; type == "object" and reaches))`,
    rg: '"(privileged|hostNetwork|hostPID|hostIPC)":true|"hostPath":',
  },
]
