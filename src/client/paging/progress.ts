// Shows how far long work is, on one line of a terminal that is written again and again.

/** The shortest time between two updates of the line, in milliseconds. */
const interval = 100

export class Progress {
  readonly #stream: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly #noun: string
  #last = 0
  #shown = false

  /** @param stream if it is no terminal, nothing is written */
  constructor(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }, noun: string) {
    this.#stream = stream
    this.#noun = noun
  }

  tell(count: number): void {
    const now = performance.now()
    if (this.#stream.isTTY !== true || (this.#shown && now - this.#last < interval)) return
    this.#last = now
    this.#shown = true
    this.#stream.write(`\r${count.toLocaleString('en')} ${this.#noun}\x1b[K`)
  }

  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[K')
  }
}
