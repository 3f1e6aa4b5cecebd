// Keeps an answer as it comes, up to a bound, or hands it on piece by piece.

import { ClientError } from './error.ts'

/** Bytes of an answer that are kept; half a million leases have a quarter of that. */
const maxBody = 512 * 1024 * 1024

export class BodyCollector {
  readonly #onChunk: ((chunk: Buffer) => void) | undefined
  /** Room for what is to come; grows where it was not told how much that is. */
  #room: Buffer
  #length = 0

  /** @param expected bytes, as the sender says */
  constructor(onChunk: ((chunk: Buffer) => void) | undefined, expected = 0) {
    this.#onChunk = onChunk
    const known = Number.isSafeInteger(expected) && expected > 0 && expected <= maxBody
    this.#room = Buffer.allocUnsafe(onChunk === undefined && known ? expected : 0)
  }

  /** @returns false: it is longer than what is kept */
  take(chunk: Buffer): boolean {
    if (this.#onChunk !== undefined) {
      this.#onChunk(chunk)
      return true
    }
    const length = this.#length + chunk.length
    if (length > maxBody) return false
    if (length > this.#room.length) {
      const larger = Buffer.allocUnsafe(Math.min(maxBody, Math.max(length, 2 * this.#room.length)))
      this.#room.copy(larger, 0, 0, this.#length)
      this.#room = larger
    }
    chunk.copy(this.#room, this.#length)
    this.#length = length
    return true
  }

  /** What was kept. */
  body(): Buffer {
    return this.#room.subarray(0, this.#length)
  }

  tooLong(): ClientError {
    return new ClientError('http', `the answer is longer than ${maxBody} bytes`, 'ask for it page by page, with --all')
  }
}
