// Finds the line and column of an offset.

export interface LineColumn {
  /** 1-based; lines end at LF, as Kea counts them. */
  readonly line: number
  /** 1-based, in characters: a character outside the basic plane counts once, and so does a tab. */
  readonly column: number
}

/** UTF-16 units between two places up to which surrogate pairs are counted in advance. */
const stride = 1024

/**
 * Looks up offsets in a text. The lines are found at the first look-up, because most texts have no mistakes to locate.
 */
export class LineMap {
  readonly #text: string
  #starts: readonly number[] | null = null
  /** How many second halves of surrogate pairs come before each multiple of the stride, as a line may be a megabyte. */
  #halves: Uint32Array | null = null

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
    return { line: low + 1, column: 1 + at - start - (this.#halvesBefore(at) - this.#halvesBefore(start)) }
  }

  #halvesBefore(offset: number): number {
    const known = (this.#halves ??= countedHalves(this.#text))
    const block = Math.floor(offset / stride)
    return (known[block] ?? 0) + countHalves(this.#text, block * stride, offset)
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}

function countedHalves(text: string): Uint32Array {
  const counts = new Uint32Array(Math.floor(text.length / stride) + 1)
  for (let block = 1; block < counts.length; block++) {
    counts[block] = (counts[block - 1] ?? 0) + countHalves(text, (block - 1) * stride, block * stride)
  }
  return counts
}

/** Counts the second halves of surrogate pairs, which are no characters of their own. */
function countHalves(text: string, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0xdc00 && code <= 0xdfff) count++
  }
  return count
}
