// Text for a terminal: safe, and measured in columns.

import { escapeForLog } from '../../log/escape.ts'

/** The text with everything escaped that could be a control sequence, change the direction, or be invisible. */
export function visible(text: string): string {
  return escapeForLog(text, Infinity)
}

/** Two columns wide each: East Asian wide and full-width characters, and emoji (Unicode 15, UAX 11). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const none = /\p{M}/u
const plain = /^[ -~]*$/

/** Columns that a visible text takes. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length
  let width = 0
  for (const character of text) width += none.test(character) ? 0 : wide.test(character) ? 2 : 1
  return width
}

/** The text in at most this many columns; a text that is cut ends with an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let [kept, used] = ['', 0]
  for (const character of text) {
    const more = widthOf(character)
    if (used + more > width - 1) break
    kept += character
    used += more
  }
  return `${kept}\u2026`
}

/** The text filled up with blanks to this many columns. @param right whether the text stands at the right end */
export function pad(text: string, width: number, right = false): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? blanks + text : text + blanks
}

/** The text in lines of at most this many columns, broken at blanks only: a longer word gets a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
