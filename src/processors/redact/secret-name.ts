/** A part of a name that says that what it names is secret, `PGPASSWORD` and `storepass` too. */
const SECRET_PART =
  /^(?:\w*pass(?:wor[dt]|wd|phrase|code)s?|(?!by|com|encom|sur|tres)[a-z\d]*pass|\w*(?:pwd|secret|token)s?|auth(?:orization)?|creds?|credentials?|cookies?|t?otp)$/
/** The same of several parts taken together. */
const SECRET_KEY = /(?:api|access|private|secret|account|encryption|signing|master)key/
/** Parts at the end that name something about a secret, or where it is, but no secret. */
const HARMLESS_END =
  /^(?:file|path|dir|directory|folder|name|namespace|ref|url|uri|host|port|server|endpoint|stdin|env|prompt|type|mode|method|class|provider|plugin|policy|format|algorithm|length|size|count|ttl|duration|timeout|expiry|expiration|lifetime|version|store|manager|controller|resolver|config|username|user|issuer|audience|audiences|required|enabled|disabled|jar|review|request|template|source|mount|volume)$/

/** Whether an option, variable or key of this name holds a secret: `db-password`, `API_TOKEN`; not `password-file` or `author`. */
export function isSecretName(name: string): boolean {
  const parts = name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_.]+/)
    .filter(part => part !== '')
  if (
    parts.length > 1 &&
    (HARMLESS_END.test(parts.at(-1) ?? '') || /^(?:no|without|skip)$/.test(parts[0] ?? ''))
  )
    return false
  return parts.some(part => SECRET_PART.test(part)) || SECRET_KEY.test(parts.join(''))
}
