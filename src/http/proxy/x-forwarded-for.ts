// `X-Forwarded-For`: addresses joined by commas, each proxy appending the address that it was called from. No standard
// says more; what proxies really write is taken: ports, brackets, `unknown`.

import type { ForwardedNode } from './forwarded-node.ts'
import { readNode } from './forwarded-node.ts'

/** The hops, the latest first. @param lines the values of all such headers, in their order */
export function* xForwardedFor(lines: readonly string[]): Generator<ForwardedNode, undefined> {
  for (const line of lines.toReversed()) {
    for (let end = line.length; end >= 0;) {
      const comma = line.lastIndexOf(',', end - 1)
      const element = withoutBlanks(line.slice(comma + 1, end))
      // Empty elements count for nothing (RFC 9110 section 5.6.1).
      if (element !== '') yield readNode(element, true)
      end = end === 0 ? -1 : comma
    }
  }
}

/** Without a regular expression: its time would grow with the square of the number of blanks in the middle. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
