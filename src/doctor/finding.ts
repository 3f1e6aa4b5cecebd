// What the doctor finds: one line for each thing that it has examined.

import { escapeForLog, escapeJson } from '../log/escape.ts'
import type { Color, Paint } from '../process/terminal-color.ts'

export type Level = 'ok' | 'warning' | 'error'

export interface Finding {
  readonly level: Level
  /** The keyword, file, port or program that was looked at. */
  readonly what: string
  /** One sentence. */
  readonly text: string
  /** What to do about it; null: nothing. */
  readonly remedy: string | null
}

export function ok(what: string, text: string): Finding {
  return { level: 'ok', what, text, remedy: null }
}

export function problem(level: 'warning' | 'error', what: string, text: string, remedy: string | null = null): Finding {
  return { level, what, text, remedy }
}

/** A warning that comes as `SENTENCE; REMEDY`. */
export function warning(what: string, sentence: string): Finding {
  const [text = '', ...remedy] = sentence.split('; ')
  return problem('warning', what, text, remedy.length === 0 ? null : remedy.join('; '))
}

interface ReportOptions {
  /** Whether to print one JSON document instead of lines. */
  readonly json: boolean
  /** Whether to leave out findings of the level `ok`. */
  readonly quiet: boolean
  readonly paint: Paint
}

const colors: Readonly<Record<Level, Color>> = { ok: 'green', warning: 'yellow', error: 'red' }

/** One line for each finding, then the number of each level. Empty if `quiet` leaves out all findings. */
export function report(findings: readonly Finding[], { json, quiet, paint }: ReportOptions): string {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length
  const counts = { errors: count('error'), warnings: count('warning'), ok: count('ok') }
  const told = quiet ? findings.filter(({ level }) => level !== 'ok') : findings
  if (json) return `${escapeJson(JSON.stringify({ findings: told, ...counts }, null, 2))}\n`
  if (quiet && told.length === 0) return ''
  const lines = told.map(({ level, what, text, remedy }) => {
    const sentence = escapeForLog(`${what}: ${text}${remedy === null ? '' : `; ${remedy}`}`)
    return `${paint(colors[level], level)}${' '.repeat(9 - level.length)}${sentence}\n`
  })
  return `${lines.join('')}${counted(counts.errors, 'error')}, ${counted(counts.warnings, 'warning')}, ${counts.ok} ok\n`
}

/** Such as `1 error`, `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** 1 if a finding is an error, else 0. */
export function exitCode(findings: readonly Finding[]): number {
  return findings.some(({ level }) => level === 'error') ? 1 : 0
}
