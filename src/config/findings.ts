// Gathers mistakes and warnings while a configuration is read, and puts them in the order of the text at the end.

import type { Source } from '../json/source.ts'
import type { MessageId } from '../log/message.ts'
import type { ConfigWarning, Mistake } from './mistake.ts'
import { formatPosition } from './mistake.ts'

/** A place in the text: the offset of the first character, and the JSON pointer of what stands there. */
export interface Spot {
  readonly offset: number
  readonly path: string
}

interface Found extends Spot {
  readonly text: string
  readonly remedy: string | null
}

/** Of each kind. No more than a hundred are shown, and a text of a million mistakes must not cost a million places. */
const MOST = 1000

export class Findings {
  readonly #source: Source
  readonly #errors: Found[] = []
  readonly #warnings: (Found & { readonly id: MessageId })[] = []

  constructor(source: Source) {
    this.#source = source
  }

  /** @param remedy what would be right, where the text does not say it already */
  error(at: Spot, text: string, remedy: string | null = null): void {
    if (this.#errors.length < MOST) this.#errors.push({ offset: at.offset, path: at.path, text, remedy })
  }

  /** @param id the message under which it is logged */
  warning(id: MessageId, at: Spot, text: string, remedy: string | null = null): void {
    if (this.#warnings.length < MOST) this.#warnings.push({ id, offset: at.offset, path: at.path, text, remedy })
  }

  /** `FILE:LINE:COLUMN` of an offset, for a sentence that names a second place. */
  position(offset: number): string {
    return formatPosition(this.#source.locate(offset))
  }

  mistakes(): Mistake[] {
    return inOrder(this.#errors).map((found) => this.#placed(found))
  }

  warnings(): ConfigWarning[] {
    return inOrder(this.#warnings).map((found) => ({ ...this.#placed(found), id: found.id }))
  }

  #placed(found: Found): Mistake {
    const { file, line, column } = this.#source.locate(found.offset)
    return { file, line, column, path: found.path, text: found.text, remedy: found.remedy }
  }
}

function inOrder<T extends Spot>(found: readonly T[]): T[] {
  return found.toSorted((a, b) => a.offset - b.offset)
}
