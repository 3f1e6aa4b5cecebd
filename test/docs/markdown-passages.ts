// The running text of a page in Markdown, without code blocks, quotes and addresses of links. Cells of tables are kept
// apart: they are held to the words, but not to the length of sentences.

import type { Passage, Piece } from './passage.ts'
import { code, passage } from './passage.ts'

const fence = /^\s*(?:[-*] )?\s*(`{3,}|~{3,})/
const item = /^(\s*)(?:[-*+]|\d+\.)\s+/

/** Passages of a page in Markdown, in order. */
export function passagesOfMarkdown(page: string): Passage[] {
  const pieces: Piece[] = []
  let open: Piece | null = null
  let fenced: string | null = null
  const close = (): void => {
    if (open !== null) pieces.push(open)
    open = null
  }
  for (const [index, line] of blankComments(page).split('\n').entries()) {
    const mark = fence.exec(line)?.[1]
    if (fenced !== null) {
      if (mark?.startsWith(fenced) === true) fenced = null
      continue
    }
    if (mark !== undefined) {
      close()
      fenced = mark
    } else if (/^\s*>|^\s*$/.test(line)) {
      close()
    } else if (/^\s*\|/.test(line)) {
      close()
      pieces.push(...cellsOf(line, index + 1))
    } else if (/^#+ /.test(line)) {
      close()
      pieces.push({ first: index + 1, lines: [line.replace(/^#+ /, '')], kind: 'text' })
    } else if (item.test(line) || open === null) {
      close()
      open = { first: index + 1, lines: [line.replace(item, '')], kind: 'text' }
    } else {
      open.lines.push(line)
    }
  }
  close()
  return pieces.map((piece) => passage(piece, plainMarkdown))
}

/** Comments of HTML become blanks, so that lines keep their numbers. */
function blankComments(page: string): string {
  return page.replace(/<!--[^]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '))
}

function cellsOf(line: string, first: number): Piece[] {
  const cells = line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/)
  return cells.filter((cell) => /\p{L}/u.test(cell)).map((cell) => ({ first, lines: [cell.trim()], kind: 'cell' }))
}

function plainMarkdown(text: string): string {
  return text
    .replace(/(`+)(?!`)(.*?[^`])\1(?!`)/g, (span) => code + span.replace(/[^\u0001]/g, ''))
    .replace(/<a id="[^"]*"><\/a>/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<https?:[^>]*>|https?:\/\/[^\s)]+/g, code)
    .replace(/\*\*|(?<![\p{L}\d])[*_]|[*_](?![\p{L}\d])/gu, '')
}
