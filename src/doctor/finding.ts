// What the doctor says: one line for each thing that it has looked at.

import { escapeForLog, escapeJson } from '../log/escape.ts'

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

/** One line each, then how many of each level there are; `json`: one document of all. */
export function report(findings: readonly Finding[], json: boolean): string {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length
  const counts = { errors: count('error'), warnings: count('warning'), ok: count('ok') }
  if (json) return `${escapeJson(JSON.stringify({ findings, ...counts }, null, 2))}\n`
  const lines = findings.map(({ level, what, text, remedy }) => {
    return `${level.padEnd(7)}  ${escapeForLog(`${what}: ${text}${remedy === null ? '' : `; ${remedy}`}`)}\n`
  })
  return `${lines.join('')}${counts.errors} errors, ${counts.warnings} warnings, ${counts.ok} ok\n`
}

/** 0: there is no error. */
export function exitCode(findings: readonly Finding[]): number {
  return findings.some(({ level }) => level === 'error') ? 1 : 0
}
