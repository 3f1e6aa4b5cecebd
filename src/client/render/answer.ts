// The answers of one command as lines: for each service its result and text first, then the arguments.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode } from '../../json/text/node.ts'
import type { Color, Paint } from '../../process/terminal-color.ts'
import { argumentLines } from './arguments.ts'
import type { ItemsOf } from './arguments.ts'
import { cell } from './cell.ts'
import { visible, widthOf, wrap } from './text.ts'

export interface RenderOptions {
  /** The services asked, in the order of the answers. */
  readonly services: readonly string[]
  /** Columns of the terminal. */
  readonly width: number
  readonly paint: Paint
  readonly itemsOf: ItemsOf
  /** What to add where the command is unknown; empty: nothing. */
  readonly hint: string
}

/** Columns between blocks that stand side by side. */
const gap = 3

/** Makes the lines one by one. @param root a map, or a list with one map for each service */
export function answerLines(root: JsonNode, options: RenderOptions): Iterable<string> {
  const answers = root.kind === 'list' ? root.items : [root]
  const nameOf = (i: number): string | null => (answers.length > 1 ? (options.services[i] ?? `answer ${i + 1}`) : null)
  const blocks = answers.map((answer, i) => block(answer, nameOf(i), options))
  if (blocks.length < 2) return oneBelowTheOther(blocks)
  const whole = blocks.map(({ head, body }) => ({ head, body: [...body] }))
  return sideBySide(whole, options.width) ?? oneBelowTheOther(whole)
}

function* oneBelowTheOther(blocks: readonly Block[]): Iterable<string> {
  for (const [i, { head, body }] of blocks.entries()) {
    if (i > 0) yield ''
    for (const { line } of head) yield line
    yield* body
  }
}

/** What one service answered. */
interface Block {
  readonly head: readonly HeadLine[]
  /** Lines of the arguments; there may be very many. */
  readonly body: Iterable<string>
}

interface WholeBlock extends Block {
  readonly body: readonly string[]
}

interface HeadLine {
  readonly line: string
  /** Columns that the line takes; color codes do not count. */
  readonly width: number
}

/** Null where the width is too small. */
function sideBySide(blocks: readonly WholeBlock[], width: number): string[] | null {
  const columns = blocks.map(({ head, body }) => {
    const lines = [...head, ...body.map((line) => ({ line, width: widthOf(line) }))]
    return { lines, width: lines.reduce((most, each) => Math.max(most, each.width), 0) }
  })
  if (columns.reduce((sum, each) => sum + each.width + gap, -gap) > width) return null
  const height = columns.reduce((most, { lines }) => Math.max(most, lines.length), 0)
  return Array.from({ length: height }, (_, row) => {
    const cells = columns.map((column) => {
      const { line, width: used } = column.lines[row] ?? { line: '', width: 0 }
      return line + ' '.repeat(column.width - used)
    })
    return cells.join(' '.repeat(gap)).trimEnd()
  })
}

/** Kea's result codes (kea/src/lib/cc/command_interpreter.h); 5 is an agent's, for a correct configuration. */
const meanings: Readonly<Record<string, readonly [string, Color]>> = {
  0: ['success', 'green'],
  1: ['error', 'red'],
  2: ['unsupported', 'red'],
  3: ['empty', 'yellow'],
  4: ['conflict', 'red'],
  5: ['not put in force', 'red'],
}

/** @param service a name to show above the answer; null: none */
function block(answer: JsonNode, service: string | null, { width, paint, itemsOf, hint }: RenderOptions): Block {
  if (answer.kind !== 'map') return { head: [], body: [cell(answer)] }
  const [result, text, given] = ['result', 'text', 'arguments'].map((name) => memberOf(answer, name))
  const code = cell(result)
  const [meaning, color] = (Object.hasOwn(meanings, code) ? meanings[code] : undefined) ?? ['', 'red']
  const shown = `result ${code === '' ? '(none)' : code}${meaning === '' ? '' : `, ${meaning}`}`
  const said = text?.kind === 'string' ? text.value.split('\n').flatMap((line) => wrap(visible(line), width)) : []
  const added = code === '2' && hint !== '' ? [hint] : []
  return {
    head: [
      ...(service === null ? [] : [plainHead(visible(service))]),
      { line: paint(color, shown), width: widthOf(shown) },
      ...[...said, ...added].map(plainHead),
    ],
    body: given === undefined ? [] : argumentLines(given, width, itemsOf),
  }
}

function plainHead(line: string): HeadLine {
  return { line, width: widthOf(line) }
}
