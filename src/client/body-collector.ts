// Keeps an answer as it comes, up to a bound, or hands it on piece by piece.

import { ClientError } from './error.ts'

/** Bytes of an answer that are kept; half a million leases have a quarter of that. */
const maxBody = 512 * 1024 * 1024

export class BodyCollector {
  readonly #onChunk: ((chunk: Buffer) => void) | undefined
  #chunks: Buffer[] = []
  #length = 0

  constructor(onChunk: ((chunk: Buffer) => void) | undefined) {
    this.#onChunk = onChunk
  }

  /** @returns false: it is longer than what is kept */
  take(chunk: Buffer): boolean {
    if (this.#onChunk !== undefined) {
      this.#onChunk(chunk)
      return true
    }
    this.#chunks.push(chunk)
    this.#length += chunk.length
    return this.#length <= maxBody
  }

  /** What was kept. */
  body(): Buffer {
    const body = Buffer.concat(this.#chunks, this.#length)
    this.#chunks = []
    return body
  }

  tooLong(): ClientError {
    return new ClientError('http', `the answer is longer than ${maxBody} bytes`, 'ask for it page by page, with --all')
  }
}
