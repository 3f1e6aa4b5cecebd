// Makes any text safe for one log line: nobody who is logged can forge a line or send control codes to a terminal.

const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** Longest value that goes into a line, in UTF-16 units; what is longer is cut and marked. */
const longest = 1024

/** Control characters become `\xNN` (line separators `\uNNNN`), an overlong text is cut. */
export function escapeForLog(text: string): string {
  const short = text.length > longest ? `${text.slice(0, longest)}...` : text
  return short.replaceAll(unsafe, (character) => {
    const code = character.charCodeAt(0)
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}
