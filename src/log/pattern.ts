// Compiles output patterns, as operators know them from Kea (log4cplus conversions), to line formatters.

import { compileDate } from './date.ts'
import type { LineForm, LogEvent, LogSource } from './event.ts'

/** Kea's pattern for consoles and files: local time with milliseconds, severity, logger, pid and thread. */
export const defaultPattern = '%D{%Y-%m-%d %H:%M:%S.%q} %-5p [%c/%i.%t] %m\n'

/** Kea's pattern for syslog, which adds time and process itself. */
export const syslogPattern = '%-5p [%c.%t] %m\n'

/** Characters. A mistyped width must not fill the memory with blanks. */
const maxWidth = 1000

/** A part of a line: a text where it is the same for all events of one message, else a function. */
type Part = string | ((event: LogEvent) => string)

/** Makes the part of the lines of one message that a conversion stands for. */
type Conversion = (source: LogSource) => Part

const conversionSyntax = /%(-?)(\d*)(?:\.(-?)(\d+))?(%|[Ddc](?:\{([^}]*)\})?|X\{[^}]*\}|[a-zA-Z])/g

/**
 * Compiles a pattern: `%D{...}` (local time), `%d{...}` (UTC), `%p %c %c{n} %m %n %%`, `%i` (process), `%t`
 * (thread, always 0), `%T` (the system's number of the thread, that of the process), `%h` and `%H` (host), `%r`
 * (milliseconds since the start). Conversions for a place in Kea's source, `%F %L %M %l %b`, and for contexts,
 * `%x %X{...}`, print nothing. Each conversion takes a minimum width of at most 1000 and a maximum width: `.5` keeps
 * the end of the text, `.-5` its beginning. Unknown conversions are printed as written, so that typing mistakes are
 * seen.
 */
export function compilePattern(pattern: string, hostname: string): LineForm {
  const conversions: Conversion[] = []
  const literal = (text: string): void => void conversions.push(() => text)
  let last = 0
  for (const match of pattern.matchAll(conversionSyntax)) {
    const [whole, dash, width, keepStart, cut, letter, option] = match
    const conversion = conversionOf(letter ?? '', option, hostname)
    if (conversion === null) continue
    if (match.index > last) literal(pattern.slice(last, match.index))
    last = match.index + whole.length
    const least = Math.min(Number(width ?? 0), maxWidth)
    const most = cut === undefined ? null : Number(cut)
    conversions.push(sized(conversion, { left: dash === '-', least, most, keepStart: keepStart === '-' }))
  }
  if (last < pattern.length) literal(pattern.slice(last))
  return (source) => {
    const parts = joined(conversions.map((conversion) => conversion(source)))
    return (event) => {
      let line = ''
      for (const part of parts) line += typeof part === 'string' ? part : part(event)
      return line
    }
  }
}

/** Joins neighboring texts to one. */
function joined(parts: readonly Part[]): Part[] {
  const fewer: Part[] = []
  for (const part of parts) {
    const before = fewer.at(-1)
    if (typeof part === 'string' && typeof before === 'string') fewer[fewer.length - 1] = before + part
    else fewer.push(part)
  }
  return fewer
}

function conversionOf(letter: string, option: string | undefined, hostname: string): Conversion | null {
  switch (letter.charAt(0)) {
    case 'D':
      return dateConversion(option, false)
    case 'd':
      return dateConversion(option, true)
    case 'p':
      return ({ severity }) => severity
    case 'c':
      return loggerConversion(Number(option ?? 0))
    case 'T': // the system's number of the thread; the first thread has the number of its process
    case 'i': {
      const pid = String(process.pid)
      return () => pid
    }
    case 't':
      return () => '0' // one thread runs everything here
    case 'm':
      return ({ id }) => {
        const begin = `${id} `
        return (event) => begin + event.text
      }
    case 'n':
      return () => '\n'
    case 'h':
    case 'H':
      return () => hostname
    case 'r':
      return () => (event) => String(Math.max(Math.round(event.time - performance.timeOrigin), 0))
    case 'F':
    case 'L':
    case 'M':
    case 'l':
    case 'b':
    case 'x':
    case 'X':
      return () => ''
    case '%':
      return () => '%'
    default:
      return null
  }
}

function dateConversion(format: string | undefined, utc: boolean): Conversion {
  const print = compileDate(format ?? '%Y-%m-%d %H:%M:%S', utc)
  // One function for all messages, so that the date that it printed last serves them all.
  const part = (event: LogEvent): string => print(event.time)
  return () => part
}

/** `%c{2}` prints the last two parts of the name. */
function loggerConversion(parts: number): Conversion {
  if (!(parts > 0)) return ({ logger }) => logger
  return ({ logger }) => logger.split('.').slice(-parts).join('.')
}

interface Size {
  readonly left: boolean
  readonly least: number
  readonly most: number | null
  readonly keepStart: boolean
}

/** Applies the widths of a conversion. A text that is too long is cut and, as in log4cplus, not padded. */
function sized(conversion: Conversion, { left, least, most, keepStart }: Size): Conversion {
  if (least === 0 && most === null) return conversion
  const fit = (text: string): string => {
    if (most !== null && text.length > most) {
      return keepStart ? text.slice(0, most) : text.slice(text.length - most)
    }
    return left ? text.padEnd(least) : text.padStart(least)
  }
  return (source) => {
    const part = conversion(source)
    return typeof part === 'string' ? fit(part) : (event) => fit(part(event))
  }
}
