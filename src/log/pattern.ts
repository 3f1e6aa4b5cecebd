// Output patterns as operators know them from Kea (log4cplus conversions), compiled once to a line formatter.

/** One event, ready to be put into a line. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly severity: string
  /** The full logger name, such as `kea-ctrl-agent.http`. */
  readonly logger: string
  /** The message id, a blank and the text. */
  readonly message: string
}

export type LineFormatter = (event: LogEvent) => string

/** Kea's pattern for consoles and files: local time with milliseconds, severity, logger, pid and thread. */
export const defaultPattern = '%D{%Y-%m-%d %H:%M:%S.%q} %-5p [%c/%i.%t] %m\n'

/** Characters; a width that was mistyped must not fill the memory with blanks. */
const mostWidth = 1000

type Conversion = (event: LogEvent) => string

const conversionSyntax = /%(-?)(\d*)(?:\.(\d+))?(%|[Dd](?:\{([^}]*)\})?|[a-zA-Z])/g

/**
 * Compiles a pattern. Known: `%D{…}` (local time), `%d{…}` (UTC), `%p %c %i %t %m %n %h %%`, each with an optional
 * minimum width (at most 1000) and `.maximum`. What is not known is printed as written, so that a typing mistake is seen.
 */
export function compilePattern(pattern: string, hostname: string): LineFormatter {
  const parts: (string | Conversion)[] = []
  let last = 0
  for (const match of pattern.matchAll(conversionSyntax)) {
    const [whole, dash, width, cut, letter, dateFormat] = match
    const conversion = conversionOf(letter ?? '', dateFormat, hostname)
    if (conversion === null) continue
    if (match.index > last) parts.push(pattern.slice(last, match.index))
    last = match.index + whole.length
    const least = Math.min(Number(width ?? 0), mostWidth)
    parts.push(sized(conversion, dash === '-', least, cut === undefined ? null : Number(cut)))
  }
  if (last < pattern.length) parts.push(pattern.slice(last))
  return (event) => {
    let line = ''
    for (const part of parts) line += typeof part === 'string' ? part : part(event)
    return line
  }
}

function conversionOf(letter: string, dateFormat: string | undefined, hostname: string): Conversion | null {
  switch (letter.charAt(0)) {
    case 'D':
      return dateConversion(dateFormat ?? '%Y-%m-%d %H:%M:%S', false)
    case 'd':
      return dateConversion(dateFormat ?? '%Y-%m-%d %H:%M:%S', true)
    case 'p':
      return (event) => event.severity
    case 'c':
      return (event) => event.logger
    case 'i':
      return () => String(process.pid)
    case 't':
      return () => '0' // one thread runs everything here
    case 'm':
      return (event) => event.message
    case 'n':
      return () => '\n'
    case 'h':
      return () => hostname
    case '%':
      return () => '%'
    default:
      return null
  }
}

function sized(conversion: Conversion, left: boolean, width: number, cut: number | null): Conversion {
  if (width === 0 && cut === null) return conversion
  return (event) => {
    let text = conversion(event)
    // log4cplus keeps the end of a text that is too long.
    if (cut !== null && text.length > cut) text = text.slice(text.length - cut)
    return left ? text.padEnd(width) : text.padStart(width)
  }
}

/** Dates by strftime letters, plus log4cplus' `%q` (milliseconds) and `%Q` (milliseconds with fraction). */
function dateConversion(format: string, utc: boolean): Conversion {
  // All but the milliseconds is the same for a whole second, and lines come in bursts.
  let second = Number.NaN
  let cached = ''
  return (event) => {
    const wholeSecond = Math.floor(event.time / 1000)
    if (wholeSecond !== second) {
      second = wholeSecond
      cached = dateParts(format, new Date(event.time), utc)
    }
    const millis = String(event.time - wholeSecond * 1000).padStart(3, '0')
    return cached.replaceAll('\u0001', millis).replaceAll('\u0002', `${millis}.000`)
  }
}

function dateParts(format: string, date: Date, utc: boolean): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const year = utc ? date.getUTCFullYear() : date.getFullYear()
  const month = two((utc ? date.getUTCMonth() : date.getMonth()) + 1)
  const day = two(utc ? date.getUTCDate() : date.getDate())
  const hour = two(utc ? date.getUTCHours() : date.getHours())
  const minute = two(utc ? date.getUTCMinutes() : date.getMinutes())
  const second = two(utc ? date.getUTCSeconds() : date.getSeconds())
  const offset = utc ? 0 : -date.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`
  const parts: Readonly<Record<string, string>> = {
    Y: String(year),
    y: two(year % 100),
    m: month,
    d: day,
    H: hour,
    M: minute,
    S: second,
    F: `${year}-${month}-${day}`,
    T: `${hour}:${minute}:${second}`,
    s: String(Math.floor(date.getTime() / 1000)),
    z: zone,
    Z: utc ? 'UTC' : zone,
    b: date.toLocaleString('en-US', { month: 'short', ...(utc ? { timeZone: 'UTC' } : {}) }),
    a: date.toLocaleString('en-US', { weekday: 'short', ...(utc ? { timeZone: 'UTC' } : {}) }),
    q: '\u0001',
    Q: '\u0002',
    '%': '%',
  }
  return format.replaceAll(/%([a-zA-Z%])/g, (whole, letter: string) => parts[letter] ?? whole)
}
