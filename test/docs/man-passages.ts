// The running text of a manual page, without the synopsis and what stands as it is.

import type { Passage, Piece } from './passage.ts'
import { code, passage } from './passage.ts'

/** Passages of a page in roff with the macros of man, in order. The synopsis and examples are left out. */
export function passagesOfMan(page: string): Passage[] {
  const pieces: Piece[] = []
  let open: Piece | null = null
  let [verbatim, synopsis, tag] = [false, false, false]
  const close = (): void => {
    if (open !== null) pieces.push(open)
    open = null
  }
  for (const [index, line] of page.split('\n').entries()) {
    const [, request = '', rest = ''] = /^[.']\\?"?(\w*) ?(.*)$/.exec(line) ?? []
    const inline = /^(?:[BI]|[BIR]{2})$/.test(request)
    if (/^(?:nf|EX)$/.test(request)) verbatim = true
    if (/^(?:fi|EE)$/.test(request)) verbatim = false
    if (request === 'SH') synopsis = rest === 'SYNOPSIS'
    if (verbatim || synopsis || /^\.\\"/.test(line)) {
      close()
    } else if (line.startsWith('.') && !inline) {
      close()
      tag = request === 'TP'
    } else {
      open ??= { first: index + 1, lines: [], kind: 'text' }
      open.lines.push(inline ? argumentsOf(rest, request.length === 2) : line)
      if (tag) close()
      tag = false
    }
  }
  close()
  return pieces.map((piece) => passage(piece, plainRoff))
}

/** What a macro of fonts prints: code, with the punctuation behind it. */
function argumentsOf(text: string, alternating: boolean): string {
  const words = [...text.matchAll(/"((?:[^"]|"")*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
  const [, printed = '', behind = ''] = /^(.*?)((?<!\([^)]*)\)?[.,;:]*)$/.exec(words.join(alternating ? '' : ' ')) ?? []
  return printed === '' ? behind : code + behind
}

function plainRoff(text: string): string {
  return text
    .replaceAll('\\(aq', "'").replaceAll('\\(dq', '"').replaceAll('\\-', '-').replaceAll('\\e', '\\').replaceAll('\\&', '')
    .replaceAll('\\(ti', '~').replace(/\\f[BIRP]/g, '')
}
