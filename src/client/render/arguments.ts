// The arguments of an answer: tables for what Kea has many of, names and values for the rest.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode, ListNode, MapNode, Member } from '../../json/text/node.ts'
import { cell, explained, isScalar } from './cell.ts'
import { expiryOf, stateOf } from './kinds.ts'
import { itemTable } from './items.ts'
import type { Items } from './items.ts'
import { listing, table } from './table.ts'
import { cut, pad, visible, widthOf, wrap } from './text.ts'

/** The items of a list whose node does not hold them; null: the node holds them. */
export type ItemsOf = (list: ListNode) => Items | null

/** Levels that are indented; a value below them is shown on one line. */
const maxLevel = 8

/** Lines that are made one by one, as there may be a great many. @param width columns of the terminal */
export function argumentLines(value: JsonNode, width: number, itemsOf: ItemsOf = () => null): Iterable<string> {
  return new Renderer(itemsOf).lines('', value, width, 0)
}

class Renderer {
  readonly #itemsOf: ItemsOf

  constructor(itemsOf: ItemsOf) {
    this.#itemsOf = itemsOf
  }

  lines(name: string, value: JsonNode, width: number, level: number): Iterable<string> {
    if (value.kind === 'string') return value.value.split('\n').flatMap((line) => wrap(visible(line), width))
    if (isScalar(value)) return [cut(explained(name, value), width)]
    if (value.kind === 'list' && this.#itemsOf(value) !== null) return this.#list(name, value, width, level)
    if (level >= maxLevel || width < 20) return [cut(cell(value), Math.max(width, 20))]
    if (value.kind === 'list') return this.#list(name, value, width, level)
    return value.kind === 'map' ? this.#map(value, width, level) : []
  }

  #list(name: string, list: ListNode, width: number, level: number): Iterable<string> {
    const items = this.#itemsOf(list) ?? list.items
    const [first] = items
    if (first === undefined) return ['(none)']
    if (first.kind === 'map') return itemTable(name, items, width)
    const all = [...items]
    if (all.every(isScalar)) return listing(all.map(cell), width)
    return all.flatMap((item) => [...this.lines(name, item, width, level + 1)])
  }

  #map(map: MapNode, width: number, level: number): Iterable<string> {
    const { members } = map
    if (members.length === 0) return ['(none)']
    const set = resultSet(map)
    if (set !== null) return table(set.columns.map((title) => ({ title, right: true })), set.rows, width)
    if (members.every(({ value }) => sampleOf(value) !== null)) return statistics(members, width)
    const [only, second] = members
    if (only !== undefined && second === undefined && level === 0 && !isScalar(only.value)) {
      return this.lines(only.key, only.value, width, level + 1)
    }
    const oneLine = ({ value }: Member): boolean => {
      return isShort(value) && (value.kind !== 'list' || this.#itemsOf(value) === null)
    }
    const short = namesAndValues(map, members.filter(oneLine), width)
    return this.#parts(short, members.filter((each) => !oneLine(each)), width, level)
  }

  /** What is one line each, then the rest, indented under its names. */
  *#parts(short: readonly string[], long: readonly Member[], width: number, level: number): Iterable<string> {
    yield* short
    for (const [i, { key, value }] of long.entries()) {
      if (level === 0 && short.length + i > 0) yield ''
      yield cut(visible(key), width)
      for (const line of this.lines(key, value, width - 2, level + 1)) yield line === '' ? '' : `  ${line}`
    }
  }
}

/** Whether a value is shown on one line. */
function isShort(value: JsonNode): boolean {
  if (value.kind === 'string') return !value.value.includes('\n')
  if (isScalar(value)) return true
  if (value.kind === 'map') return value.members.length === 0
  return value.kind === 'list' && value.items.length <= 8 && value.items.every(isScalar)
}

function namesAndValues(map: MapNode, members: readonly Member[], width: number): string[] {
  const rows = members.map(({ key, value }) => [visible(key), shortText(map, key, value)] as const)
  const expiry = expiryOf(map)
  if (expiry !== '') rows.push(['expires', expiry])
  const most = Math.min(Math.floor(width / 2), rows.reduce((widest, [name]) => Math.max(widest, widthOf(name)), 0))
  return rows.map(([name, text]) => cut(`${pad(cut(name, most), most)}  ${text}`, width).trimEnd())
}

function shortText(map: MapNode, key: string, value: JsonNode): string {
  if (value.kind === 'list') return value.items.length === 0 ? '(none)' : value.items.map(cell).join(', ')
  if (value.kind === 'map') return '(none)'
  // A map that expires is a lease; its state is a number.
  if (key === 'state' && value.kind === 'integer' && expiryOf(map) !== '') return `${value.text} (${stateOf(map)})`
  return explained(key, value)
}

/** The table in an answer of `stat-lease4-get` and similar commands; null: there is none. */
function resultSet(map: MapNode): { readonly columns: readonly string[]; readonly rows: readonly string[][] } | null {
  const set = memberOf(map, 'result-set')
  if (set?.kind !== 'map') return null
  const [columns, rows] = [memberOf(set, 'columns'), memberOf(set, 'rows')]
  if (columns?.kind !== 'list' || rows?.kind !== 'list') return null
  return {
    columns: columns.items.map((title) => cell(title).toUpperCase()),
    rows: rows.items.map((row) => (row.kind === 'list' ? row.items.map(cell) : [cell(row)])),
  }
}

/** The latest sample of a statistic: a list of `[ VALUE, "TIME" ]`, the newest first. */
function sampleOf(value: JsonNode): readonly JsonNode[] | null {
  const first = value.kind === 'list' ? value.items[0] : undefined
  if (first?.kind !== 'list' || first.items.length !== 2) return null
  return first.items[1]?.kind === 'string' && first.items.every(isScalar) ? first.items : null
}

function statistics(members: readonly Member[], width: number): string[] {
  const rows = members.map(({ key, value }) => {
    const [latest, time] = sampleOf(value) ?? []
    const more = value.kind === 'list' ? value.items.length - 1 : 0
    return [visible(key), cell(latest), cell(time).replace(/\.\d+$/, ''), more === 0 ? '' : `${more} older`]
  })
  const columns = [{ title: 'STATISTIC' }, { title: 'VALUE', right: true }, { title: 'SINCE' }]
  return table(rows.some(([, , , more]) => more !== '') ? [...columns, { title: '' }] : columns, rows, width)
}
