import { findSecrets, matchesOf, rangeOf, type SecretRange, type TextRule } from './text-rules.ts'

const SECRET_WORD =
  '(?:pass(?:wor[dt]|wd|phrase|code)?|pwd|secret|token|api-?_?key|access-?_?key|private-?_?key|auth(?:orization)?|cred(?:ential)?s?|cookie|otp)'
/** A quoted or plain word, or, as an argument of its own, all of it. */
const VALUE = String.raw`(?:"([^"\0]*)"?|'([^'\0]*)'?|([^\s\0;|&"']+))`

/** Arguments are joined by NUL, which no argument can hold. */
const RULES: readonly (readonly [name: string, expression: RegExp])[] = [
  // --password=x, --db-password x, -password:x
  [
    'flag',
    new RegExp(
      String.raw`(?<![\w-])--?[\w.-]{0,64}?${SECRET_WORD}[\w.-]{0,64}(?:\0([^\0]+)|[\s=:]{1,8}${VALUE})`,
      'dgi',
    ),
  ],
  // PGPASSWORD=x, export API_TOKEN="x", password: x, token = x
  [
    'assignment',
    new RegExp(
      String.raw`(?<![\w-])(?!PWD=|OLDPWD=)[\w.-]{0,64}?${SECRET_WORD}[\w.-]{0,64}["']?\s{0,8}[=:]\s{0,8}${VALUE}`,
      'dgi',
    ),
  ],
  // -psecret, -p secret, -p=secret: a password to mysql, sshpass and many others
  ['-p', new RegExp(String.raw`(?<![\w-])-p(?:\0([^\0]+)|[\s=]{0,8}${VALUE})`, 'dg')],
  // redis-cli -a x, curl -u name:x
  ['-a', new RegExp(String.raw`\bredis-cli\b[^;|&]{0,256}?[\s\0]-a(?:\0([^\0]+)|\s{1,8}${VALUE})`, 'dg')],
  ['-u', /(?<![\w-])(?:-u|--(?:proxy-)?user)[\s\0=]{0,8}["']?[^\s\0:"']{1,256}:([^\s\0"']+)/dg],
  // kubectl create secret generic x --from-literal=name=value
  ['from-literal', /--from-literal[=\s\0]{1,8}["']?[^\s\0=]{1,256}=([^\0"']+)/dg],
  // openssl -passin pass:x
  ['pass', /\bpass:([^\s\0"']+)/dg],
  // name:password for chpasswd
  ['chpasswd', /\becho[\s\0]{1,8}["']?[\w.-]{1,64}:([^\s\0"'|]{1,256})["']?\s{0,8}\|\s{0,8}chpasswd/dg],
]

/** Programs whose -p is no password. */
const HARMLESS_P = new Set(
  'cat cp docker find git install ip iptables java kill ls lsof make mkdir nc ncat netstat nginx node nohup pgrep ping pkill podman ps pstree python python3 read rm rsync scp sed ss ssh ssh-keygen stat strace tar tee test time timeout top touch tree type umask uname unzip wget which'.split(
    ' ',
  ),
)

/** The secrets in the arguments of a command, as ranges of them joined by NUL. `rules` are looked for too. */
export function findInCommand(joined: string, rules: readonly TextRule[]): SecretRange[] {
  const ranges = findSecrets(joined, rules)
  for (const [name, expression] of RULES) {
    for (const match of matchesOf(expression, joined)) {
      if (name === '-p' && HARMLESS_P.has(programBefore(joined, match.index))) continue
      const range = match.indices?.slice(1).find(indices => indices !== undefined)
      if (range !== undefined && range[0] < range[1]) ranges.push(rangeOf(joined, range, `command ${name}`))
    }
  }
  return ranges
}

/** The name of the program that an option at `index` is one of: the first word of its command. */
function programBefore(joined: string, index: number): string {
  const command =
    joined
      .slice(0, index)
      .split(/[;|&\n(`]/)
      .at(-1) ?? ''
  const words = command.split(/[\s\0]+/).filter(word => word !== '' && !/^\w+=/.test(word))
  // What begins a shell's script is another argument of the shell.
  const script = words.findLastIndex(word => /^-\w*c$/.test(word))
  const program = (words[script + 1] ?? '').replace(/^["']/, '')
  return program.slice(program.lastIndexOf('/') + 1)
}
