// Prints events as JSON lines with pino: one object a line, with the fields of the message under their own names.

import { pino } from 'pino'
import { escapeJson, shorten } from './escape.ts'
import type { LineFormatter } from './event.ts'

/** The members of a line besides the fields of the message. A field with one of these names is left out. */
const reserved: ReadonlySet<string> = new Set(['severity', 'time', 'pid', 'logger', 'id', 'text'])

/** Pino's names for Kea's severities. */
const levels = { DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error', FATAL: 'fatal' } as const

export function createJsonFormatter(): LineFormatter {
  let line = ''
  let time = 0
  const logger = pino(
    {
      level: 'debug',
      base: { pid: process.pid },
      messageKey: 'text',
      timestamp: () => `,"time":"${new Date(time).toISOString()}"`,
      formatters: { level: (level) => ({ severity: level.toUpperCase() }) },
    },
    { write: (written) => (line = written) },
  )
  return (event) => {
    const fields: Record<string, unknown> = { logger: event.logger, id: event.id }
    for (const [name, value] of Object.entries(event.fields)) {
      if (!reserved.has(name)) fields[name] = typeof value === 'string' ? shorten(value) : value
    }
    time = event.time
    logger[levels[event.severity]](fields, event.text)
    return escapeJson(line)
  }
}
