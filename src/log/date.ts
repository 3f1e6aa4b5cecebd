// Prints dates by the letters of strftime in the C locale, plus log4cplus' two letters for milliseconds.

const months = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
  'December',
]
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const dayLength = 86_400_000

/** These stand for the milliseconds in a date until they are filled in; the rest is made once for each second. */
const millis = '\u0001'
const fractionalMillis = '\u0002'

/**
 * Compiles a date format: `%q` is milliseconds, `%Q` milliseconds with a fraction (always `.000`, because the clock has
 * whole milliseconds), all else is strftime's. An unknown letter is printed as written.
 * @returns a function from milliseconds since the epoch to text
 */
export function compileDate(format: string, utc: boolean): (time: number) => string {
  // Lines come in bursts, so the latest date is kept, and the parts of it that are the same for the whole second.
  let second = Number.NaN
  let parts: string[] = []
  let printed = { time: Number.NaN, text: '' }
  return (time) => {
    if (time === printed.time) return printed.text
    const wholeSecond = Math.floor(time / 1000)
    if (wholeSecond !== second) {
      second = wholeSecond
      parts = datePart(format, dateOf(time, utc)).split(/([\u0001\u0002])/)
    }
    let text = ''
    for (const part of parts) {
      if (part === millis || part === fractionalMillis) {
        text += String(Math.floor(time) - wholeSecond * 1000).padStart(3, '0') + (part === millis ? '' : '.000')
      } else text += part
    }
    printed = { time, text }
    return text
  }
}

interface Moment {
  /** Its UTC fields are the fields to print. */
  readonly date: Date
  readonly time: number
  /** Minutes east of Greenwich. */
  readonly offset: number
  /** The name of the time zone. A function, because it costs more than the rest of a date, and few formats have it. */
  readonly zone: () => string
}

function dateOf(time: number, utc: boolean): Moment {
  const local = new Date(time)
  const offset = utc ? 0 : -local.getTimezoneOffset()
  const zone = (): string => (utc ? 'UTC' : zoneName(local) ?? numericZone(offset))
  return { date: new Date(time + offset * 60_000), time, offset, zone }
}

/** Such as CET or EST; null where the time zone has no short name. The language decides which zones have one. */
function zoneName(time: Date): string | null {
  for (const language of ['en-US', 'en-GB']) {
    const parts = new Intl.DateTimeFormat(language, { timeZoneName: 'short' }).formatToParts(time)
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value
    if (name !== undefined && /^[A-Z]{2,5}$/.test(name)) return name
  }
  return null
}

function numericZone(offset: number): string {
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60))}${padded(minutes % 60)}`
}

function padded(value: number, width = 2, filler = '0'): string {
  return String(value).padStart(width, filler)
}

function datePart(format: string, moment: Moment): string {
  return format.replaceAll(/%(.)/gs, (whole, letter: string) => conversion(letter, moment) ?? whole)
}

function conversion(letter: string, moment: Moment): string | null {
  const { date } = moment
  const hour = date.getUTCHours()
  const weekday = date.getUTCDay()
  const yearDay = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayLength)
  const again = (format: string): string => datePart(format, moment)
  switch (letter) {
    case 'q': return millis
    case 'Q': return fractionalMillis
    case 'Y': return String(date.getUTCFullYear())
    case 'C': return padded(Math.floor(date.getUTCFullYear() / 100))
    case 'y': return padded(date.getUTCFullYear() % 100)
    case 'G': return String(isoWeek(date).year)
    case 'g': return padded(isoWeek(date).year % 100)
    case 'm': return padded(date.getUTCMonth() + 1)
    case 'B': return months[date.getUTCMonth()] ?? ''
    case 'b':
    case 'h': return (months[date.getUTCMonth()] ?? '').slice(0, 3)
    case 'd': return padded(date.getUTCDate())
    case 'e': return padded(date.getUTCDate(), 2, ' ')
    case 'j': return padded(yearDay + 1, 3)
    case 'A': return days[weekday] ?? ''
    case 'a': return (days[weekday] ?? '').slice(0, 3)
    case 'u': return String(weekday === 0 ? 7 : weekday)
    case 'w': return String(weekday)
    case 'U': return padded(Math.floor((yearDay + 7 - weekday) / 7))
    case 'W': return padded(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7))
    case 'V': return padded(isoWeek(date).week)
    case 'H': return padded(hour)
    case 'k': return padded(hour, 2, ' ')
    case 'I': return padded(hour % 12 || 12)
    case 'l': return padded(hour % 12 || 12, 2, ' ')
    case 'p': return hour < 12 ? 'AM' : 'PM'
    case 'P': return hour < 12 ? 'am' : 'pm'
    case 'M': return padded(date.getUTCMinutes())
    case 'S': return padded(date.getUTCSeconds())
    case 's': return String(Math.floor(moment.time / 1000))
    case 'z': return numericZone(moment.offset)
    case 'Z': return moment.zone()
    case 'F': return again('%Y-%m-%d')
    case 'T':
    case 'X': return again('%H:%M:%S')
    case 'R': return again('%H:%M')
    case 'r': return again('%I:%M:%S %p')
    case 'D':
    case 'x': return again('%m/%d/%y')
    case 'c': return again('%a %b %e %H:%M:%S %Y')
    case 'n': return '\n'
    case 't': return '\t'
    case '%': return '%'
    default: return null
  }
}

/** ISO 8601: a week belongs to the year that holds its Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * dayLength)
  const year = thursday.getUTCFullYear()
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayLength / 7) + 1 }
}
