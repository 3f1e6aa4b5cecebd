// Makes text from outside safe for people to read: it cannot forge a line, send control codes to a terminal, change the
// direction of the text around it, or hide characters so that two names look alike.

/** Longest value in a log line, in UTF-16 units, unless the message has another limit; longer values are cut. */
export const maxValueLength = 1024

/**
 * Characters that are never shown as they are: controls (U+0000 to U+001F, U+007F to U+009F), format characters such as
 * those of zero width and of direction, ignorable ones such as fillers and variation selectors, every blank but U+0020,
 * line and paragraph separators, noncharacters, and halves of surrogate pairs. U+2800 is a Braille pattern without
 * dots.
 */
const deceptive =
  /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u2800]|(?! )\p{Zs}/gu

/** Nearly all text matches these, which are tested much faster. */
const plain = /^[ -~]*$/
const plainLine = /^[ -~]*\n?$/

/**
 * For one line of text: writes each such character, also a line end, as `\xNN`, `\uNNNN` or `\u{NNNNN}`. A backslash
 * stays as it is, so that text that is escaped already stays the same. A text that is too long is cut and marked.
 * @param longest UTF-16 units before escaping
 */
export function escapeForLog(text: string, longest = maxValueLength): string {
  const short = shorten(text, longest)
  return plain.test(short) ? short : short.replaceAll(deceptive, visible)
}

/** The same for text of several lines: each line is escaped by itself, and none is cut. */
export function escapeLines(text: string): string {
  return plain.test(text) ? text : text.split('\n').map((line) => escapeForLog(line, Infinity)).join('\n')
}

/** Escapes the same characters in JSON text, so that its meaning stays the same. The text may end with a line end. */
export function escapeJson(json: string): string {
  return plainLine.test(json) ? json : json.replaceAll(deceptive, inJson)
}

/** Cuts and marks a text that is longer than `longest` UTF-16 units; never within a surrogate pair. */
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
