// Makes any text safe for one log line: nobody who is logged can forge a line or send control codes to a terminal.

const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const allUnsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** Longest value that goes into a line, in UTF-16 units, where a message says nothing else; what is longer is cut. */
export const longestValue = 1024

/** Control characters become `\xNN` (line separators `\uNNNN`), an overlong text is cut and marked. */
export function escapeForLog(text: string, longest = longestValue): string {
  const short = shorten(text, longest)
  // Hardly any text has one.
  if (!unsafe.test(short)) return short
  return short.replaceAll(allUnsafe, (character) => {
    const code = character.charCodeAt(0)
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** A text that is longer than `longest` is cut and marked. */
export function shorten(text: string, longest = longestValue): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}
