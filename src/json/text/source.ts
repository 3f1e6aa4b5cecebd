// Text to be parsed, and where each of its characters came from. Expands the include directives of configuration files.

import { readFileSync, realpathSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { KeagateError, systemText } from '../../errors.ts'
import type { KeagateErrorOptions } from '../../errors.ts'
import { atOnce } from '../../in-slices.ts'
import type { Sliced } from '../../in-slices.ts'
import { Lexer } from './lexer.ts'
import type { LineColumn } from './line-map.ts'
import { LineMap } from './line-map.ts'

export interface Place {
  readonly file: string
  /** 1-based; columns in characters. */
  readonly line: number
  readonly column: number
}

export interface Source {
  readonly text: string
  /** Where a character of `text` was written; an offset between two files is the end of the first one. */
  locate(offset: number): Place
}

/** A configuration file, or one that it includes, cannot be read. */
export class IncludeError extends KeagateError {
  /** The include directive; null for the first file itself. */
  readonly place: Place | null

  constructor(message: string, place: Place | null, options: KeagateErrorOptions) {
    super('CONFIG_UNREADABLE', message, options)
    this.name = 'IncludeError'
    this.place = place
  }
}

/**
 * A text that did not come from a file.
 * @param begin where the text begins in a larger one; lines and columns are then those of the larger one
 */
export function textSource(name: string, text: string, begin: LineColumn = { line: 1, column: 1 }): Source {
  const map = new LineMap(text)
  return {
    text,
    locate: (offset) => {
      const { line, column } = map.locate(offset)
      return { file: name, line: line + begin.line - 1, column: line === 1 ? column + begin.column - 1 : column }
    },
  }
}

export interface LoadedSource {
  readonly source: Source
  readonly warnings: readonly string[]
  /** The file and what it includes, each once, by the names under which they were read. */
  readonly files: readonly string[]
}

/**
 * Reads a file and whatever it includes, relative names from the working directory of the process, as Kea does.
 * @throws {IncludeError} for the first file that cannot be read
 */
export function loadSource(file: string): LoadedSource {
  return atOnce(sourceWork(file))
}

/** The same in steps, for a process that serves clients meanwhile. */
export function* sourceWork(file: string): Sliced<LoadedSource> {
  const composer = new Composer()
  yield* composer.add(file, null, [])
  return { source: composer.source(), warnings: composer.warnings, files: composer.files() }
}

/** A part of the composed text that comes from one file without a gap. */
interface Piece {
  /** Offset in the composed text. */
  readonly start: number
  readonly file: string
  readonly lines: LineMap
  /** Offset in the file. */
  readonly from: number
}

/** Kea 2.2 takes a chain of eleven included files and refuses the twelfth. */
const deepestInclude = 11

/** How many tokens are read in one step. */
const stride = 256

class Composer {
  readonly warnings: string[] = []
  readonly #texts: string[] = []
  readonly #pieces: Piece[] = []
  #length = 0

  source(): Source {
    const pieces = this.#pieces
    return {
      text: this.#texts.join('\n'),
      locate: (offset) => {
        const piece = pieces.findLast(({ start }) => start <= offset) ?? pieces[0]
        if (piece === undefined) throw new RangeError('a source is asked before anything was added to it')
        const { file, lines, from, start } = piece
        return { file, ...lines.locate(from + offset - start) }
      },
    }
  }

  files(): readonly string[] {
    return [...new Set(this.#pieces.map(({ file }) => file))]
  }

  /**
   * Adds a file and what it includes.
   * @param place the directive that names it
   * @param chain the files around it, outermost first
   * @returns false if the text cannot be split into tokens to its end; then no more text may be added
   */
  *add(file: string, place: Place | null, chain: readonly string[]): Sliced<boolean> {
    const text = this.#read(file, place, chain)
    const lines = new LineMap(text)
    // Mistakes inside tokens are found again, and reported, when the composed text is parsed.
    const lexer = new Lexer(text, 'file', () => undefined)
    let from = 0
    for (let step = 1; ; step++) {
      if (step % stride === 0) yield
      const token = lexer.next()
      if (token.kind === 'include') {
        this.#append({ start: this.#length, file, lines, from }, text.slice(from, token.start))
        from = token.end
        if (!(yield* this.add(token.file, { file, ...lines.locate(token.start) }, [...chain, file]))) return false
      } else if (token.kind === 'end' || token.kind === 'bad') {
        this.#append({ start: this.#length, file, lines, from }, text.slice(from))
        return token.kind === 'end'
      }
    }
  }

  /** A line end between pieces keeps tokens apart and ends a line comment; it belongs to the piece before it. */
  #append(piece: Piece, text: string): void {
    this.#pieces.push(piece)
    this.#texts.push(text)
    this.#length += text.length + 1
  }

  #read(file: string, place: Place | null, chain: readonly string[]): string {
    let bytes: Buffer
    try {
      const real = realpathSync(file)
      if (chain.some((outer) => realpathSync(outer) === real)) {
        const message = `${file} includes itself: ${[...chain, file].join(' > ')}`
        throw new IncludeError(message, place, { remedy: 'remove this include' })
      }
      if (chain.length > deepestInclude) {
        const message = `files are included more than ${deepestInclude} deep: ${[...chain, file].join(' > ')}`
        throw new IncludeError(message, place, { remedy: 'include some of them from an outer file' })
      }
      bytes = readFileSync(file)
    } catch (error) {
      if (error instanceof IncludeError) throw error
      throw unreadable(file, place, error)
    }
    if (isUtf8(bytes)) return bytes.toString('utf8')
    const where = `${file}:${lineOfBadByte(bytes)}`
    this.warnings.push(`${where}: not valid UTF-8, the file is read as Latin-1; save it as UTF-8`)
    return bytes.toString('latin1')
  }
}

function unreadable(file: string, place: Place | null, cause: unknown): IncludeError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const reason = code === 'EISDIR' ? 'it is a directory' : systemText(cause)
  const remedy =
    code === 'ENOENT' && place !== null && !file.startsWith('/')
      ? { remedy: `included files are looked for from the working directory, ${process.cwd()}` }
      : {}
  return new IncludeError(`cannot read ${file}: ${reason}`, place, { ...remedy, cause })
}

/** The line of the first byte that is not UTF-8: there, lenient decoding and encoding first change the bytes. */
function lineOfBadByte(bytes: Buffer): number {
  const lenient = Buffer.from(bytes.toString('utf8'), 'utf8')
  let line = 1
  for (let at = 0; at < bytes.length && bytes[at] === lenient[at]; at++) if (bytes[at] === 0x0a) line++
  return line
}
