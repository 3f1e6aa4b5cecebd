// Makes text that came from outside safe and honest wherever people read it: it cannot forge a line, send control codes
// to a terminal, change the direction of what stands around it, or hide characters that make two names look alike.

/** Longest value in a log line, in UTF-16 units, where a message says nothing else; what is longer is cut. */
export const maxValueLength = 1024

/**
 * What is never shown as it is: controls (U+0000 to U+001F, U+007F to U+009F), format characters such as those of
 * zero width and of direction, ignorable ones such as fillers and variation selectors, every blank but U+0020, line and
 * paragraph separators, noncharacters, and halves of surrogate pairs. U+2800 is a Braille pattern without dots.
 */
const deceptive =
  /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u2800]|(?! )\p{Zs}/gu

/** Nearly all text is of this kind, which is told much faster. */
const plain = /^[ -~]*$/
const plainLine = /^[ -~]*\n?$/

/**
 * For one line of text: each such character as `\xNN`, `\uNNNN` or `\u{NNNNN}`, also line ends. A backslash stays as it
 * is, so that what is escaped already stays the same. An overlong text is cut and marked.
 * @param longest UTF-16 units before escaping
 */
export function escapeForLog(text: string, longest = maxValueLength): string {
  const short = shorten(text, longest)
  return plain.test(short) ? short : short.replaceAll(deceptive, visible)
}

/** The same for our own text of several lines, each of which is escaped by itself and none is cut. */
export function escapeLines(text: string): string {
  return plain.test(text) ? text : text.split('\n').map((line) => escapeForLog(line, Infinity)).join('\n')
}

/** JSON text, perhaps with its line end, in which the same characters are escaped, so that it means the same. */
export function escapeJson(json: string): string {
  return plainLine.test(json) ? json : json.replaceAll(deceptive, inJson)
}

/** A text that is longer than `longest` is cut, not within a surrogate pair, and marked. */
export function shorten(text: string, longest = maxValueLength): string {
  if (text.length <= longest) return text
  const whole = text.slice(0, longest)
  return `${/[\ud800-\udbff]$/.test(whole) ? whole.slice(0, -1) : whole}...`
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

function inJson(character: string): string {
  // Line ends between values, which some JSON text has, are no part of a string.
  if (character === '\n') return character
  let escaped = ''
  for (let unit = 0; unit < character.length; unit++) {
    escaped += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }
  return escaped
}
