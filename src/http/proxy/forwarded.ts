// `Forwarded` (RFC 7239): elements joined by commas, each with parameters joined by semicolons. `for` is the address
// that the proxy was called from. Read strictly: where a parameter begins depends on every quote before it, and a
// client can put a quote in front of what a proxy appends.

import type { ForwardedNode } from './forwarded-node.ts'
import { malformedNode, readNode, unknownNode } from './forwarded-node.ts'

/** One parameter: a token, and a token or a quoted string (RFC 9110 sections 5.6.2 and 5.6.4). */
const parameter = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~\x80-\xff])*)")/y

/** What may stand between elements: commas and blanks. */
const between = /[ \t,]*/y

/** The hops, the latest first. @param lines the values of all such headers, in their order */
export function* forwarded(lines: readonly string[]): Generator<ForwardedNode, undefined> {
  // An element does not go on in the next header, so what a client broke in its own header stays in that one.
  for (const line of lines.toReversed()) yield* elementsOf(line)?.toReversed() ?? [malformedNode]
}

/** null: the line is malformed. */
function elementsOf(line: string): ForwardedNode[] | null {
  const elements: ForwardedNode[] = []
  for (let at = skip(line, 0); at < line.length;) {
    const element = readElement(line, at)
    if (element === null) return null
    elements.push(element.node)
    at = skip(line, element.end)
    // Two elements without a comma between them.
    if (at < line.length && !line.slice(element.end, at).includes(',')) return null
  }
  return elements
}

/** @returns null where no element is at this place */
function readElement(line: string, start: number): { readonly node: ForwardedNode; readonly end: number } | null {
  const names = new Set<string>()
  let node = unknownNode
  for (let at = start; ;) {
    parameter.lastIndex = at
    const [whole, name = '', token, quoted] = parameter.exec(line) ?? []
    if (whole === undefined) return null
    const key = name.toLowerCase()
    // No parameter may occur twice in an element (RFC 7239 section 4).
    if (names.has(key)) return null
    names.add(key)
    if (key === 'for') node = readNode(token ?? (quoted ?? '').replace(/\\(.)/g, '$1'), false)
    at += whole.length
    if (line[at] !== ';') return { node, end: at }
    at++
  }
}

function skip(line: string, at: number): number {
  between.lastIndex = at
  return at + (between.exec(line)?.[0].length ?? 0)
}
