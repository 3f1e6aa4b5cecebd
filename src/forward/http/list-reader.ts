// Reads the body of a daemon's HTTP answer: a list with one element, which is the answer. The brackets around it are
// skipped as bytes; the element is read, checked and kept like an answer from a UNIX socket.

import type { Reservation } from '../../command/scope.ts'
import { byteClasses } from '../../json/scan/byte-class.ts'
import type { RawJson } from '../../json/raw.ts'
import { AnswerReader } from '../answer-reader.ts'

const { blank } = byteClasses.answer

export class ListReader {
  readonly #reader: AnswerReader
  /** `before` the answer, whether or not the list has begun; in the `answer`; `after` it; `closed`: behind the list. */
  #state: 'before' | 'answer' | 'after' | 'closed' | 'bad' = 'before'
  #inList = false
  #problem = ''

  /**
   * @param maxSize bytes of the answer
   * @param memory for the bytes of the answer
   */
  constructor(maxSize: number, memory: Reservation) {
    this.#reader = new AnswerReader(maxSize, memory)
  }

  /**
   * Takes the next chunk of the body and keeps it.
   * @returns false as soon as the body cannot hold an answer any more
   */
  push(chunk: Uint8Array): boolean {
    let rest = chunk
    if (this.#state === 'before') rest = this.#open(rest)
    if (this.#state === 'answer' && rest.length > 0) rest = this.#read(rest)
    if (this.#state === 'after' || this.#state === 'closed') this.#close(rest)
    return this.#state !== 'bad'
  }

  /** The body is over. @returns the answer, or null where `problem` says why there is none */
  finish(): RawJson | null {
    if (this.#state === 'closed' || (this.#state === 'after' && !this.#inList)) return this.#reader.answer()
    if (this.#state !== 'bad') this.#refuse('the answer is cut short')
    return null
  }

  /** Drops what has come and releases its memory: it will never become an answer. */
  discard(): void {
    this.#reader.discard()
  }

  problem(): string {
    return this.#problem
  }

  /** Skips blanks and the bracket of the list. @returns the bytes from the beginning of the answer on */
  #open(bytes: Uint8Array): Uint8Array {
    let i = 0
    for (; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0
      if (blank[byte] === 1) continue
      if (byte === 0x5b && !this.#inList) {
        this.#inList = true
        continue
      }
      if (byte === 0x5d && this.#inList) this.#refuse('the daemon answered with an empty list')
      else this.#state = 'answer'
      break
    }
    return bytes.subarray(i)
  }

  /** @returns the bytes behind the answer */
  #read(bytes: Uint8Array): Uint8Array {
    const progress = this.#reader.push(bytes)
    if (progress === 'bad') this.#refuse(this.#reader.problem())
    if (progress !== 'done') return bytes.subarray(bytes.length)
    this.#state = 'after'
    return this.#reader.remainder()
  }

  /** What stands behind a map without a list is ignored, as on a UNIX socket. */
  #close(bytes: Uint8Array): void {
    if (!this.#inList) return
    for (const byte of bytes) {
      if (blank[byte] === 1) continue
      if (byte === 0x5d && this.#state === 'after') {
        this.#state = 'closed'
      } else if (byte === 0x2c && this.#state === 'after') {
        this.#refuse(
          'it answered with several elements where one daemon was asked; if an agent listens there, give this ' +
            'control socket the "service" of one daemon',
        )
        return
      } else {
        this.#refuse('the list around the answer is not valid JSON')
        return
      }
    }
  }

  #refuse(problem: string): void {
    this.#state = 'bad'
    this.#problem = problem
  }
}
