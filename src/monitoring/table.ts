// A table of the status page, which style.ts makes a list of cards on a narrow screen.

import { grouped } from './format.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

export type Cell = string | number | Html

export interface TableText {
  /** What is said where there are no rows. */
  readonly empty: string
  /** What is added where not all rows are shown. @param hidden how many are not */
  readonly more?: (hidden: number) => string
}

/** How many rows of a table are shown; a page with thousands of rows is of no use. */
export const maxRows = 100

/**
 * Columns of numbers, which stand at the right, and of texts that stay on one line; the others have text of any length.
 */
const columns: Readonly<Record<string, 'number' | 'short'>> = {
  'in flight': 'number', waiting: 'number', answered: 'number', failed: 'number', 'days left': 'number', number: 'number',
  ends: 'short', keyword: 'short',
}

export function table(heads: readonly string[], rows: readonly (readonly Cell[])[], { empty, more }: TableText): Html {
  if (rows.length === 0) return html`<p class="none">${empty}</p>`
  const hidden = rows.length - maxRows
  const kind = (head: string): string => columns[head] ?? 'text'
  return html`<table><thead><tr>${heads.map((head) => html`<th class="${kind(head)}">${head}</th>`)}</tr></thead>
<tbody>${rows.slice(0, maxRows).map((cells) => {
    return html`<tr>${cells.map((cell, index) => {
      const head = heads[index] ?? ''
      const shown = typeof cell === 'number' ? grouped(cell) : cell
      return html`<td class="${kind(head)}" data-label="${head}">${shown}</td>`
    })}</tr>
`
  })}</tbody></table>${hidden > 0 ? html`<p class="none">and ${hidden} more${more?.(hidden) ?? ''}</p>` : ''}`
}
