// Parses an answer of any length in little memory: the items of its long lists stay bytes until they are used.

import { parseJson } from '../json/text/parser.ts'
import type { JsonNode, ListNode } from '../json/text/node.ts'
import { Scanner } from '../json/scan/scanner.ts'
import type { ScanHandler } from '../json/scan/types.ts'
import { ClientError } from './error.ts'

export interface ParsedAnswer {
  readonly root: JsonNode
  /** The items of a list that are left out of the tree; null: the list in the tree has them. */
  readonly itemsOf: (list: ListNode) => Iterable<JsonNode> | null
}

/** Bytes. An answer up to this length is parsed as a whole. */
const small = 256 * 1024

/** Depths of lists that may be long, such as `leases` in the arguments of an answer. The answer may be in a list. */
const listDepths: ReadonlySet<number> = new Set([2, 3])

/** @throws {ClientError} `http`: the body is no JSON */
export function parseAnswer(body: Buffer): ParsedAnswer {
  if (body.length <= small) return { root: parsed(body.toString('utf8')), itemsOf: () => null }
  const found = new ListFinder()
  const scanner = new Scanner('answer', found)
  scanner.push(body)
  // An answer that is no strict JSON, such as the number `1e+06.0` of Kea 2.2, is parsed as a whole.
  if (scanner.finish() !== 'done') return { root: parsed(body.toString('utf8')), itemsOf: () => null }
  const lists = outermost(found.lists)
  const root = parsed(withoutItems(body, lists))
  const nodes = listNodes(root)
  const kept = new Map(lists.flatMap((list, i) => {
    const node = nodes[i]
    return node !== undefined && isLong(list) ? [[node, list] as const] : []
  }))
  return { root, itemsOf: (node) => itemsIn(body, kept.get(node)) }
}

interface FoundList {
  readonly start: number
  readonly end: number
  /** Offsets: the begin of the first item, its end, the begin of the second item, and so on. */
  readonly items: readonly number[]
}

/** The items of a list with this many or more are left out of the tree. */
const long = 500

function isLong({ items }: FoundList): boolean {
  return items.length >= 2 * long
}

const openingBracket = 0x5b

class ListFinder implements ScanHandler {
  readonly maxDepth = 4
  /** Lists at the depths of lists that may be long. */
  readonly lists: FoundList[] = []
  #bytes: Uint8Array = new Uint8Array()
  /** The offsets of the values in the containers that are open, by their depth. */
  readonly #inside: number[][] = [[], [], [], [], []]

  /** Called once, as the text is scanned in one piece. */
  chunk(bytes: Uint8Array): void {
    this.#bytes = bytes
  }

  key(): void {
    return undefined
  }

  value(start: number, end: number, depth: number): void {
    if (listDepths.has(depth) && this.#bytes[start] === openingBracket) {
      this.lists.push({ start, end, items: this.#inside[depth + 1] ?? [] })
    }
    if (depth + 1 < this.#inside.length) this.#inside[depth + 1] = []
    this.#inside[depth]?.push(start, end)
  }
}

/** In the order of the text, without lists inside a long list. */
function outermost(lists: readonly FoundList[]): readonly FoundList[] {
  let end = 0
  return lists.toSorted((a, b) => a.start - b.start).filter((list) => {
    if (list.start < end) return false
    if (isLong(list)) end = list.end
    return true
  })
}

/** The text with an empty list in place of each long one. */
function withoutItems(body: Buffer, lists: readonly FoundList[]): string {
  let [text, at] = ['', 0]
  for (const { start, end } of lists.filter(isLong)) {
    text += `${body.toString('utf8', at, start)}[]`
    at = end
  }
  return text + body.toString('utf8', at)
}

/** The lists that were found, in the order of the text. */
function listNodes(root: JsonNode): readonly ListNode[] {
  const found: ListNode[] = []
  const visit = (node: JsonNode, depth: number): void => {
    if (node.kind === 'list' && listDepths.has(depth)) found.push(node)
    if (depth === 3) return
    const inside = node.kind === 'list' ? node.items : node.kind === 'map' ? node.members.map(({ value }) => value) : []
    for (const each of inside) visit(each, depth + 1)
  }
  visit(root, 0)
  return found
}

function itemsIn(body: Buffer, list: FoundList | undefined): Iterable<JsonNode> | null {
  if (list === undefined) return null
  const { items } = list
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < items.length; i += 2) yield parsed(body.toString('utf8', items[i], items[i + 1]))
    },
  }
}

function parsed(text: string): JsonNode {
  const { root, errors } = parseJson(text, { dialect: 'command' })
  if (root !== null && errors.every(({ tooLarge }) => tooLarge === true)) return root
  throw new ClientError('http', 'the answer is no JSON', 'see whether host and port in the URL are the right ones')
}
