import { isHarmlessP, SCRIPT_OPTION } from './programs.ts'
import { isSecretName } from './secret-name.ts'
import { findSecrets, matchesOf, rangeOf, type SecretRange, type TextRule } from './text-rules.ts'

/** What a name of something secret has in it; `isSecretName` decides. */
const SECRET_WORD = '(?:pass|pwd|secret|token|key|auth|cred|cookie|otp)'
const SECRET_NAME = String.raw`([\w.-]{0,64}?${SECRET_WORD}[\w.-]{0,64})`
/** A word of a shell's script: parts in quotes, escaped characters and plain ones. */
const WORD = String.raw`((?:"(?:\\.|[^"\\\0])*"?|'[^'\0]*'?|\\.|[^\s\0;|&"'\\]){1,4096})`
/** What follows an option: the next argument, or the next word. */
const NEXT = String.raw`(?:\0([^\0]+)|[\s=:]{1,8}${WORD})`
/** The same of one word after another, as scripts and lists of arguments part them. */
const GAP = String.raw`[\s\0]{1,8}`

type Rule = readonly [name: string, expression: RegExp]

/** Options and assignments whose name, group 1, says that they are secret. Arguments are joined by NUL, which no argument can hold. */
const NAMED: readonly Rule[] = [
  // --password=x, --db-password x, -password:x
  ['flag', new RegExp(String.raw`(?<![\w-])--?${SECRET_NAME}${NEXT}`, 'dgi')],
  // PGPASSWORD=x, export API_TOKEN="x", password: x, token = x
  [
    'assignment',
    new RegExp(String.raw`(?<![\w-])(?!PWD=|OLDPWD=)${SECRET_NAME}["']?\s{0,8}[=:]\s{0,8}${WORD}`, 'dgi'),
  ],
]

/** Of each the first group that took part is secret. */
const RULES: readonly Rule[] = [
  // Headers, to the end of the argument or the quotes around them.
  ['header', /(?<![\w-])(?:proxy-)?(?:authorization|cookie)["']?\s{0,8}[:=]\s{0,8}["']?([^"'\0\r\n]+)/dgi],
  // redis-cli -a x, curl -u name:x
  ['-a', new RegExp(String.raw`\bredis-cli\b[^;|&]{0,256}?[\s\0]-a(?:\0([^\0]+)|\s{1,8}${WORD})`, 'dg')],
  ['-u', /(?<![\w-])(?:-u|--(?:proxy-)?user)[\s\0=]{0,8}["']?[^\s\0:"']{1,256}:([^\0"']+)/dg],
  // kubectl create secret generic x --from-literal=name=value
  ['from-literal', /--from-literal[=\s\0]{1,8}["']?[^\s\0=]{1,256}=([^\0"']+)/dg],
  // vault login x, vault kv put path name=value
  ['vault', new RegExp(String.raw`\bvault${GAP}login${GAP}(?!-)([^\s\0=;|&]+)(?=[\s\0;|&]|$)`, 'dg')],
  [
    'vault',
    new RegExp(
      String.raw`\bvault${GAP}(?:kv${GAP})?(?:put|patch|write)(?:${GAP}(?:-[^\s\0;|&]{1,256}|[^\s\0;|&=]{1,256})){1,8}?${GAP}[\w.-]{1,64}=([^;|&]+)`,
      'dg',
    ),
  ],
  // aws configure set aws_secret_access_key x
  [
    'aws',
    new RegExp(String.raw`\bconfigure${GAP}set${GAP}[\w.]*(?:secret|token|key)\w*${GAP}([^\s\0]+)`, 'dgi'),
  ],
  // az keyvault secret set --value x, aws ssm put-parameter --value x
  [
    'value',
    new RegExp(
      String.raw`\b(?:secret|put-parameter)\b[^;|&]{0,256}?[\s\0]--value(?:\0([^\0]+)|[\s=]${WORD})`,
      'dg',
    ),
  ],
  // openssl -passin pass:x
  ['pass', /\bpass:([^\s\0"']+)/dg],
  // name:password for chpasswd
  ['chpasswd', /\becho[\s\0]{1,8}["']?[\w.-]{1,64}:([^\s\0"'|]{1,256})["']?\s{0,8}\|\s{0,8}chpasswd/dg],
  // CREATE USER x IDENTIFIED BY 'y', ALTER ROLE x PASSWORD 'y'
  ['sql', /\b(?:identified\s{1,8}by|password)\s{1,8}(?:\\?["'])([^"'\0]{1,256})/dgi],
]

/** -psecret, -p secret, -p=secret: a password to mysql, sshpass and many others. */
const DASH_P = new RegExp(String.raw`(?<![\w-])-p(?:\0([^\0]+)|[\s=]{1,8}${WORD}|${WORD})`, 'dg')

/** An argument that is an option or assignment with its value, all of which is secret; not a script that begins with one. */
const WHOLE = /^(?:--?([\w.-]{1,192})[=:]|(?!PWD=|OLDPWD=)([\w.-]{1,192})=)/

/** Longer ones are hidden whole: nobody types them, and to look through them would take too long. */
const LONGEST_COMMAND = 16 * 1024

/** Without any of these there is nothing that a rule could find, and most commands have none. */
const HINT = /pass|pwd|secret|token|key|auth|cred|cookie|otp|-p|-a|-u|--|vault|configure|identified/i

/** The secrets in the arguments of a command, as ranges of them joined by NUL. `rules` are looked for too. */
export function findInCommand(joined: string, rules: readonly TextRule[]): SecretRange[] {
  if (joined.length > LONGEST_COMMAND) return [rangeOf(joined, [0, joined.length], 'command too long')]
  const found = findSecrets(joined, rules)
  if (!HINT.test(joined)) return found
  return [...found, ...wholeValues(joined), ...named(joined), ...formed(joined), ...passwordsOfP(joined)]
}

/** Of arguments such as `--password=a; b` all that is behind the equals sign. */
function wholeValues(joined: string): SecretRange[] {
  const ranges: SecretRange[] = []
  let start = 0
  let before = ''
  for (const argument of joined.split('\0')) {
    const [beginning, option, variable] = (SCRIPT_OPTION.test(before) ? null : WHOLE.exec(argument)) ?? []
    const end = start + argument.length
    if (
      beginning !== undefined &&
      beginning.length < argument.length &&
      isSecretName(option ?? variable ?? '')
    )
      ranges.push(rangeOf(joined, [start + beginning.length, end], 'command argument'))
    before = argument
    start = end + 1
  }
  return ranges
}

function* named(joined: string): Generator<SecretRange> {
  for (const [rule, expression] of NAMED)
    for (const match of matchesOf(expression, joined)) {
      const [, name, ...values] = match.indices ?? []
      const value = values.find(indices => indices !== undefined)
      if (name === undefined || value === undefined) continue
      if (isSecretName(match[1] ?? '')) yield rangeOf(joined, value, `command ${rule}`)
      // What follows a harmless name may be another option.
      else expression.lastIndex = name[1]
    }
}

function* formed(joined: string): Generator<SecretRange> {
  for (const [rule, expression] of RULES)
    for (const match of matchesOf(expression, joined)) {
      const range = match.indices?.slice(1).find(indices => indices !== undefined)
      if (range !== undefined && range[0] < range[1]) yield rangeOf(joined, range, `command ${rule}`)
    }
}

function* passwordsOfP(joined: string): Generator<SecretRange> {
  for (const match of matchesOf(DASH_P, joined)) {
    const [, next, word, glued] = match.indices ?? []
    const range = next ?? word ?? glued
    if (range === undefined) continue
    const found = rangeOf(joined, range, 'command -p')
    if (!isHarmlessP(joined, match.index, found.secret, glued !== undefined)) yield found
  }
}
