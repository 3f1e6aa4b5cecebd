// Chance that can be repeated, and how much of something fits into a configuration that is as large as it may be.

/** Bytes of the arguments of `config-test` and `config-set`. */
export const largestArguments = 256 * 1024

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number of 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number of 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0]
  }

  /** Lower-case letters. */
  word(length: number): string {
    let word = ''
    while (word.length < length) word += String.fromCharCode(97 + this.below(26))
    return word
  }

  /** A word with a slip: one letter changed, left out, doubled or swapped with the next. */
  slip(word: string): string {
    const at = this.below(word.length)
    const [before, letter, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)]
    return this.pick([
      `${before}${this.word(1)}${after}`, `${before}${after}`, `${before}${letter}${letter}${after}`,
      `${before}${after.slice(0, 1)}${letter}${after.slice(1)}`,
    ])
  }
}

/** As many elements as fit into so many bytes, `most` at most, with commas between them. */
export function elements(bytes: number, most: number, element: (index: number) => string): string {
  const found: string[] = []
  let left = bytes
  for (let index = 0; index < most; index++) {
    const next = element(index)
    left -= Buffer.byteLength(next) + 1
    if (left < 0) break
    found.push(next)
  }
  return found.join(',')
}
