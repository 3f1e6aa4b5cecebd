// The messages about mistakes in JSON text that was scanned as bytes.

import { isOverlong, isWord } from './byte-class.ts'
import type { EscapeOutcome } from '../transform/escape-reader.ts'
import type { ScanError } from './types.ts'

/** What the automaton expects in each of its states, in the order of states.ts. */
export const expectations: readonly string[] = [
  'a value',
  'a value',
  'a value',
  "a value or ']'",
  'a key in double quotes',
  "a key in double quotes or '}'",
  "':' after the key",
  "',' or the closing bracket",
  'nothing more',
  'the closing quote',
  'the rest of an escape',
  'the rest of a number or word',
]

/** @param expected as in `a value` */
export function unexpected(offset: number, expected: string | undefined, byte: number): ScanError {
  return { offset, text: `${expected ?? 'something else'} is expected, but ${shown(byte)} is there` }
}

export function cutShort(offset: number, expected: string | undefined): ScanError {
  return { offset, text: `the text ends where ${expected ?? 'more'} is expected` }
}

/**
 * A byte that cannot follow in a number or word. The words in parentheses are Kea's for a number that it cannot read,
 * such as the `1e+06.0` that Kea itself prints; clients look for these words.
 */
export function wrongScalar(offset: number, state: number, byte: number): ScanError {
  if (isWord(state)) return { offset, text: 'the only words are true, false and null' }
  const overflow = isOverlong(state, byte) ? ' (Number overflow)' : ''
  return { offset, text: `a number cannot go on with ${shown(byte)}${overflow}` }
}

export function wrongEscape(offset: number, outcome: EscapeOutcome): ScanError {
  return { offset, text: outcome === 'unknown' ? 'JSON has no such escape' : 'an escaped surrogate has no partner' }
}

export function rawControl(offset: number, byte: number): ScanError {
  return { offset, text: `${shown(byte)} must be escaped in a string` }
}

export function tooDeep(offset: number, limit: number): ScanError {
  return { offset, text: `more than ${limit} maps and lists lie inside each other` }
}

export function notUtf8(offset: number): ScanError {
  return { offset, text: 'the bytes are not UTF-8' }
}

/** A byte as the reader of the message can find it again. */
function shown(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return byte === 0x27 ? '"\'"' : `'${String.fromCharCode(byte)}'`
  return `byte 0x${byte.toString(16).padStart(2, '0')}`
}
