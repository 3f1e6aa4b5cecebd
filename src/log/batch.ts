// Some of the waiting lines as bytes, and how many of them a number of bytes makes up.

export interface Batch {
  readonly bytes: Buffer
  /** The whole lines within the first `length` bytes, and the bytes that these take. */
  whole(length: number): { readonly lines: number; readonly bytes: number }
}

/** Bytes; enough to make the cost of a write small, few enough to be written in one go. */
const mostBytes = 256 * 1024

/** @param room bytes: the batch ends with the line that goes beyond */
export function batchOf(lines: readonly string[], room = Infinity): Batch {
  const ends: number[] = []
  let end = 0
  for (const line of lines) {
    if (end > room || end >= mostBytes) break
    end += Buffer.byteLength(line)
    ends.push(end)
  }
  return {
    bytes: Buffer.from(lines.slice(0, ends.length).join('')),
    whole: (length) => {
      const count = length >= end ? ends.length : ends.findIndex((lineEnd) => lineEnd > length)
      return { lines: count, bytes: ends[count - 1] ?? 0 }
    },
  }
}
