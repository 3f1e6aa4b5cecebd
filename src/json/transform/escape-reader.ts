// Reads the backslash escapes of strings, which chunks may cut anywhere, and says whether JSON allows them.

export type EscapeOutcome = 'more' | 'done' | 'unknown' | 'lonely surrogate'

/**
 * The steps, by what comes next: the byte after the backslash, the digits of `\u`, `\` and `u` of a second surrogate.
 */
const KIND = 0
const DIGITS = 1
const PARTNER_BACKSLASH = 2
const PARTNER_U = 3

export class EscapeReader {
  /** How many `\u` escapes so far stand for U+0100 or above. */
  wide = 0
  /** After `done` the reader is ready for the next escape. */
  outcome: EscapeOutcome = 'more'
  readonly #pairedSurrogates: boolean
  #step = KIND
  #digitsLeft = 0
  #unit = 0
  #afterHigh = false

  /** @param pairedSurrogates whether an escaped surrogate without its partner is refused */
  constructor(pairedSurrogates: boolean) {
    this.#pairedSurrogates = pairedSurrogates
  }

  /**
   * Reads to the end of the escape or of the chunk.
   * @param at offset of the first byte not yet read; for a new escape the one after the backslash
   * @returns offset of the first byte not read; of the offending byte where JSON has no such escape
   */
  read(bytes: Uint8Array, at: number): number {
    let i = at + this.#wholeEscape(bytes, at)
    this.outcome = i > at ? 'done' : 'more'
    for (; i < bytes.length && this.outcome === 'more'; i++) {
      this.outcome = this.#take(bytes[i] ?? 0)
      if (this.outcome !== 'more' && this.outcome !== 'done') return i
    }
    return i
  }

  /** The usual case, read at once. @returns the length; 0: the escape is cut, begun before, a surrogate, or wrong */
  #wholeEscape(bytes: Uint8Array, at: number): number {
    if (this.#step !== KIND) return 0
    if (bytes[at] !== 0x75) return isShortEscape(bytes[at] ?? 0) ? 1 : 0
    if (at + 5 > bytes.length) return 0
    const unit = (hexDigit(bytes[at + 1] ?? 0) << 12) | (hexDigit(bytes[at + 2] ?? 0) << 8) |
      (hexDigit(bytes[at + 3] ?? 0) << 4) | hexDigit(bytes[at + 4] ?? 0)
    // A byte that is no hex digit makes the unit negative.
    if (unit < 0 || (unit & 0xf800) === 0xd800) return 0
    if (unit > 0xff) this.wide++
    return 5
  }

  #take(byte: number): EscapeOutcome {
    switch (this.#step) {
      case KIND:
        if (byte === 0x75) return this.#expectDigits()
        return isShortEscape(byte) ? 'done' : 'unknown'
      case DIGITS:
        return this.#takeDigit(byte)
      case PARTNER_BACKSLASH:
        this.#step = PARTNER_U
        return byte === 0x5c ? 'more' : 'lonely surrogate'
      default:
        return byte === 0x75 ? this.#expectDigits() : 'lonely surrogate'
    }
  }

  #expectDigits(): EscapeOutcome {
    this.#step = DIGITS
    this.#digitsLeft = 4
    this.#unit = 0
    return 'more'
  }

  #takeDigit(byte: number): EscapeOutcome {
    const digit = hexDigit(byte)
    if (digit < 0) return 'unknown'
    this.#unit = (this.#unit << 4) | digit
    if (--this.#digitsLeft > 0) return 'more'
    if (this.#unit > 0xff) this.wide++
    this.#step = KIND
    if (!this.#pairedSurrogates) return 'done'
    const low = this.#unit >= 0xdc00 && this.#unit <= 0xdfff
    if (low !== this.#afterHigh) return 'lonely surrogate'
    this.#afterHigh = this.#unit >= 0xd800 && this.#unit <= 0xdbff
    if (!this.#afterHigh) return 'done'
    this.#step = PARTNER_BACKSLASH
    return 'more'
  }
}

/** `"`, `\`, `/`, b, f, n, r, t */
function isShortEscape(byte: number): boolean {
  return byte === 0x6e || byte === 0x22 || byte === 0x5c || byte === 0x2f || byte === 0x74 || byte === 0x72 ||
    byte === 0x62 || byte === 0x66
}

/** The value of a hex digit in either case, -1 for any other byte. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
