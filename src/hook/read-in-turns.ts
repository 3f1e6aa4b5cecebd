// Reads a stream that may bring more than this process should look at in one go.

import type { Readable } from 'node:stream'

/** Bytes of one read from which on there may be much more behind it. */
const largeRead = 16 * 1024

/**
 * Hands over what comes. After each large read the event loop serves everybody else before the next one; meanwhile the
 * system holds the writer back.
 */
export function readInTurns(stream: Readable, onChunk: (chunk: Buffer) => void): void {
  stream.on('data', (chunk: Buffer) => {
    onChunk(chunk)
    if (chunk.length < largeRead) return
    stream.pause()
    setImmediate(() => stream.resume())
  })
}
