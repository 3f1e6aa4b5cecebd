// Priorities of syslog (RFC 3164 section 4.1.1) for Kea's severities and the names of facilities.

import type { LineForm, LogSource } from '../event.ts'

const facilities: ReadonlyMap<string, number> = new Map([
  ['kern', 0], ['user', 1], ['mail', 2], ['daemon', 3], ['auth', 4], ['syslog', 5], ['lpr', 6], ['news', 7],
  ['uucp', 8], ['cron', 9], ['authpriv', 10], ['ftp', 11], ['local0', 16], ['local1', 17], ['local2', 18],
  ['local3', 19], ['local4', 20], ['local5', 21], ['local6', 22], ['local7', 23],
])

/** LOCAL0, which Kea has for plain `syslog`. */
const defaultFacility = 16

/** The levels of syslog that log4cplus gives to severities. */
const levels: Readonly<Record<LogSource['severity'], number>> = { DEBUG: 7, INFO: 6, WARN: 4, ERROR: 3, FATAL: 2 }

/** Names that `syslog:NAME` may have, in any case. */
export function facilityNames(): readonly string[] {
  return [...facilities.keys()]
}

/** @param output `syslog` or `syslog:NAME` */
export function isFacility(output: string): boolean {
  return output === 'syslog' || facilities.has(nameOf(output))
}

function nameOf(output: string): string {
  return output.slice('syslog:'.length).toLowerCase()
}

/** @param output `syslog` or `syslog:NAME`; LOCAL0 is used for an unknown name */
export function syslogForm(output: string, form: LineForm): LineForm {
  const facility = facilities.get(nameOf(output)) ?? defaultFacility
  return (source) => {
    const priority = `<${facility * 8 + levels[source.severity]}>`
    const format = form(source)
    // A line end inside a line would begin another message, without a priority.
    return (event) => `${priority}${format(event).trimEnd().replaceAll('\n', ' ')}\n`
  }
}

/** The line as it would look on a console. */
export function withoutPriority(line: string): string {
  return line.replace(/^<\d+>/, '')
}
