// The tables of the scanner: which bytes are blank, which may stand in a string, how a number or a word goes on.

import type { ScanDialect } from './types.ts'

export interface ByteClasses {
  /** 1 for the blanks between tokens. */
  readonly blank: Uint8Array
  /** 1 for bytes that stand for themselves in a string; 0 for the quote, the backslash and what is not allowed. */
  readonly plain: Uint8Array
  /** The automaton of numbers and words: at `state << 8 | byte` the next state, or SCALAR_OVER or SCALAR_WRONG. */
  readonly scalars: Uint8Array
}

// The states of the automaton of numbers and words. Unfinished words have those from WORD_BEGUN up to ZERO. From ZERO
// up, the number or word may end.
export const SCALAR_START = 0
const SIGN = 1
const POINT = 2
const EXPONENT = 3
const EXPONENT_SIGN = 4
const WORD_BEGUN = 5
const ZERO = 15
const WORD = 16
const INTEGER = 17
const FRACTION = 18
const EXPONENT_DIGITS = 19
const STATES = 20

/** From this state up the scalar is complete. */
export const SCALAR_COMPLETE = ZERO
/** From this state up, the scalar is a number, and further digits do not change its state. */
export const SCALAR_DIGITS = INTEGER
/** The byte does not belong to the scalar, which ends before it. */
export const SCALAR_OVER = 254
/** The byte occurs in numbers, but not at this place. */
const SCALAR_WRONG = 255

/** Kea's command parser also takes backspace and form feed as blanks (seen with 2.2.0). */
const blanks = { command: '\b\t\n\f\r ', answer: '\t\n\r ', checked: '\b\t\n\f\r ' } as const

/** Kea takes raw control characters in strings, NUL included (seen with 2.2.0); RFC 8259 section 7 does not. */
const firstPlain = { command: 0x00, answer: 0x20, checked: 0x00 } as const

const digits = '0123456789'

/** The tables of each dialect. */
export const byteClasses: Readonly<Record<ScanDialect, ByteClasses>> = {
  command: tables('command'),
  answer: tables('answer'),
  checked: tables('checked'),
}

function tables(dialect: ScanDialect): ByteClasses {
  const blank = new Uint8Array(256)
  for (const character of blanks[dialect]) blank[character.charCodeAt(0)] = 1
  const plain = new Uint8Array(256).fill(1, firstPlain[dialect])
  plain[0x22] = 0
  plain[0x5c] = 0
  return { blank, plain, scalars: scalarTable(dialect !== 'answer') }
}

/** Whether a scalar in this state is a word or the beginning of one. */
export function isWord(state: number): boolean {
  return state === WORD || (state >= WORD_BEGUN && state < ZERO)
}

/** Whether a point follows an exponent, as in the large whole floats that Kea 2.2 prints. */
export function isOverlong(state: number, byte: number): boolean {
  return state === EXPONENT_DIGITS && byte === 0x2e
}

/**
 * RFC 8259 sections 3 and 6, or Kea's wider numbers:
 * `[+-]? ( digits ( '.' digits? )? | '.' digits ) ( [eE] [+-]? digits )?`, of any length.
 */
function scalarTable(wide: boolean): Uint8Array {
  const table = new Uint8Array(STATES * 256).fill(SCALAR_OVER)
  for (let state = SCALAR_START; state < STATES; state++) {
    if (!isWord(state)) set(state, `+-.eE${digits}`, SCALAR_WRONG)
  }
  for (const state of [SCALAR_START, SIGN]) {
    set(state, digits, INTEGER)
    if (wide) set(state, '.', POINT)
    else set(state, '0', ZERO)
  }
  set(SCALAR_START, wide ? '+-' : '-', SIGN)
  set(POINT, digits, FRACTION)
  for (const state of [ZERO, INTEGER]) set(state, '.', wide ? FRACTION : POINT)
  for (const state of [ZERO, INTEGER, FRACTION]) set(state, 'eE', EXPONENT)
  set(EXPONENT, '+-', EXPONENT_SIGN)
  for (const state of [EXPONENT, EXPONENT_SIGN]) set(state, digits, EXPONENT_DIGITS)
  for (const state of [INTEGER, FRACTION, EXPONENT_DIGITS]) set(state, digits, state)
  let begun = WORD_BEGUN
  for (const word of ['true', 'false', 'null']) {
    set(SCALAR_START, word.charAt(0), begun)
    for (const letter of word.slice(1, -1)) set(begun++, letter, begun)
    set(begun++, word.slice(-1), WORD)
  }
  return table

  function set(state: number, bytes: string, next: number): void {
    for (const byte of bytes) table[(state << 8) | byte.charCodeAt(0)] = next
  }
}
