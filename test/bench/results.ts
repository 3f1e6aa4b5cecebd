// What was measured: kept as JSON, piece by piece, and judged.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Contestant } from './contestants.ts'
import type { Sample } from './measure.ts'
import type { Line } from './work.ts'

export interface LineResult {
  /** When its first round began, ISO 8601. */
  readonly time: string
  readonly samples: Readonly<Record<Contestant, readonly Sample[]>>
}

export interface Results {
  /** What it ran on, and the versions of what ran, as sentences. */
  readonly machine: Readonly<Record<string, string>>
  readonly lines: Readonly<Record<string, LineResult>>
}

/** @returns null when the file is not there */
export function readResults(file: string): Results | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : null
}

/** A line that was measured again replaces what was known of it. */
export function merge(before: Results | null, now: Results): Results {
  return { machine: now.machine, lines: { ...before?.lines, ...now.lines } }
}

export function writeResults(file: string, results: Results): void {
  writeFileSync(file, formatResults(results))
}

/** JSON with the samples of one contestant a line, in figures no finer than they were measured. */
export function formatResults({ machine, lines }: Results): string {
  const rounded = (_key: string, value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
  const json = (value: unknown): string => JSON.stringify(value, rounded)
  const entries = Object.entries(lines).map(([id, { time, samples }]) => {
    const each = Object.entries(samples).map(([who, list]) => `      ${json(who)}: ${json(list)}`)
    return `    ${json(id)}: { "time": ${json(time)}, "samples": {\n${each.join(',\n')}\n    } }`
  })
  return `{\n  "machine": ${json(machine)},\n  "lines": {\n${entries.join(',\n')}\n  }\n}\n`
}

/** The middle of the samples that are figures; one that is not makes the line void and is returned. */
export function median(samples: readonly Sample[]): number | string {
  const values: number[] = []
  for (const { value } of samples) {
    if (typeof value === 'string') return value
    values.push(value)
  }
  if (values.length === 0) return 'not measured'
  values.sort((a, b) => a - b)
  const middle = values.length >> 1
  const [high = 0, low = 0] = [values[middle], values[middle - 1]]
  return values.length % 2 === 1 ? high : (high + low) / 2
}

export interface Judged {
  readonly line: Line
  readonly medians: Readonly<Record<Contestant, number | string>>
  /** keagate divided by the other; null where one of them has no figure. */
  readonly agentRatio: number | null
  readonly floorRatio: number | null
  /** void: an error, or a figure that is not there; none: nothing is demanded. */
  readonly verdict: 'met' | 'not met' | 'void' | 'none'
}

export function judge(line: Line, { samples }: LineResult): Judged {
  const medians = { agent: median(samples.agent), floor: median(samples.floor), keagate: median(samples.keagate) }
  const agentRatio = divide(medians.keagate, medians.agent)
  const floorRatio = divide(medians.keagate, medians.floor)
  return { line, medians, agentRatio, floorRatio, verdict: verdict(line, medians, agentRatio, floorRatio) }
}

function divide(one: number | string, other: number | string): number | null {
  return typeof one === 'number' && typeof other === 'number' ? one / other : null
}

function verdict(
  line: Line,
  { agent, keagate, floor }: Judged['medians'],
  agentRatio: number | null,
  floorRatio: number | null,
): Judged['verdict'] {
  if (typeof keagate === 'string' || typeof floor === 'string') return 'void'
  if (line.agentRatio === null && line.floorRatio === null && line.limit === undefined) return 'none'
  if (line.limit !== undefined && keagate > line.limit) return 'not met'
  if (line.floorRatio !== null && (floorRatio === null || !reaches(line, floorRatio, line.floorRatio))) return 'not met'
  if (line.agentRatio === null || agent === 'stalled') return 'met'
  if (agentRatio === null) return 'void'
  return reaches(line, agentRatio, line.agentRatio) ? 'met' : 'not met'
}

function reaches(line: Line, ratio: number, demanded: number): boolean {
  return line.unit === '/s' ? ratio >= demanded : ratio <= demanded
}
