/** How far back the program is looked for that an option belongs to. */
const FARTHEST_PROGRAM = 256

/** Programs of which `-psecret` is a password. */
const PASSWORD_P =
  /^(?:mysql\w*|mariadb[\w-]*|sshpass|7z\w*|rar|unrar|mongo\w*|cqlsh|mycli|smbclient|ipmitool)$/
/** Programs whose -p is no password. */
const HARMLESS_P = new Set(
  (
    'adduser bash cat chrt cp dash df diff ethtool find gdb git grep install iostat iptables java jmap journalctl jstack kill ls ' +
    'lsof make mkdir mount mvn nc ncat netstat nft nginx nmap npm npx node nslookup patch perf pgrep pidstat ping pkill ps pstree ' +
    'pytest read renice rm rsync sed set sh ss stat strace systemctl tar taskset tcpdump tee test tmux top touch tree type umask ' +
    'uname unzip useradd wget which xargs yarn zsh'
  ).split(' '),
)
/** Those to which it is a port, or ports. */
const PORT_P = new Set('dig docker go podman psql python python3 redis-cli scp ssh telnet'.split(' '))

/** Runs a program that is named after its options. */
const RUNNER =
  /^(?:sudo|doas|env|nohup|nice|timeout|time|exec|command|stdbuf|setsid|strace|chroot|su-exec|gosu|tini|--)$/

/** An argument of a shell that says that the next one is a script. */
export const SCRIPT_OPTION = /^-\w*c$/

/** Whether `-p` at `index` of joined arguments, followed by `value`, is no password. `isGlued`: without anything between. */
export function isHarmlessP(joined: string, index: number, value: string, isGlued: boolean): boolean {
  const words = commandBefore(joined, index)
  const [program = ''] = words
  if (words.some(word => PASSWORD_P.test(word))) return false
  if (HARMLESS_P.has(program)) return true
  if (PORT_P.has(program) && /^[\d.:]{1,40}(?:\/\w+)?$/.test(value)) return true
  // A patch; that of a Secret holds its data.
  if (program === 'kubectl') return !words.some(word => /^secrets?(?:\/|$)/.test(word))
  // An option in one word after a single dash: `-profile`, `-port=80`.
  return isGlued && /^[a-z][a-z-]*(?:=|$)/.test(value)
}

/** The names of the program and its arguments before an option at `index`, the program first. */
function commandBefore(joined: string, index: number): string[] {
  const before = joined.slice(Math.max(0, index - FARTHEST_PROGRAM), index)
  const command = before.slice(lastSeparator(before) + 1)
  const words = command.split(/[\s\0]+/).filter(word => word !== '' && !/^\w+=/.test(word))
  // What begins a shell's script is another argument of the shell.
  const script = words.findLastIndex(word => SCRIPT_OPTION.test(word))
  const names = words.slice(script + 1).map(word => word.replace(/["']/g, '').replace(/^.*\//, ''))
  return RUNNER.test(names[0] ?? '') ? names.slice(1) : names
}

function lastSeparator(text: string): number {
  let i = text.length - 1
  while (i >= 0 && !';|&\n(`'.includes(text.charAt(i))) i--
  return i
}
