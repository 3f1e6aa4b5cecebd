// A stretch of running text, whatever format the page has.

/** A stretch of text that no sentence crosses: a paragraph, an item of a list, a heading, or a cell of a table. */
export interface Passage {
  /** Line of the page on which each character of `text` stands, counted from 1. */
  readonly lineAt: (index: number) => number
  /** One line; each code span is `CODE`. */
  readonly text: string
  readonly kind: 'text' | 'cell'
}

/** What a code span reads as: one word that begins like a sentence, so that one may begin with it. */
export const code = 'CODE'

/** Lines that belong together, with the number of the first one. */
export interface Piece {
  readonly first: number
  readonly lines: string[]
  readonly kind: Passage['kind']
}

/** @param plain takes the marks of the format away */
export function passage({ first, lines, kind }: Piece, plain: (text: string) => string): Passage {
  // Each line is marked with a character that no page has, so that what is put in for code or links does not shift it.
  const marked = plain(lines.map((line) => line.trim()).join('\u0001'))
  const text = marked.replaceAll('\u0001', ' ')
  const lineAt = (index: number): number => first + marked.slice(0, index).split('\u0001').length - 1
  return { text, lineAt, kind }
}
