// Reads one answer of a daemon from the bytes that arrive: the first whole map or list, kept as it came.

import { ResultMember } from '../command/result-of.ts'
import type { Reservation } from '../command/scope.ts'
import { byteClasses } from '../json/scan/byte-class.ts'
import { ChunkList } from '../json/scan/chunk-list.ts'
import type { RawJson } from '../json/raw.ts'
import { Scanner } from '../json/scan/scanner.ts'

const nothing = new Uint8Array(0)
const { blank } = byteClasses.answer

const noMemory = 'all bodies and answers together take as much memory as they may; try again later'

/**
 * Accepts RFC 8259 and nothing wider, as the answer becomes an element of the list that a client parses. That excludes
 * floats such as `1e+06.0`, which Kea 2.2 prints for large whole numbers. No client ever got such a float: the agent of
 * Kea 2.2 answered result 1 instead ("Number overflow"). Passing it on would spoil the answers of the other services in
 * the list.
 */
export class AnswerReader {
  readonly #maxSize: number
  readonly #memory: Reservation
  readonly #store = new ChunkList()
  readonly #result = new ResultMember(this.#store)
  readonly #scanner = new Scanner('answer', this.#result)
  #state: 'more' | 'done' | 'bad' = 'more'
  #problem = ''
  #trailing = false
  #rest: Uint8Array = nothing

  /**
   * @param maxSize bytes up to the end of the answer, blanks before it included
   * @param memory for the bytes of the answer
   */
  constructor(maxSize: number, memory: Reservation) {
    this.#maxSize = maxSize
    this.#memory = memory
  }

  /**
   * Takes the next chunk and keeps it without a copy (small ones are gathered).
   * @returns `bad` as soon as the bytes cannot become an answer. An end of input before `done` is for the caller to
   * notice
   */
  push(chunk: Uint8Array): 'more' | 'done' | 'bad' {
    if (this.#state === 'more') this.#read(chunk)
    else this.#trailing ||= this.#state === 'done' && holdsMore(chunk)
    return this.#state
  }

  /** The answer, without the bytes around it. Call it only after `done`. */
  answer(): RawJson {
    const { start, end } = this.#scanner.extent()
    return { ...this.#store.slice(start, end), result: this.#result.number() }
  }

  /** Drops what has come and releases its memory: it will never become an answer. */
  discard(): void {
    this.#state = 'bad'
    this.#memory.release(this.#store.length)
    this.#store.clear()
  }

  /** Why `push` returned `bad`. */
  problem(): string {
    return this.#problem
  }

  /** Whether anything but blanks came after the answer. */
  trailing(): boolean {
    return this.#trailing
  }

  /** The bytes behind the answer in the chunk that completed it; a view of that chunk. */
  remainder(): Uint8Array {
    return this.#rest
  }

  #read(chunk: Uint8Array): void {
    const before = this.#store.length
    if (!this.#memory.tryReserve(chunk.length)) {
      this.#refuse(this.#memory.whyRefused ?? noMemory)
      return
    }
    this.#store.add(chunk)
    const verdict = this.#scanner.push(chunk)
    const { end } = this.#scanner.extent()
    if (verdict === 'bad') {
      const problem = this.#scanner.problem()
      this.#refuse(`the answer is not valid JSON: ${problem?.text ?? ''} (byte ${problem?.offset ?? 0})`)
    } else if ((verdict === 'done' ? end : this.#store.length) > this.#maxSize) {
      this.#refuse(`the answer is longer than ${this.#maxSize} bytes`)
    } else if (verdict === 'done') {
      this.#state = 'done'
      this.#rest = chunk.subarray(end - before)
      this.#trailing = holdsMore(this.#rest)
    }
  }

  #refuse(problem: string): void {
    this.#problem = problem
    this.discard()
  }
}

/** Whether a chunk holds anything but blanks. */
function holdsMore(chunk: Uint8Array): boolean {
  return chunk.some((byte) => blank[byte] !== 1)
}
