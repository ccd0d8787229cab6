/** What is shown in place of a secret. */
export const HIDDEN = '<hidden>'

// Greedy up to the last @: a password may hold any character, and a port hidden by mistake does no harm.
const URL_PASSWORD = /(:\/\/[^\s:@/]*:)[^\s]*@/g
const QUERY_SECRET = /([?&][^=&\s]*(?:password|passwd|secret|token|api_?key)[^=&\s]*=)[^&\s]+/gi

/** Hides passwords in URLs: `https://user:<hidden>@host`, `?password=<hidden>`. */
export function hideUrlPasswords(text: string): string {
  return text.replace(URL_PASSWORD, `$1${HIDDEN}@`).replace(QUERY_SECRET, `$1${HIDDEN}`)
}
