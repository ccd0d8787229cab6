/** What is shown in place of a secret. */
export const HIDDEN = '<hidden>'

// Greedy up to the last @ before another URL, and without the colon of a scheme: a password may hold any character, a URL may be mistyped,
// and a port hidden by mistake does no harm.
const URL_USER = /(\/\/)(?:([^\s:@/]*:)(?:(?!\/\/).)*|[^\s:@/]*)@/g
const QUERY_SECRET = /([?&][^=&\s]*(?:password|passwd|secret|token|key|sig|auth)[^=&\s]*=)[^&\s]+/gi

/** Hides passwords in URLs: `https://user:<hidden>@host`, `?password=<hidden>`. */
export function hideUrlPasswords(text: string): string {
  return text.replace(URL_USER, `$1$2${HIDDEN}@`).replace(QUERY_SECRET, `$1${HIDDEN}`)
}
