// The text of one value, for a cell or a line.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode, MapNode } from '../../json/text/node.ts'
import { nodeToPrintable, printCompact } from '../../json/text/print.ts'
import { visible } from './text.ts'
import { durationText, timeText, wholeNumber } from './time.ts'

/** Names of members that are times, in seconds since 1970. */
const times: ReadonlySet<string> = new Set(['cltt', 'expire', 'timestamp'])

/** Names of members that are durations, in seconds. */
const durations = /^(?:uptime|reload|age|valid-lft|preferred-lft|(?:min-|max-)?(?:valid|preferred)-lifetime|(?:renew|rebind)-timer)$/

/** Numbers keep every digit that came. */
export function cell(value: JsonNode | undefined): string {
  switch (value?.kind) {
    case undefined:
      return ''
    case 'string':
      return visible(value.value)
    case 'integer':
    case 'float':
      return value.text
    case 'boolean':
      return String(value.value)
    case 'null':
      return 'null'
    case 'map':
    case 'list':
      return visible(printCompact(nodeToPrintable(value)))
  }
}

/** The same, with the time or duration in words if the name tells that the value is one. */
export function explained(name: string, value: JsonNode): string {
  const number = value.kind === 'integer' ? wholeNumber(value.text) : null
  if (number === null) return cell(value)
  if (times.has(name)) return `${timeText(number)} (${number})`
  if (durations.test(name) && (number >= 60n)) return `${number} (${durationText(number)})`
  return cell(value)
}

/** The value of a member that is a whole number; null if it is none. */
export function numberIn(map: MapNode, name: string): bigint | null {
  const value = memberOf(map, name)
  return value?.kind === 'integer' ? wholeNumber(value.text) : null
}

export function isScalar(value: JsonNode): boolean {
  return value.kind !== 'map' && value.kind !== 'list'
}
