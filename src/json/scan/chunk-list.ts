// Keeps received bytes in the chunks they came in, and returns any part of them. Whatever the sizes of the chunks, they
// take little more memory than the bytes themselves.

import type { RawJson } from '../raw.ts'
import { rawToString } from '../raw.ts'

/** How many chunks are kept as they are, however small: most texts have no more. */
const freeChunks = 16

/**
 * Bytes. Later chunks smaller than this are copied together: each view costs some hundred bytes besides its content.
 */
const smallChunk = 4096

/** Bytes of each block that small chunks are copied into. */
const blockSize = 16 * 1024

/** The part of a block that may stay unused. */
const blockWaste = 1 / 16

/**
 * Bytes of other memory that a chunk, however small, may keep from being freed: as many as Node's pool of buffers has.
 */
const freeWaste = 8192

/** Shared, because making an empty array of bytes costs as much as scanning a small command. */
const nothing = new Uint8Array(0)

export class ChunkList {
  #chunks: Uint8Array[] = []
  /** The offset of each chunk in the whole text. */
  #offsets: number[] = []
  #length = 0
  /** The block that small chunks are copied into; the last chunk is a view of its used part. */
  #block: Uint8Array = nothing
  #blockUsed = 0

  get length(): number {
    return this.#length
  }

  /** Keeps a chunk, which the caller must not change any more. */
  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    if (this.#chunks.length >= freeChunks && chunk.length < smallChunk) this.#gather(chunk)
    else {
      this.#closeBlock()
      this.#append(isWasteful(chunk) ? new Uint8Array(chunk) : chunk)
    }
    this.#length += chunk.length
  }

  /** The bytes from `start` to `end` as views on the chunks. */
  slice(start: number, end: number): RawJson {
    const [only] = this.#chunks
    if (only !== undefined && this.#chunks.length === 1) {
      return { chunks: [start === 0 && end === only.length ? only : only.subarray(start, end)], length: end - start }
    }
    const chunks: Uint8Array[] = []
    for (let i = this.#chunkAt(start); i < this.#chunks.length; i++) {
      const offset = this.#offsets[i] ?? 0
      if (offset >= end) break
      const chunk = this.#chunks[i]
      if (chunk !== undefined) chunks.push(chunk.subarray(Math.max(start - offset, 0), end - offset))
    }
    return { chunks, length: end - start }
  }

  /** The byte at an offset; undefined behind the last one. */
  byteAt(offset: number): number | undefined {
    const index = this.#chunkAt(offset)
    return this.#chunks[index]?.[offset - (this.#offsets[index] ?? 0)]
  }

  /** The bytes from `start` to `end` as a string; for small parts that are to be read. */
  text(start: number, end: number): string {
    const [only] = this.#chunks
    // Makes no view of the part, which would take longer than reading it.
    if (this.#chunks.length === 1 && Buffer.isBuffer(only)) return only.toString('utf8', start, end)
    return rawToString(this.slice(start, end))
  }

  /** Forgets all bytes. */
  clear(): void {
    this.#chunks = []
    this.#offsets = []
    this.#length = 0
    this.#block = nothing
    this.#blockUsed = 0
  }

  #append(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#offsets.push(this.#length)
  }

  #gather(chunk: Uint8Array): void {
    const used = this.#blockUsed + chunk.length
    if (used > this.#block.length) {
      this.#closeBlock()
      this.#block = Buffer.allocUnsafeSlow(blockSize)
      this.#blockUsed = chunk.length
      this.#block.set(chunk)
      this.#append(this.#block.subarray(0, chunk.length))
      return
    }
    this.#block.set(chunk, this.#blockUsed)
    this.#blockUsed = used
    this.#chunks[this.#chunks.length - 1] = this.#block.subarray(0, used)
  }

  /**
   * Ends the block and frees its unused part: with chunks of mixed sizes, the unused parts would exceed the used ones.
   */
  #closeBlock(): void {
    if (this.#blockUsed === 0) return
    if (this.#block.length - this.#blockUsed > this.#block.length * blockWaste) {
      this.#chunks[this.#chunks.length - 1] = new Uint8Array(this.#block.subarray(0, this.#blockUsed))
    }
    this.#block = nothing
    this.#blockUsed = 0
  }

  /** The index of the chunk that holds the byte at `offset`. */
  #chunkAt(offset: number): number {
    let low = 0
    let high = this.#offsets.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#offsets[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

/**
 * Whether a chunk is a small part of a large read and would keep all of it in memory; HTTP's chunked coding does that.
 */
function isWasteful({ length, buffer }: Uint8Array): boolean {
  return buffer.byteLength - length > Math.max(length, freeWaste)
}
