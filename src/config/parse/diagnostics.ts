// Gathers mistakes and warnings while a configuration is read, and puts them in the order of the text at the end.

import type { Source } from '../../json/text/source.ts'
import type { MessageId } from '../../log/message.ts'
import type { Sliced } from '../../in-slices.ts'
import type { ConfigWarning, ConfigIssue } from './issue.ts'
import { formatPosition, maxShown } from './issue.ts'

/** A place in the text: the offset of the first character, and the JSON pointer of what stands there. */
export interface SourcePosition {
  readonly offset: number
  readonly path: string
}

/** What would be right. A function where that takes a search: it is called only for a mistake that is shown. */
export type Remedy = string | null | (() => string | null)

interface Found extends SourcePosition {
  readonly text: string
  readonly remedy: Remedy
}

/**
 * How many mistakes and how many warnings are kept. The others are only counted, because a text with a million mistakes
 * must not cost the memory for a million places.
 */
const maxKept = 1000

export class Diagnostics {
  readonly #source: Source
  readonly #errors: Found[] = []
  readonly #warnings: (Found & { readonly id: MessageId })[] = []
  #errorCount = 0
  #warningCount = 0

  constructor(source: Source) {
    this.#source = source
  }

  /** @param remedy what would be right, where the text does not say it already */
  error(at: SourcePosition, text: string, remedy: Remedy = null): void {
    this.#errorCount++
    if (this.#errors.length < maxKept) this.#errors.push({ offset: at.offset, path: at.path, text, remedy })
  }

  /** Counts mistakes that were found but are not described, because there are so many before them. */
  countErrors(count: number): void {
    this.#errorCount += count
  }

  /** @param id the message under which it is logged */
  warning(id: MessageId, at: SourcePosition, text: string, remedy: Remedy = null): void {
    this.#warningCount++
    if (this.#warnings.length < maxKept) this.#warnings.push({ id, offset: at.offset, path: at.path, text, remedy })
  }

  /** `FILE:LINE:COLUMN` of an offset, for a sentence that names a second place. */
  position(offset: number): string {
    return formatPosition(this.#source.locate(offset))
  }

  /** How many mistakes there are. */
  get errorCount(): number {
    return this.#errorCount
  }

  /** The mistakes that are shown. */
  *issues(): Sliced<ConfigIssue[]> {
    const issues: ConfigIssue[] = []
    for (const found of inOrder(this.#errors)) {
      issues.push(this.#placed(found))
      yield
    }
    return issues
  }

  /** The warnings that are shown; the last one says how many others there are. */
  *warnings(): Sliced<ConfigWarning[]> {
    const warnings: ConfigWarning[] = []
    for (const found of inOrder(this.#warnings)) {
      warnings.push({ ...this.#placed(found), id: found.id })
      yield
    }
    const more = this.#warningCount - warnings.length
    const { file } = this.#source.locate(0)
    const place = { file, line: null, column: null, path: '' }
    if (more > 0) warnings.push({ ...place, id: 'KEAGATE_CONFIG_WARNING', text: `and ${more} more warning${more === 1 ? '' : 's'}`, remedy: null })
    return warnings
  }

  #placed({ offset, path, text, remedy }: Found): ConfigIssue {
    const { file, line, column } = this.#source.locate(offset)
    return { file, line, column, path, text, remedy: typeof remedy === 'function' ? remedy() : remedy }
  }
}

function inOrder<T extends SourcePosition>(found: readonly T[]): T[] {
  return found.toSorted((a, b) => a.offset - b.offset).slice(0, maxShown)
}
