// Limits the memory of commands and answers on their way to and from handler modules.

/** Bytes that were granted. */
export interface Reservation {
  /** Gives them back. Call it once. */
  release(): void
}

/** Grants memory before it is used. */
export interface MemoryReserve {
  /** @returns null when so many bytes are not free; then nothing was granted */
  tryReserve(bytes: number): Reservation | null
}

/** Bytes for all modules together. Sixteen of the largest commands or answers. */
const defaultLimit = 64 * 1024 * 1024

/** A fixed amount of memory for all handler modules. */
export class ModuleMemory implements MemoryReserve {
  readonly #limit: number
  #reserved = 0

  /** @param limit bytes */
  constructor(limit = defaultLimit) {
    this.#limit = limit
  }

  /** Bytes granted and not given back. */
  get reserved(): number {
    return this.#reserved
  }

  tryReserve(bytes: number): Reservation | null {
    if (this.#reserved + bytes > this.#limit) return null
    this.#reserved += bytes
    return { release: () => void (this.#reserved -= bytes) }
  }
}
