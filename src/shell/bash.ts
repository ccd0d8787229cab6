import type { DescribedCommand, DescribedValue } from './described.ts'

/** A script that has bash complete a program's commands, options and their values. */
export function bashCompletion(program: DescribedCommand): string {
  const { name, commands } = program
  const all = [program, ...commands]
  return `# bash completion of ${name}. In ~/.bashrc: source <(${name} completion bash)
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' words='' i
  COMPREPLY=()
  # The = of --option=value is a word of its own.
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${commands.map(command => command.name).join('|')}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case "$command $prev" in
${all.flatMap(command => valueCases(command, command === program ? '' : command.name)).join('')}  esac
  case "$command $cur" in
${all.map(command => `    ${quoted(`${command === program ? '' : command.name} -`)}*) words=${quoted(optionNames(command))} ;;\n`).join('')}    ' '*) words=${quoted(commands.map(command => command.name).join(' '))} ;;
${commands.flatMap(argumentCase).join('')}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _${name} ${name}
`
}

const optionNames = ({ options }: DescribedCommand) => options.flatMap(({ names }) => names).join(' ')

/** What follows an option that takes a value. */
function valueCases({ options }: DescribedCommand, command: string): string[] {
  return options.flatMap(({ names, value }) => {
    if (value === undefined) return []
    const patterns = names.map(name => quoted(`${command} ${name}`)).join('|')
    return `    ${patterns}) ${offer(value)}; return ;;\n`
  })
}

/** Shells offer the first argument only: the others depend on it. */
function argumentCase({ name, arguments: [first] }: DescribedCommand): string[] {
  if (first === undefined || first.choices.length === 0) return []
  return [`    ${quoted(`${name} `)}*) words=${quoted(first.choices.join(' '))} ;;\n`]
}

function offer({ kind, choices }: DescribedValue): string {
  if (choices.length > 0) return `mapfile -t COMPREPLY < <(compgen -W ${quoted(choices.join(' '))} -- "$cur")`
  // compopt works only while bash completes.
  const paths = (flag: string) =>
    `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen ${flag} -- "$cur")`
  if (kind === 'file') return paths('-f')
  return kind === 'folder' ? paths('-d') : ':'
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
