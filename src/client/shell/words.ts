// Splits a line of the shell into words at blanks. Quotes and backslashes are read as by a POSIX shell.

export interface Word {
  readonly text: string
  /** Where it begins in the line. */
  readonly start: number
}

/** @returns null where a quote is not closed */
export function splitWords(line: string): readonly Word[] | null {
  const words: Word[] = []
  let at = 0
  for (;;) {
    while (/\s/.test(line.charAt(at))) at++
    if (at >= line.length) return words
    const start = at
    let text = ''
    for (; at < line.length && !/\s/.test(line.charAt(at)); at++) {
      const character = line.charAt(at)
      if (character === "'") {
        const end = line.indexOf("'", at + 1)
        if (end === -1) return null
        text += line.slice(at + 1, end)
        at = end
      } else if (character === '"') {
        at++
        for (; line.charAt(at) !== '"'; at++) {
          if (at >= line.length) return null
          if (line.charAt(at) === '\\' && /["\\$`]/.test(line.charAt(at + 1))) at++
          text += line.charAt(at)
        }
      } else if (character === '\\' && at + 1 < line.length) text += line.charAt(++at)
      else text += character
    }
    words.push({ text, start })
  }
}
