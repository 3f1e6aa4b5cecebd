// Tables that fit the width of a terminal.

import { cut, pad, widthOf } from './text.ts'

export interface Column {
  readonly title: string
  /** Whether cells are aligned to the right, as numbers are. */
  readonly right?: boolean
  /** Whether the column is of no use when it is cut, such as an address. */
  readonly rigid?: boolean
  /** Whether the column is left out first if the width is too small for all columns. */
  readonly minor?: boolean
}

const gap = 2

/** A column is not made narrower than this, unless its content is. */
const narrowest = 8

/** Any number of rows. Each is kept as one text: a text for each cell would take a multiple of the memory. */
export class Rows {
  readonly #columns: readonly Column[]
  readonly #rows: string[] = []
  readonly #natural: number[]

  constructor(columns: readonly Column[]) {
    this.#columns = columns
    this.#natural = columns.map(() => 0)
  }

  /** @param cells visible texts, one for each column */
  add(cells: readonly string[]): void {
    for (let i = 0; i < this.#natural.length; i++) {
      const width = widthOf(cells[i] ?? '')
      if (width > (this.#natural[i] ?? 0)) this.#natural[i] = width
    }
    this.#rows.push(cells.join(separator))
  }

  /**
   * Columns without any content are left out. If the others do not fit, minor columns are left out, the last one first;
   * then the widest columns are cut; then the last columns are left out. A line names what was left out for the width.
   * @param width columns of the terminal
   * @returns lines that are made one by one
   */
  lines(width: number): Iterable<string> {
    const used = this.#columns.map((_, i) => i).filter((i) => this.#rows.length === 0 || (this.#natural[i] ?? 0) > 0)
    return layOut(this.#columns, used, this.#natural, this.#rows, width)
  }
}

/** No visible text contains this character. */
const separator = '\t'

/** @param rows visible texts, one for each column */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const all = new Rows(columns)
  for (const row of rows) all.add(row)
  return [...all.lines(width)]
}

function* layOut(
  columns: readonly Column[],
  used: readonly number[],
  content: readonly number[],
  rows: readonly string[],
  width: number,
): Iterable<string> {
  const natural = columns.map(({ title }, i) => Math.max(widthOf(title), content[i] ?? 0))
  const { kept, widths } = fitted(columns, used, natural, width)
  const line = (cells: readonly string[]): string => {
    let text = ''
    for (const [i, column] of kept.entries()) {
      const columnWidth = widths[i] ?? 0
      const cell = cut(cells[column] ?? '', columnWidth)
      text += (i === 0 ? '' : ' '.repeat(gap)) + pad(cell, columnWidth, columns[column]?.right)
    }
    return text.trimEnd()
  }
  const left = columns.filter((_, i) => used.includes(i) && !kept.includes(i)).map(({ title }) => title)
  yield line(columns.map(({ title }) => title))
  for (const row of rows) yield line(row.split(separator))
  if (left.length > 0) yield cut(`(too narrow for ${left.join(', ')})`, width)
}

interface Fitted {
  /** Indexes of the columns that are shown. */
  readonly kept: readonly number[]
  readonly widths: readonly number[]
}

/** As many columns as fit, at least one, with their widths. */
function fitted(
  columns: readonly Column[],
  used: readonly number[],
  natural: readonly number[],
  width: number,
): Fitted {
  const kept = [...used]
  const total = (of: (i: number) => number): number => sum(kept.map(of)) + gap * (kept.length - 1)
  const least = (i: number): number => Math.min(natural[i] ?? 0, columns[i]?.rigid === true ? Infinity : narrowest)
  for (let minor = columns.length - 1; minor > 0 && total((i) => natural[i] ?? 0) > width; minor--) {
    if (columns[minor]?.minor === true && kept.includes(minor)) kept.splice(kept.indexOf(minor), 1)
  }
  while (kept.length > 1 && total(least) > width) kept.pop()
  const widths = kept.map((i) => natural[i] ?? 0)
  const floors = kept.map(least)
  for (let over = sum(widths) + gap * (kept.length - 1) - width; over > 0;) {
    const [at, second] = widest(widths, floors)
    const most = (widths[at] ?? 0) - Math.max(second, floors[at] ?? 0)
    // A single column that is rigid is cut all the same.
    const less = kept.length === 1 ? over : Math.max(1, Math.min(over, most))
    widths[at] = (widths[at] ?? 0) - less
    over -= less
  }
  return { kept, widths }
}

/** The index of the largest width that is above its floor, and the second largest of these widths. */
function widest(widths: readonly number[], floors: readonly number[]): [number, number] {
  let [at, most, second] = [0, -1, -1]
  for (const [i, each] of widths.entries()) {
    if (each <= (floors[i] ?? 0)) continue
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
