// Times and durations as people read them.

/** Kea's lifetime without an end (RFC 2131, 3.3). */
const infinity = 4_294_967_295n

/** Such as `2026-11-30 12:34:56`, in this machine's time zone. @param seconds since 1970, a number of any size */
export function timeText(seconds: bigint): string {
  if (seconds < 0n || seconds > 253_402_300_799n) return String(seconds)
  const date = new Date(Number(seconds) * 1000)
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** As `1d 2h 3m 4s`; the parts that are 0 are left out. */
export function durationText(seconds: bigint): string {
  if (seconds === infinity) return 'for ever'
  if (seconds <= 0n) return `${seconds}s`
  const parts = [[seconds / 86_400n, 'd'], [(seconds / 3600n) % 24n, 'h'], [(seconds / 60n) % 60n, 'm'], [seconds % 60n, 's']] as const
  return parts.filter(([count]) => count > 0n).map(([count, unit]) => `${count}${unit}`).join(' ')
}

/** When a lease expires. */
export function expiryText(cltt: bigint, lifetime: bigint): string {
  return lifetime === infinity ? 'never' : timeText(cltt + lifetime)
}

/** A whole number of at most 20 digits; null for everything else. */
export function wholeNumber(text: string): bigint | null {
  return /^-?\d{1,20}$/.test(text) ? BigInt(text) : null
}
