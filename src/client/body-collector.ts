// Keeps an answer as it comes, up to a bound, or hands it on piece by piece.

import { ClientError } from './error.ts'

/** The longest answer that is kept, in bytes. Half a million leases take a quarter of that. */
const maxBody = 512 * 1024 * 1024

export class BodyCollector {
  readonly #onChunk: ((chunk: Buffer) => void) | undefined
  /** Memory for the answer. It grows if the sender has not announced a length. */
  #room: Buffer
  #length = 0

  /** @param expected the length in bytes that the sender has announced; 0: none */
  constructor(onChunk: ((chunk: Buffer) => void) | undefined, expected = 0) {
    this.#onChunk = onChunk
    const known = Number.isSafeInteger(expected) && expected > 0 && expected <= maxBody
    this.#room = Buffer.allocUnsafe(onChunk === undefined && known ? expected : 0)
  }

  /** @returns false: the answer is longer than what can be kept */
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
