// The commands that answer page by page: the arguments for the next page, and where the items of a page are.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode, ListNode, MapNode } from '../../json/text/node.ts'
import { parseJson } from '../../json/text/parser.ts'
import { nearestWord } from '../../config/schema/suggestions.ts'
import { clientUsage } from '../error.ts'

interface PageCommand {
  /** The name of the list in the arguments of an answer. */
  readonly list: string
  /** Arguments of the first page, where none are given. */
  readonly first: readonly Argument[]
  /** Arguments of the page after this one; null: it is the last. */
  readonly next: (page: MapNode, items: ListNode) => readonly Argument[] | null
}

/** A name and JSON text. */
export type Argument = readonly [string, string]

const leases: PageCommand = {
  list: 'leases',
  first: [['from', '"start"']],
  // The address of the last lease: the next page begins after it.
  next: (_page, items) => {
    const last = items.items.at(-1)
    const address = last?.kind === 'map' ? memberOf(last, 'ip-address') : undefined
    return address?.kind === 'string' ? [['from', JSON.stringify(address.value)]] : null
  },
}

const hosts: PageCommand = {
  list: 'hosts',
  first: [],
  next: (page) => {
    const next = memberOf(page, 'next')
    if (next?.kind !== 'map') return null
    return ['from', 'source-index'].flatMap((name) => {
      const value = memberOf(next, name)
      return value?.kind === 'integer' ? [[name, value.text] as const] : []
    })
  },
}

const commands: ReadonlyMap<string, PageCommand> = new Map([
  ['lease4-get-page', leases],
  ['lease6-get-page', leases],
  ['reservation-get-page', hosts],
])

/** @throws {KeagateError} CLIENT_USAGE: the command has no pages */
export function pageCommand(name: string): PageCommand {
  const found = commands.get(name)
  if (found !== undefined) return found
  const near = nearestWord(name, [...commands.keys()])
  throw clientUsage(`--all goes with ${[...commands.keys()].join(', ')}`, near === null ? undefined : `did you mean ${near.word}?`)
}

export interface Page {
  readonly result: number | null
  readonly text: string
  /** Where the items are in the body, in bytes, without the brackets; null: there are none. */
  readonly items: { readonly start: number; readonly end: number; readonly count: number } | null
  /** Null: it was the last page. */
  readonly next: readonly Argument[] | null
}

/** @returns null: the body is not the answer of one service */
export function readPage(body: Buffer, { list, next }: PageCommand): Page | null {
  // Latin-1 makes one character of each byte, so that offsets count bytes.
  const { root } = parseJson(body.toString('latin1'), { dialect: 'command' })
  const answer = root?.kind === 'list' ? root.items[0] : root
  if (answer?.kind !== 'map' || (root?.kind === 'list' && root.items.length !== 1)) return null
  const [result, text, given] = ['result', 'text', 'arguments'].map((name) => memberOf(answer, name))
  const items = given?.kind === 'map' ? memberOf(given, list) : undefined
  const whole = items?.kind === 'list' && items.items.length > 0 ? items : null
  return {
    result: result?.kind === 'integer' ? Number(result.text) : null,
    text: text?.kind === 'string' ? Buffer.from(text.value, 'latin1').toString('utf8') : '',
    items: whole === null ? null : { ...extent(whole), count: whole.items.length },
    next: given?.kind === 'map' && whole !== null ? next(given, whole) : null,
  }
}

function extent({ items }: ListNode): { readonly start: number; readonly end: number } {
  return { start: items[0]?.start ?? 0, end: items.at(-1)?.end ?? 0 }
}

/** Adds arguments to those given; they replace those of the same name. @param given text of a JSON map, or null */
export function withArguments(given: string | null, others: readonly Argument[]): string {
  const root: JsonNode | null = given === null ? null : parseJson(given, { dialect: 'command' }).root
  const members = new Map<string, string>()
  for (const { key, value } of root?.kind === 'map' ? root.members : []) {
    members.set(key, (given ?? '').slice(value.start, value.end))
  }
  for (const [name, text] of others) members.set(name, text)
  return `{ ${Array.from(members, ([name, text]) => `${JSON.stringify(name)}: ${text}`).join(', ')} }`
}

/** Whether a name is among the arguments given. */
export function hasArgument(given: string | null, name: string): boolean {
  const root = given === null ? null : parseJson(given, { dialect: 'command' }).root
  return root?.kind === 'map' && memberOf(root, name) !== undefined
}
