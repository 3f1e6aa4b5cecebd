// Checks that bytes are UTF-8 while they arrive in pieces, whose ends may cut a character.

import { isUtf8 } from 'node:buffer'

const nothing = new Uint8Array(0)

/** Uses Node's own check; only a character that the end of a piece cuts is put together here. */
export class Utf8Check {
  /** The first bytes of a character that was cut; allocated for the first such character. */
  #cut = nothing
  #cutLength = 0
  #base = 0

  /**
   * Checks the first `end` bytes of the next piece.
   * @returns where the first ill-formed sequence begins, counted over all pieces, or -1
   */
  check(piece: Uint8Array, end: number): number {
    const from = this.#complete(piece, end)
    if (from < 0) return this.#base - this.#cutLength
    const to = end - cutAtEnd(piece, from, end)
    const whole = from === 0 && to === piece.length ? piece : piece.subarray(from, to)
    if (!isUtf8(whole)) return this.#base + from + firstIllFormed(whole)
    if (to < end) {
      if (this.#cut.length === 0) this.#cut = new Uint8Array(4)
      this.#cut.set(piece.subarray(to, end), 0)
      this.#cutLength = end - to
    }
    this.#base += end
    return -1
  }

  /** Finishes the character that the last piece cut. @returns how many bytes that took; -1: they do not fit */
  #complete(piece: Uint8Array, end: number): number {
    if (this.#cutLength === 0) return 0
    const needed = sequenceLength(this.#cut[0] ?? 0)
    let from = 0
    let length = this.#cutLength
    while (length < needed && from < end) {
      const byte = piece[from++] ?? 0
      if ((byte & 0xc0) !== 0x80) return -1
      this.#cut[length++] = byte
    }
    if (length === needed) {
      if (!isUtf8(this.#cut.subarray(0, needed))) return -1
      length = 0
    }
    // If the character is still cut, all of this piece belongs to it, so `#base - #cutLength` stays its offset.
    this.#cutLength = length
    return from
  }
}

/** How many bytes at the end belong to a character that goes on in the next piece: 0 to 3. */
function cutAtEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= from; back++) {
    const byte = bytes[end - back] ?? 0
    if ((byte & 0xc0) !== 0x80) return sequenceLength(byte) > back ? back : 0
  }
  return 0
}

/**
 * RFC 3629 section 3. A byte that cannot be the first of a character counts as one byte, which then fails the check.
 */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
}

function firstIllFormed(bytes: Uint8Array): number {
  let i = 0
  while (i < bytes.length) {
    const byte = bytes[i] ?? 0
    const length = sequenceLength(byte)
    if (byte >= 0x80 && (length === 1 || !isUtf8(bytes.subarray(i, i + length)))) break
    i += length
  }
  return i
}
