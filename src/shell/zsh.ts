import type { DescribedCommand, DescribedOption, DescribedValue } from './described.ts'

/** A script that has zsh complete a program's commands, options and their values, with what they do. */
export function zshCompletion({ name, options, commands }: DescribedCommand): string {
  return `#compdef ${name}
# zsh completion of ${name}. In ~/.zshrc, after compinit: source <(${name} completion zsh)
_${name}() {
  local state line
  _arguments -C ${[...options.map(specOf), "'1: :->command'", "'*:: :->rest'"].join(' ')}
  case $state in
    command)
      local -a commands=(${commands.map(described).join(' ')})
      _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(caseOf).join('')}      esac ;;
  esac
}
if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`
}

const described = ({ name, description }: DescribedCommand) => quoted(`${name}:${description}`)

function caseOf({ name, options, arguments: [first] }: DescribedCommand): string {
  const own = first === undefined ? [] : [quoted(`1:${first.name}:${actionOf(first)}`), "'*: :'"]
  return `        ${name}) _arguments ${[...options.map(specOf), ...own].join(' ')} ;;\n`
}

/** `'(-c --config)'{-c,--config}'[what it does]:file:_files'` */
function specOf({ names, description, value }: DescribedOption): string {
  const text = `[${description.replaceAll(/[[\]\\]/g, '\\$&').replaceAll(':', '\\:')}]`
  const rest = value === undefined ? text : `${text}:${value.name.replaceAll(':', '\\:')}:${actionOf(value)}`
  // One that takes a value may come again.
  const group = value === undefined ? `(${names.join(' ')})` : '*'
  // With = a value may be a word of its own, or follow the = in the same.
  const [first = '', second] = names.map(name =>
    value !== undefined && name.startsWith('--') ? `${name}=` : name,
  )
  if (second === undefined) return quoted(`${value === undefined ? '' : '*'}${first}${rest}`)
  return `${quoted(group)}{${first},${second}}${quoted(rest)}`
}

function actionOf({ kind, choices }: DescribedValue): string {
  if (choices.length > 0) return `(${choices.join(' ')})`
  if (kind === 'file') return '_files'
  return kind === 'folder' ? '_files -/' : ' '
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
