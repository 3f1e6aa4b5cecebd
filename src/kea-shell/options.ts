// The words after `kea-shell`, read as Kea's own reads them: by the rules of Python's argparse.

export interface ShellOptions {
  readonly host: string
  readonly port: number
  /** The path of the URL without its first slash. */
  readonly path: string
  /** A file or a folder; empty: plain HTTP. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Seconds; 0: no limit. */
  readonly timeout: number
  readonly services: readonly string[]
  readonly user: string
  readonly password: string
  readonly passwordFile: string
  readonly command: string
}

export type ShellPlan =
  | { readonly kind: 'run'; readonly options: ShellOptions }
  | { readonly kind: 'help' | 'version' | 'extended-version' }
  | { readonly kind: 'usage-error'; readonly text: string }

/** `value`: needs one word after it. `maybe`: takes the next word unless that is an option. */
const kinds = {
  '--host': 'value', '--port': 'value', '--path': 'value', '--ca': 'value', '--cert': 'value', '--key': 'value',
  '--timeout': 'value', '--service': 'maybe', '--auth-user': 'value', '--auth-password': 'value',
  '--auth-password-file': 'value', '--help': 'flag', '-h': 'flag', '-v': 'flag', '-V': 'flag',
} as const

type OptionName = keyof typeof kinds

/** @param words without the name of the program */
export function readShellOptions(words: readonly string[]): ShellPlan {
  const reader = new WordReader(words)
  try {
    if (reader.read() === 'help') return { kind: 'help' }
    const options = reader.options()
    // Decided only when all words are understood, unlike help.
    if (reader.has('-v')) return { kind: 'version' }
    return reader.has('-V') ? { kind: 'extended-version' } : { kind: 'run', options }
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'usage-error', text: error.message }
    throw error
  }
}

class UsageError extends Error {
  override readonly name = 'UsageError'
}

class WordReader {
  readonly #rest: string[]
  readonly #values = new Map<OptionName, string[]>()
  readonly #others: string[] = []
  #command: string | null = null

  constructor(words: readonly string[]) {
    this.#rest = [...words]
  }

  has(name: OptionName): boolean {
    return this.#values.has(name)
  }

  /** @returns `help` as soon as a word asks for help: the words after it are not read */
  read(): 'help' | 'options' {
    let onlyWords = false
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) {
      if (word === '--' && !onlyWords) onlyWords = true
      else if (onlyWords || !looksLikeOption(word)) this.#takeWord(word)
      else if (this.#takeOption(word) === '--help') return 'help'
    }
    if (this.#others.length > 0) throw new UsageError(`unrecognized arguments: ${this.#others.join(' ')}`)
    return 'options'
  }

  options(): ShellOptions {
    return {
      host: this.#last('--host') ?? '127.0.0.1',
      port: this.#number('--port', 8000),
      path: this.#last('--path') ?? '',
      ca: this.#last('--ca') ?? '',
      cert: this.#last('--cert') ?? '',
      key: this.#last('--key') ?? '',
      timeout: this.#number('--timeout', 10),
      services: (this.#values.get('--service') ?? []).filter((service) => service !== ''),
      user: this.#last('--auth-user') ?? '',
      password: this.#last('--auth-password') ?? '',
      passwordFile: this.#last('--auth-password-file') ?? '',
      command: this.#command ?? 'list-commands',
    }
  }

  #takeWord(word: string): void {
    if (this.#command === null) this.#command = word
    else this.#others.push(word)
  }

  #takeOption(word: string): OptionName | null {
    const [, written = word, inline] = /^(--[^=]*)=(.*)$/s.exec(word) ?? []
    const name = fullName(written)
    if (name === null) {
      this.#others.push(word)
      return null
    }
    const kind = kinds[name]
    if (kind === 'flag') {
      if (inline !== undefined) throw new UsageError(`argument ${name}: ignored explicit argument '${inline}'`)
      this.#keep(name, '')
      return name === '-h' ? '--help' : name
    }
    this.#keep(name, inline ?? this.#valueOf(name, kind))
    return name
  }

  #valueOf(name: OptionName, kind: 'value' | 'maybe'): string {
    const [next] = this.#rest
    if (next !== undefined && next !== '--' && !looksLikeOption(next)) {
      this.#rest.shift()
      return next
    }
    if (kind === 'value') throw new UsageError(`argument ${name}: expected one argument`)
    return ''
  }

  #keep(name: OptionName, value: string): void {
    if (name === '--port' || name === '--timeout') wholeNumber(name, value)
    this.#values.set(name, [...(this.#values.get(name) ?? []), value])
  }

  #last(name: OptionName): string | undefined {
    return this.#values.get(name)?.at(-1)
  }

  #number(name: OptionName, otherwise: number): number {
    const text = this.#last(name)
    return text === undefined ? otherwise : wholeNumber(name, text)
  }
}

/** A negative number, a minus alone and a word with a blank in it are values. */
function looksLikeOption(word: string): boolean {
  return word.startsWith('-') && word !== '-' && !/^-\d+$|^-\d*\.\d+$/.test(word) && !word.includes(' ')
}

/** An option may be shortened as long as only one option begins so. @throws UsageError where several do */
function fullName(written: string): OptionName | null {
  if (Object.hasOwn(kinds, written)) return written as OptionName
  if (!written.startsWith('--')) return null
  const names = Object.keys(kinds).filter((name) => name.startsWith(written)) as OptionName[]
  if (names.length > 1) throw new UsageError(`ambiguous option: ${written} could match ${names.join(', ')}`)
  return names[0] ?? null
}

/** As Python reads whole numbers. @throws UsageError */
function wholeNumber(name: OptionName, text: string): number {
  if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) return Number(text.replaceAll('_', ''))
  throw new UsageError(`argument ${name}: invalid int value: '${text}'`)
}
