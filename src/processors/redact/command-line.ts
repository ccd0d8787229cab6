import { findSecrets, matchesOf, rangeOf, type SecretRange, type TextRule } from './text-rules.ts'

const SECRET_WORD =
  '(?:pass(?:wor[dt]|wd|phrase|code)?|pwd|secret|token|api-?_?key|access-?_?key|private-?_?key|auth(?:orization)?|cred(?:ential)?s?|cookie|otp)'
/** A word of a shell's script: parts in quotes, escaped characters and plain ones. */
const WORD = String.raw`((?:"(?:\\.|[^"\\\0])*"?|'[^'\0]*'?|\\.|[^\s\0;|&"'\\]){1,4096})`
/** What follows an option: the next argument, or the next word. */
const NEXT = String.raw`(?:\0([^\0]+)|[\s=:]{1,8}${WORD})`

type Rule = readonly [name: string, expression: RegExp]

/** Arguments are joined by NUL, which no argument can hold. */
const RULES: readonly Rule[] = [
  // Headers, to the end of the argument or the quotes around them.
  ['header', /(?<![\w-])(?:proxy-)?(?:authorization|cookie)["']?\s{0,8}[:=]\s{0,8}["']?([^"'\0\r\n]+)/dgi],
  // --password=x, --db-password x, -password:x
  ['flag', new RegExp(String.raw`(?<![\w-])--?[\w.-]{0,64}?${SECRET_WORD}[\w.-]{0,64}${NEXT}`, 'dgi')],
  // PGPASSWORD=x, export API_TOKEN="x", password: x, token = x
  [
    'assignment',
    new RegExp(
      String.raw`(?<![\w-])(?!PWD=|OLDPWD=)[\w.-]{0,64}?${SECRET_WORD}[\w.-]{0,64}["']?\s{0,8}[=:]\s{0,8}${WORD}`,
      'dgi',
    ),
  ],
  // -psecret, -p secret, -p=secret: a password to mysql, sshpass and many others
  ['-p', new RegExp(String.raw`(?<![\w-])-p(?:\0([^\0]+)|[\s=]{0,8}${WORD})`, 'dg')],
  // redis-cli -a x, curl -u name:x
  ['-a', new RegExp(String.raw`\bredis-cli\b[^;|&]{0,256}?[\s\0]-a(?:\0([^\0]+)|\s{1,8}${WORD})`, 'dg')],
  ['-u', /(?<![\w-])(?:-u|--(?:proxy-)?user)[\s\0=]{0,8}["']?[^\s\0:"']{1,256}:([^\0"']+)/dg],
  // kubectl create secret generic x --from-literal=name=value
  ['from-literal', /--from-literal[=\s\0]{1,8}["']?[^\s\0=]{1,256}=([^\0"']+)/dg],
  // openssl -passin pass:x
  ['pass', /\bpass:([^\s\0"']+)/dg],
  // name:password for chpasswd
  ['chpasswd', /\becho[\s\0]{1,8}["']?[\w.-]{1,64}:([^\s\0"'|]{1,256})["']?\s{0,8}\|\s{0,8}chpasswd/dg],
]

/** An argument that is an option or assignment with its value, all of which is secret; not a script that begins with one. */
const WHOLE = new RegExp(
  String.raw`^(?:--?[\w.-]{0,64}?${SECRET_WORD}[\w.-]{0,64}[=:]|(?!PWD=|OLDPWD=)[\w.-]{0,64}?${SECRET_WORD}[\w.-]{0,64}=)`,
  'i',
)
const SCRIPT_OPTION = /^-\w*c$/

/** Longer ones are hidden whole: nobody types them, and to look through them would take too long. */
const LONGEST_COMMAND = 16 * 1024
/** How far back the program is looked for that an option belongs to. */
const FARTHEST_PROGRAM = 256

/** Programs whose -p is no password. */
const HARMLESS_P = new Set(
  'cat cp find git install kill ls lsof make mkdir nc ncat netstat nginx pgrep ping pkill ps pstree read rm rsync sed ss stat strace tar tee test top touch tree type umask uname unzip wget which'.split(
    ' ',
  ),
)
/** Those to which it is a port, or ports. */
const PORT_P = new Set('docker go podman psql python python3 redis-cli scp ssh'.split(' '))

/** The secrets in the arguments of a command, as ranges of them joined by NUL. `rules` are looked for too. */
export function findInCommand(joined: string, rules: readonly TextRule[]): SecretRange[] {
  if (joined.length > LONGEST_COMMAND) return [rangeOf(joined, [0, joined.length], 'command too long')]
  const ranges = [...findSecrets(joined, rules), ...wholeValues(joined)]
  for (const [name, expression] of RULES) {
    for (const match of matchesOf(expression, joined)) {
      const range = match.indices?.slice(1).find(indices => indices !== undefined)
      if (range === undefined || range[0] === range[1]) continue
      const found = rangeOf(joined, range, `command ${name}`)
      if (name !== '-p' || !isHarmless(programBefore(joined, match.index), found.secret)) ranges.push(found)
    }
  }
  return ranges
}

/** Of arguments such as `--password=a; b` all that is behind the equals sign. */
function wholeValues(joined: string): SecretRange[] {
  const ranges: SecretRange[] = []
  let start = 0
  let before = ''
  for (const argument of joined.split('\0')) {
    const beginning = SCRIPT_OPTION.test(before) ? undefined : WHOLE.exec(argument)?.[0]
    const end = start + argument.length
    if (beginning !== undefined && beginning.length < argument.length)
      ranges.push(rangeOf(joined, [start + beginning.length, end], 'command argument'))
    before = argument
    start = end + 1
  }
  return ranges
}

function isHarmless(program: string, value: string): boolean {
  return HARMLESS_P.has(program) || (PORT_P.has(program) && /^[\d.:]{1,40}(?:\/\w+)?$/.test(value))
}

/** The name of the program that an option at `index` is one of: the first word of its command. */
function programBefore(joined: string, index: number): string {
  const before = joined.slice(Math.max(0, index - FARTHEST_PROGRAM), index)
  const command = before.slice(lastSeparator(before) + 1)
  const words = command.split(/[\s\0]+/).filter(word => word !== '' && !/^\w+=/.test(word))
  // What begins a shell's script is another argument of the shell.
  const script = words.findLastIndex(word => SCRIPT_OPTION.test(word))
  const program = (words[script + 1] ?? '').replace(/^["']/, '')
  return program.slice(program.lastIndexOf('/') + 1)
}

function lastSeparator(text: string): number {
  let i = text.length - 1
  while (i >= 0 && !';|&\n(`'.includes(text.charAt(i))) i--
  return i
}
