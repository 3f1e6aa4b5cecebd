// One connection to a control socket that can be read even after writing to it has failed.

import { Socket } from 'node:net'

/** What happens on the connection. After `failed` or `ended` nothing more comes. */
export interface ConnectionEvents {
  connected(): void
  received(chunk: Uint8Array): void
  /** The daemon closed its side. */
  ended(): void
  failed(error: NodeJS.ErrnoException): void
}

/**
 * A daemon may answer and close before it has read the whole command. Node takes the failing write for the end of the
 * connection and throws away what could still be read; here only reading tells how the connection ended.
 */
export class ControlConnection extends Socket {
  readonly events: ConnectionEvents

  constructor(path: string, events: ConnectionEvents) {
    super()
    this.events = events
    this.on('connect', onConnect)
    this.on('data', onData)
    this.on('end', onEnd)
    this.on('error', onError)
    this.connect({ path })
  }

  override _write(chunk: unknown, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    super._write(chunk, encoding, (error?: NodeJS.ErrnoException | null) => {
      if (error?.code !== 'EPIPE' && error?.code !== 'ECONNRESET') callback(error)
    })
  }
}

function onConnect(this: ControlConnection): void {
  this.events.connected()
}

function onData(this: ControlConnection, chunk: Buffer): void {
  this.events.received(chunk)
}

function onEnd(this: ControlConnection): void {
  this.events.ended()
}

function onError(this: ControlConnection, error: NodeJS.ErrnoException): void {
  this.events.failed(error)
}
