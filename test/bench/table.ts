// Results as a table: for a terminal, and for the page of the documentation.

import type { Judged } from './results.ts'
import type { Line } from './work.ts'

const heading = ['work', 'kea-ctrl-agent', 'forwarder', 'keagate', 'compared with kea-ctrl-agent', 'compared with the forwarder', 'target']

/** One row of cells for each line. */
export function rows(judged: readonly Judged[]): readonly (readonly string[])[] {
  return judged.map(({ line, medians, agentRatio, floorRatio, verdict }) => [
    line.title,
    ...[medians.agent, medians.floor, medians.keagate].map((value) => figure(value, line)),
    ratio(agentRatio, line.agentRatio, line),
    ratio(floorRatio, line.floorRatio, line),
    `${verdict === 'none' ? '' : verdict}${line.limit === undefined ? '' : ` (at most ${line.limit} ${line.unit})`}`,
  ])
}

/** With columns that line up. */
export function plainTable(judged: readonly Judged[]): string {
  const all = [heading, ...rows(judged)]
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd())
    .join('\n')
}

export function markdownTable(judged: readonly Judged[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heading), line(heading.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows(judged).map(line)].join('\n')
}

function figure(value: number | string, { unit }: Line): string {
  if (typeof value === 'string') return value
  if (unit === '/s') return `${value < 100 ? value.toFixed(1) : grouped(Math.round(value))} /s`
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ${unit}`
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}

/** With its target behind it. */
function ratio(value: number | null, demanded: number | null, { unit }: Line): string {
  const measured = value === null ? '' : `${value < 10 ? value.toFixed(2) : value.toFixed(0)} x`
  if (demanded === null) return measured
  return `${measured === '' ? '-' : measured} (${unit === '/s' ? '≥' : '≤'} ${demanded})`
}
