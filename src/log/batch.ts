// The bytes of some of the waiting lines, and how many whole lines a number of these bytes is.

export interface Batch {
  readonly bytes: Buffer
  /** The whole lines within the first `length` bytes, and the bytes that these take. */
  whole(length: number): { readonly lines: number; readonly bytes: number }
}

/** Bytes: enough to make the cost of a write small, few enough to be written at once. */
const maxBytes = 256 * 1024

/** @param room bytes; the batch ends with the first line that exceeds it */
export function batchOf(lines: readonly string[], room = Infinity): Batch {
  let count = 0
  let text = ''
  let size = 0
  let measured = false
  for (const line of lines) {
    if (size > room || size >= maxBytes) break
    text += line
    count++
    // A UTF-16 unit takes at most three bytes, so nothing has to be measured before the room may be full.
    if (measured) size += Buffer.byteLength(line)
    else if (text.length * 3 > room) {
      measured = true
      size = Buffer.byteLength(text)
    } else size = text.length
  }
  const bytes = Buffer.from(text)
  return {
    bytes,
    whole: (length) => (length >= bytes.length ? { lines: count, bytes: bytes.length } : completeLines(lines, length)),
  }
}

/** Counts the whole lines when not all bytes were written. */
function completeLines(lines: readonly string[], length: number): { readonly lines: number; readonly bytes: number } {
  let count = 0
  let bytes = 0
  for (const line of lines) {
    const end = bytes + Buffer.byteLength(line)
    if (end > length) break
    bytes = end
    count++
  }
  return { lines: count, bytes }
}
