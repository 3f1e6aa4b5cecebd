// Checks JSON text as bytes while they arrive, in chunks cut anywhere: syntax, depth and UTF-8. It builds no values;
// it reports where keys and values lie.

import { Automaton } from './automaton.ts'
import { notUtf8 } from './errors.ts'
import type { ScanDialect, ScanHandler, ScanError, ScanVerdict } from './types.ts'
import { Utf8Check } from './utf8.ts'

export class Scanner {
  readonly #automaton: Automaton
  readonly #dialect: ScanDialect
  readonly #utf8 = new Utf8Check()
  #verdict: ScanVerdict = 'more'
  #found: ScanError | null = null
  /** Offset of the next chunk's first byte. */
  #base = 0

  /**
   * @param handler gets the keys and values of the text
   * @param pairedSurrogates whether an escaped surrogate without its partner is refused; by default only in `command`
   */
  constructor(
    dialect: ScanDialect,
    handler: ScanHandler | null = null,
    pairedSurrogates?: boolean,
  ) {
    this.#dialect = dialect
    this.#automaton = new Automaton(dialect, handler, pairedSurrogates)
  }

  /**
   * Scans the next chunk at once, which takes one to two milliseconds for each MiB. A caller with more than a socket
   * delivers at once cuts it into slices of at most 1 MiB and lets the event loop run between them.
   */
  push(chunk: Uint8Array): ScanVerdict {
    if (this.#verdict !== 'more') return this.#verdict
    const stop = this.#automaton.run(chunk, this.#base)
    const illFormed = this.#utf8.check(chunk, stop)
    // Checked after the syntax, but only up to where the syntax is right: so this mistake comes first in the text.
    if (illFormed >= 0) return this.#refuse(notUtf8(illFormed))
    if (this.#automaton.problem !== null) return this.#refuse(this.#automaton.problem)
    this.#base += chunk.length
    if (this.#dialect === 'answer' && this.#automaton.end >= 0) this.#verdict = 'done'
    return this.#verdict
  }

  /** To be called when no more chunks will come. @returns `done` if the text is one whole document, else `bad` */
  finish(): ScanVerdict {
    if (this.#verdict !== 'more') return this.#verdict
    const problem = this.#automaton.ending(this.#base)
    return problem === null ? this.#verdict = 'done' : this.#refuse(problem)
  }

  /** What is wrong; null unless the verdict is `bad`. */
  problem(): ScanError | null {
    return this.#found
  }

  /** Whether the outermost value is a map. */
  isMap(): boolean {
    return this.#automaton.isMap(1)
  }

  /** Where the outermost value begins, and where its closing bracket ends; -1 while that has not been seen. */
  extent(): { readonly start: number, readonly end: number } {
    return { start: this.#automaton.start, end: this.#automaton.end }
  }

  /** How many `\u` escapes from U+0100 up the text has had so far. */
  wideEscapes(): number {
    return this.#automaton.escapes.wide
  }

  #refuse(problem: ScanError): ScanVerdict {
    this.#found = problem
    return this.#verdict = 'bad'
  }
}
