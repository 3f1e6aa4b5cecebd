// Offset to line and column.

export interface LineColumn {
  /** 1-based; lines end at LF, as Kea counts them. */
  readonly line: number
  /** 1-based, in characters: one outside the basic plane counts once, a tab too. */
  readonly column: number
}

/** Looks offsets up in a text. The lines are found at the first question: most texts have no mistake in them. */
export class LineMap {
  readonly #text: string
  #starts: readonly number[] | null = null
  /** The latest answer. Questions mostly come in the order of the text, and a line may be as long as the text. */
  #latest = { at: 0, column: 1 }

  constructor(text: string) {
    this.#text = text
  }

  /** @param offset in UTF-16 units; outside the text it is taken as its begin or end */
  locate(offset: number): LineColumn {
    const starts = (this.#starts ??= lineStarts(this.#text))
    const at = Math.min(Math.max(offset, 0), this.#text.length)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    const start = starts[low] ?? 0
    const from = this.#latest.at >= start && this.#latest.at <= at ? this.#latest : { at: start, column: 1 }
    this.#latest = { at, column: from.column + countCharacters(this.#text, from.at, at) }
    return { line: low + 1, column: this.#latest.column }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}

function countCharacters(text: string, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    // The second half of a surrogate pair.
    if (code < 0xdc00 || code > 0xdfff) count++
  }
  return count
}
