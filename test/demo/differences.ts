// Compares the shape of a made-up answer with a real one.

/** What of a real answer a made-up one lacks, or has as another type; members beyond it are no fault. */
export function differences(real: unknown, made: unknown, at = ''): string[] {
  const kinds = [kindOf(real), kindOf(made)]
  if (kinds[0] !== kinds[1]) return [`${at}: ${kinds.join(' in Kea, in the demonstration ')}`]
  if (Array.isArray(real) && Array.isArray(made)) {
    // Members that not every item has are in one of them.
    const items = made.map((item) => differences(real[0], item, `${at}[]`)).sort((a, b) => a.length - b.length)
    return real.length === 0 ? [] : (items[0] ?? [])
  }
  if (typeof real !== 'object' || real === null) return []
  const members = made as Readonly<Record<string, unknown>>
  return Object.entries(real).flatMap(([name, value]) => differences(value, members[name], `${at}/${name}`))
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}
