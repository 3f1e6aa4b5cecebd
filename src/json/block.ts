// Memory for large answers that is used again and again: to have it made anew, and cleared away by the garbage
// collector, costs as much as to check what is in it.

/** Bytes. */
const blockSize = 256 * 1024

/** Blocks that are kept for the next answers. */
const mostSpare = 32

/** Milliseconds after the last answer until the spare ones are let go. */
const idleTime = 2000

/** Those in use, which are known by any part of them. */
const lent = new WeakSet<ArrayBufferLike>()

const spare: ArrayBufferLike[] = []
let busy = false
let watched = false

/** All of a block, with whatever was in that memory before. */
export function takeBlock(): Uint8Array {
  busy = true
  // Not cleared: it gets what was received before anybody looks at it.
  const block = spare.pop() ?? Buffer.allocUnsafeSlow(blockSize).buffer
  lent.add(block)
  return new Uint8Array(block)
}

/**
 * Takes back the blocks that these are parts of; other memory is left alone. Nobody may look at any part of them any
 * more: they get the answers of other clients. A block that never comes back is garbage like any other.
 */
export function giveBlocksBack(parts: readonly Uint8Array[]): void {
  for (const { buffer } of parts) {
    if (!lent.delete(buffer)) continue
    if (spare.length < mostSpare) spare.push(buffer)
  }
  if (!watched && spare.length > 0) watch()
}

function watch(): void {
  watched = true
  busy = false
  setTimeout(() => {
    watched = false
    if (busy) watch()
    else spare.length = 0
  }, idleTime).unref()
}
