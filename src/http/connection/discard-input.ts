// Throws away what a client still sends once its last response is decided.

import type { Socket } from 'node:net'
import { detachParser } from '../../net/node-contracts.ts'
import { maxLingerBytes } from './timeouts.ts'

/** A read of at least this many bytes may have much more behind it. */
const largeRead = 16 * 1024

/** Nothing of it is parsed. The connection is closed for good once more than `maxLingerBytes` have come. */
export function discardInput(socket: Socket): void {
  let discarded = 0
  detachParser(socket, (bytes) => {
    discarded += bytes
    if (discarded > maxLingerBytes) socket.destroy()
    else if (bytes >= largeRead) readLater(socket)
  })
}

/**
 * Lets other connections have their turn: the system delivers up to 2 MiB of each connection in one turn of the event
 * loop, even where they are thrown away.
 */
function readLater(socket: Socket): void {
  socket.pause()
  setImmediate(() => socket.resume())
}
