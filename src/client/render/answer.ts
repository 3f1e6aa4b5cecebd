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

/** A line with the part at its begin that has a colour. */
interface Line {
  readonly colored: string
  readonly color: Color
  readonly text: string
}

/** Columns between blocks that stand side by side. */
const gap = 3

/** @param root a map, or a list of one for each service */
export function answerLines(root: JsonNode, options: RenderOptions): string[] {
  const answers = root.kind === 'list' ? root.items : [root]
  const nameOf = (i: number): string | null => (answers.length > 1 ? (options.services[i] ?? `answer ${i + 1}`) : null)
  const painted = answers.map((answer, i) => {
    return block(answer, nameOf(i), options).map((line) => toPainted(line, options.paint))
  })
  // Not spread into a call: there may be more of them than a call takes.
  const widths = painted.map((lines) => lines.reduce((most, { width }) => Math.max(most, width), 0))
  const together = widths.reduce((sum, each) => sum + each + gap, -gap)
  if (painted.length > 1 && together <= options.width) return sideBySide(painted, widths)
  return painted.flatMap((lines, i) => [...(i === 0 ? [] : ['']), ...lines.map(({ line }) => line)])
}

function sideBySide(blocks: readonly (readonly Painted[])[], widths: readonly number[]): string[] {
  const height = Math.max(...blocks.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) => {
    const cells = blocks.map((lines, i) => {
      const { line, width } = lines[row] ?? { line: '', width: 0 }
      return line + ' '.repeat((widths[i] ?? 0) - width)
    })
    return cells.join(' '.repeat(gap)).trimEnd()
  })
}

interface Painted {
  readonly line: string
  /** Without colours. */
  readonly width: number
}

function toPainted({ colored, color, text }: Line, paint: Paint): Painted {
  return { line: `${colored === '' ? '' : paint(color, colored)}${text}`, width: widthOf(colored + text) }
}

const plainLine = (text: string): Line => ({ colored: '', color: 'green', text })

/** Kea's result codes (kea/src/lib/cc/command_interpreter.h). */
const meanings: Readonly<Record<string, readonly [string, Color]>> = {
  0: ['success', 'green'],
  1: ['error', 'red'],
  2: ['unsupported', 'red'],
  3: ['empty', 'yellow'],
  4: ['conflict', 'red'],
}

/** @param service its name where there are several */
function block(answer: JsonNode, service: string | null, { width, itemsOf, hint }: RenderOptions): Line[] {
  if (answer.kind !== 'map') return [plainLine(cell(answer))]
  const [result, text, given] = ['result', 'text', 'arguments'].map((name) => memberOf(answer, name))
  const code = cell(result)
  const [meaning, color] = meanings[code] ?? ['', 'red']
  const said = text?.kind === 'string' ? text.value.split('\n').flatMap((line) => wrap(visible(line), width)) : []
  const added = code === '2' && hint !== '' ? [hint] : []
  const lines = [
    ...(service === null ? [] : [plainLine(visible(service))]),
    { colored: `result ${code === '' ? '(none)' : code}${meaning === '' ? '' : `, ${meaning}`}`, color, text: '' },
    ...[...said, ...added].map(plainLine),
  ]
  if (given === undefined) return lines
  for (const line of argumentLines(given, width, itemsOf)) lines.push(plainLine(line))
  return lines
}
