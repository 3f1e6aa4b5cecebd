// The completion scripts of bash, zsh and fish.

/** A sub-command with what may follow it. */
export interface Completable {
  readonly name: string
  /** One line. */
  readonly summary: string
  readonly options: readonly string[]
  /** Options with the words that may follow them. Each option has a short and a long form. */
  readonly values: readonly OptionValues[]
  readonly commands: readonly Completable[]
}

export interface OptionValues {
  readonly short: string
  readonly long: string
  readonly words: readonly string[]
}

/** By shell. Names and options are keagate's own and hold no quotes; quotes in summaries are left out. */
export const completionScripts: Readonly<Record<string, (all: readonly Completable[]) => string>> = { bash, zsh, fish }

const top = ['-c', '-t', '-d', '-X', '-v', '-V', '-W', '-h', 'help']

/** Where no word fits, files are completed. */
function bash(all: readonly Completable[]): string {
  return `# bash completion for keagate
_keagate() {
  local words=''
  case "$COMP_CWORD \${COMP_WORDS[1]-} \${COMP_WORDS[2]-}" in
${cases(all, (words) => `words='${words.join(' ')}'`)}
  esac
  case "\${COMP_WORDS[1]-} \${COMP_WORDS[COMP_CWORD - 1]-}" in
${valueCases(all, (words) => `words='${words.join(' ')}'`)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _keagate keagate
`
}

function zsh(all: readonly Completable[]): string {
  return `#compdef keagate
_keagate() {
  local -a known
  case "$((CURRENT - 1)) $words[2] $words[3]" in
${cases(all, (words) => `known=(${words.join(' ')})`)}
  esac
  case "$words[2] $words[CURRENT - 1]" in
${valueCases(all, (words) => `known=(${words.join(' ')})`)}
  esac
  compadd -a known
  _files
}
if [ "$funcstack[1]" = _keagate ]; then _keagate "$@"; else compdef _keagate keagate; fi
`
}

/** The branches of a `case` over the number of the word that is typed and the two words after the program's name. */
function cases(all: readonly Completable[], set: (words: readonly string[]) => string): string {
  const rows = [`    '1 '*) ${set([...names(all), ...top])} ;;`, `    *' help '*) ${set(names(all))} ;;`]
  for (const { name, options, commands } of all) {
    if (commands.length > 0) rows.push(`    '2 ${name} '*) ${set([...names(commands), ...options])} ;;`)
    for (const each of commands) rows.push(`    *' ${name} ${each.name}') ${set(each.options)} ;;`)
    if (commands.length === 0) rows.push(`    *' ${name} '*) ${set(options)} ;;`)
  }
  return rows.join('\n')
}

/** Of the sub-command and the word before the one that is typed. */
function valueCases(all: readonly Completable[], set: (words: readonly string[]) => string): string {
  return all.flatMap(({ name, values }) => values.map(({ short, long, words }) => {
    return `    '${name} ${short}'|'${name} ${long}') ${set(words)} ;;`
  })).join('\n')
}

function fish(all: readonly Completable[]): string {
  const seen = '__fish_seen_subcommand_from'
  const lines = [
    '# fish completion for keagate',
    ...top.map((word) => `complete -c keagate -n __fish_use_subcommand ${fishOption(word)}`),
    `complete -c keagate -n '${seen} help' -a '${names(all).join(' ')}'`,
  ]
  for (const { name, summary, options, values, commands } of all) {
    lines.push(`complete -c keagate -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", '')}'`)
    const none = commands.length === 0 ? '' : `; and not ${seen} ${names(commands).join(' ')}`
    lines.push(...options.map((option) => `complete -c keagate -n '${seen} ${name}${none}' ${fishOption(option)}`))
    lines.push(...values.map(({ short, long, words }) => {
      return `complete -c keagate -n '${seen} ${name}' -s ${short.slice(1)} -l ${long.slice(2)} -x -a '${words.join(' ')}'`
    }))
    for (const each of commands) {
      const what = each.summary.replaceAll("'", '')
      lines.push(`complete -c keagate -n '${seen} ${name}${none}' -a ${each.name} -d '${what}'`)
      const here = `'${seen} ${name}; and ${seen} ${each.name}'`
      lines.push(...each.options.map((option) => `complete -c keagate -n ${here} ${fishOption(option)}`))
    }
  }
  return `${lines.join('\n')}\n`
}

function fishOption(option: string): string {
  // A word that is no option, such as the name of a command.
  if (!option.startsWith('-')) return `-a ${option}`
  return option.startsWith('--') ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`
}

function names(all: readonly Completable[]): readonly string[] {
  return all.map(({ name }) => name)
}
