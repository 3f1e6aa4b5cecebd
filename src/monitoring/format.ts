// Figures as people read them.

/** @param time milliseconds since the epoch */
export function time(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** The two largest units of a time. @param milliseconds less than 0 is 0 */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const units = [['d', 86_400, Infinity], ['h', 3600, 24], ['min', 60, 60], ['s', 1, 60]] as const
  const parts = units.map(([unit, size, most]) => [Math.floor(seconds / size) % most, unit] as const)
  const first = parts.findIndex(([count]) => count > 0)
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2)
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

export function ago(then: number, now: number): string {
  return `${span(now - then)} ago`
}

/** A count, with its thousands separated. */
export function grouped(count: number): string {
  return count.toLocaleString('en')
}

export function milliseconds(value: number): string {
  return value < 1000 ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  const step = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10))
  const value = count / 1024 ** step
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? ''}`
}
