// Reads a stream that may bring more than this process should look at in one go.

import type { Readable } from 'node:stream'

/** A read of at least this many bytes may have much more behind it. */
const largeRead = 16 * 1024

/**
 * Hands over what comes. After a large read, the event loop serves everything else before the next read; meanwhile the
 * operating system makes the writer wait.
 */
export function readInTurns(stream: Readable, onChunk: (chunk: Buffer) => void): void {
  stream.on('data', (chunk: Buffer) => {
    onChunk(chunk)
    if (chunk.length < largeRead) return
    stream.pause()
    setImmediate(() => stream.resume())
  })
}
