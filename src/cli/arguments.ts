// Turns command-line words into a plan. Options and their clustering are those of kea-ctrl-agent (getopt `dc:t:vVWX`),
// which has neither sub-commands nor a word that asks for help.

import { nearestWord } from '../config/schema/suggestions.ts'

/** What the process is to do. */
export type Plan =
  | { readonly kind: 'run'; readonly file: string; readonly debug: boolean; readonly pathChecks: boolean }
  | { readonly kind: 'test'; readonly file: string; readonly debug: boolean; readonly pathChecks: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'extended-version' }
  | { readonly kind: 'build-report' }
  | { readonly kind: 'subcommand'; readonly name: string; readonly words: readonly string[] }
  | { readonly kind: 'usage-error'; readonly text: string | null }

const options: ReadonlyMap<string, 'flag' | 'argument'> = new Map([
  ['c', 'argument'],
  ['t', 'argument'],
  ['d', 'flag'],
  ['v', 'flag'],
  ['V', 'flag'],
  ['W', 'flag'],
  ['X', 'flag'],
])

/**
 * Reads the words after the program's name. A first word that names a sub-command takes all the others. The first of
 * `-v -V -W` wins over everything else, and `-t` over `-c`, as with kea-ctrl-agent.
 * @param subcommands their names; none when the program was started as kea-ctrl-agent: then no word asks for help
 */
export function parseArguments(words: readonly string[], subcommands: readonly string[] = []): Plan {
  const isKeagate = subcommands.length > 0
  const [first, ...others] = words
  if (first !== undefined && subcommands.includes(first)) return { kind: 'subcommand', name: first, words: others }
  if (isKeagate && first === 'help') return help(others, subcommands)
  let configFile: string | null = null
  let testFile: string | null = null
  let debug = false
  let pathChecks = true
  /** The first word too many. As with getopt it is an error only if no option decides: `more -v` prints the version. */
  let unexpected: string | null = null
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--') {
      unexpected ??= words[index + 1] ?? null
      break
    }
    if (isKeagate && word === '--help') return { kind: 'help' }
    if (isKeagate && word === '--version') return { kind: 'version' }
    if (word.startsWith('--')) return usageError(`unknown option ${word}${meant(word, isKeagate ? longOptions : [])}`)
    if (!word.startsWith('-') || word === '-') {
      unexpected ??= word
      continue
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at)
      if (isKeagate && letter === 'h') return { kind: 'help' }
      const kind = options.get(letter)
      if (kind === undefined) return usageError(`unknown option -${letter}`)
      if (kind === 'argument') {
        const argument = at + 1 < word.length ? word.slice(at + 1) : words[++index]
        if (argument === undefined) return usageError(`option -${letter} needs the name of a configuration file`)
        if (letter === 'c') configFile = argument
        else testFile = argument
        break
      }
      if (letter === 'v') return { kind: 'version' }
      if (letter === 'V') return { kind: 'extended-version' }
      if (letter === 'W') return { kind: 'build-report' }
      if (letter === 'd') debug = true
      else pathChecks = false
    }
  }
  if (unexpected !== null) {
    return usageError(`unexpected word ${unexpected}${meant(unexpected, unexpected === first ? subcommands : [])}`)
  }
  if (testFile !== null) return { kind: 'test', file: testFile, debug, pathChecks }
  if (configFile !== null) return { kind: 'run', file: configFile, debug, pathChecks }
  // Options alone are no usage mistake to kea-ctrl-agent: the start fails for want of a file.
  return words.length === 0 ? usageError(null) : { kind: 'run', file: '', debug, pathChecks }
}

const longOptions = ['--help', '--version']

/** `help` alone, or with the name of a sub-command. */
function help([name, more]: readonly string[], subcommands: readonly string[]): Plan {
  if (more !== undefined) return usageError(`unexpected word ${more}`)
  if (name === undefined) return { kind: 'help' }
  if (subcommands.includes(name)) return { kind: 'subcommand', name, words: ['--help'] }
  return usageError(`no sub-command ${name}${meant(name, subcommands)}`)
}

/** What to add to an error about an unknown word: the known word that it resembles, or nothing. */
export function meant(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known)
  return near === null ? '' : `; did you mean ${near.word}?`
}

function usageError(text: string | null): Plan {
  return { kind: 'usage-error', text }
}

/**
 * The usage text; fits one screen.
 * @param subcommands names with their summaries
 */
export function usage(program: string, subcommands: ReadonlyMap<string, string> = new Map()): string {
  return [
    `Usage: ${program} -c FILE [-d] [-X]    run in the foreground with the configuration FILE`,
    `       ${program} -t FILE [-d] [-X]    check FILE, its TLS files and passwords, and exit`,
    `       ${program} -v | -V | -W         version, version and libraries, build report`,
    '',
    '  -c FILE  configuration file, in the form of kea-ctrl-agent.conf',
    '  -t FILE  check only: exit code 0 if FILE is correct, 1 if not',
    '  -d       every logger at DEBUG, level 99',
    '  -X       allow paths outside the default directories in config-set',
    ...(subcommands.size === 0 ? [''] : []),
    ...(subcommands.size === 0 ? [] : ['  -h       this text; "help COMMAND" explains one of these commands', '']),
    ...[...subcommands].map(([name, summary]) => `       ${program} ${name.padEnd(14)} ${summary}`),
    ...(subcommands.size === 0 ? [] : ['']),
    'Signals: HUP reloads the configuration; TERM and INT answer running commands, then stop.',
    '',
  ].join('\n')
}
