// Shows a list of maps as a table: with the columns for its kind, or with a column for each member of its items.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode, MapNode } from '../../json/text/node.ts'
import { cell } from './cell.ts'
import { kinds } from './kinds.ts'
import type { KindColumn } from './kinds.ts'
import { Rows } from './table.ts'
import { visible } from './text.ts'

/** Any number of items. They can be parsed one by one. */
export type Items = Iterable<JsonNode>

/** The most columns of a list of an unknown kind. */
const maxColumns = 12

/** How many items are looked at for the columns of a list of an unknown kind. */
const sample = 200

/** @param name of the list; its items are maps */
export function itemTable(name: string, items: Items, width: number): Iterable<string> {
  const columns = kinds.get(name) ?? ownColumns(items)
  const rows = new Rows(columns)
  for (const item of items) if (item.kind === 'map') rows.add(columns.map(({ text }) => text(item)))
  return rows.lines(width)
}

function ownColumns(items: Items): readonly KindColumn[] {
  const names = new Set<string>()
  let seen = 0
  for (const item of items) {
    if (seen++ === sample) break
    if (item.kind === 'map') for (const { key } of item.members) if (names.size < maxColumns) names.add(key)
  }
  return [...names].map((name) => {
    return { title: visible(name).toUpperCase(), text: (item: MapNode) => cell(memberOf(item, name)) }
  })
}
