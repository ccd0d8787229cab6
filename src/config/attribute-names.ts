const PREFIX = 'k8s.auditlog.'

/** The name without `k8s.auditlog.`. */
export const shortName = (name: string) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)

/** The name with `k8s.auditlog.`. */
export const fullName = (name: string) => PREFIX + shortName(name)
