// Tables that fit the width of a terminal.

import { cut, pad, widthOf } from './text.ts'

export interface Column {
  readonly title: string
  /** Numbers stand at the right end. */
  readonly right?: boolean
}

const gap = 2

/** A column is not made narrower than this, or than its content. */
const narrowest = 8

/**
 * The widest columns are cut first; where that is not enough, the last ones are left out, and a line says which.
 * @param rows visible texts, one for each column
 * @param width columns of the terminal
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const natural = columns.map(({ title }) => widthOf(title))
  for (const row of rows) {
    for (let i = 0; i < natural.length; i++) natural[i] = Math.max(natural[i] ?? 0, widthOf(row[i] ?? ''))
  }
  const widths = fitted(natural, width)
  const line = (cells: readonly string[]): string => {
    let text = ''
    for (const [i, columnWidth] of widths.entries()) {
      const cell = cut(cells[i] ?? '', columnWidth)
      const last = i === widths.length - 1
      text += (i === 0 ? '' : ' '.repeat(gap)) + (last && columns[i]?.right !== true ? cell : pad(cell, columnWidth, columns[i]?.right))
    }
    return text
  }
  const left = columns.slice(widths.length).map(({ title }) => title)
  return [
    line(columns.map(({ title }) => title)),
    ...rows.map(line),
    ...(left.length === 0 ? [] : [cut(`(too narrow for: ${left.join(', ')})`, width)]),
  ]
}

/** As many columns as fit, at least one, with their widths. */
function fitted(natural: readonly number[], width: number): number[] {
  for (let count = natural.length; count > 1; count--) {
    const widths = natural.slice(0, count)
    const least = widths.map((each) => Math.min(each, narrowest))
    let over = sum(widths) + gap * (count - 1) - width
    if (sum(least) + gap * (count - 1) > width) continue
    while (over > 0) {
      const [at, second] = widest(widths)
      const less = Math.max(1, Math.min(over, (widths[at] ?? 0) - Math.max(second, narrowest)))
      widths[at] = (widths[at] ?? 0) - less
      over -= less
    }
    return widths
  }
  return natural.slice(0, 1).map((each) => Math.min(each, width))
}

/** The place of the largest number, and the one that comes next in size. */
function widest(widths: readonly number[]): [number, number] {
  let [at, most, second] = [0, -1, -1]
  for (const [i, each] of widths.entries()) {
    if (each > most) [at, second, most] = [i, most, each]
    else if (each > second) second = each
  }
  return [at, second]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** Short texts in as many columns as fit, in order from top to bottom. */
export function listing(texts: readonly string[], width: number): string[] {
  const most = Math.max(1, ...texts.map(widthOf))
  const across = Math.max(1, Math.floor((width + gap) / (most + gap)))
  const down = Math.ceil(texts.length / across)
  return Array.from({ length: down }, (_, row) => {
    const cells = texts.filter((_text, i) => i % down === row)
    return cells.map((text, i) => (i === cells.length - 1 ? cut(text, width) : pad(text, most + gap))).join('')
  })
}
