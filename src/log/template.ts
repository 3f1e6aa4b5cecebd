// Compiles the text of a message to a function that fills in its fields.

import { escapeForLog } from './escape.ts'
import type { MessageFields } from './message.ts'

/**
 * A place `{field}` whose field is not given stays as written. An address that a proxy named is followed by that proxy,
 * which is the field `proxy`.
 * @param longest length of one value in UTF-16 units, beyond which it is cut
 */
export function compileText(text: string, longest?: number): (fields: MessageFields) => string {
  // Every second part, from the second one on, is the name of a field.
  const parts = text.split(/\{([a-z-]+)\}/)
  return (fields) => {
    let line = parts[0] ?? ''
    for (let i = 1; i < parts.length; i += 2) {
      const name = parts[i] ?? ''
      const value = fields[name]
      line += value === undefined ? `{${name}}` : typeof value === 'number' ? String(value) : escapeForLog(value, longest)
      if (name === 'remote-address' && fields['proxy'] !== undefined) line += ` through ${escapeForLog(String(fields['proxy']))}`
      line += parts[i + 1] ?? ''
    }
    return line
  }
}
