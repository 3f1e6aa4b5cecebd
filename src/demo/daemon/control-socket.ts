// A UNIX control socket as Kea's daemons have it: one connection, one command, one answer, and the connection ends.

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { CommandEnd } from './command-end.ts'

/** The longest command, in bytes. */
const maxCommandSize = 4 * 1024 * 1024

/** Milliseconds without a byte after which a connection is closed. */
const idleTimeout = 30_000

/** Answers the text of one command; null leaves the connection without an answer. */
export type CommandReader = (text: string) => Promise<string | null>

export class ControlSocket {
  readonly path: string
  readonly #answer: CommandReader
  readonly #open = new Set<Socket>()
  #server: Server | null = null

  /** @param path at most 107 bytes, in a folder that no other user can enter */
  constructor(path: string, answer: CommandReader) {
    this.path = path
    this.#answer = answer
  }

  /** Resolves when commands are taken. */
  async listen(): Promise<void> {
    if (this.#server !== null) return
    const server = createServer({ allowHalfOpen: true }, (socket) => void this.#serve(socket))
    this.#server = server
    server.listen(this.path)
    await once(server, 'listening')
  }

  /** Accepts no more connections and removes the socket. Connections that are open still get their answer. */
  stopListening(): void {
    this.#server?.close()
    this.#server = null
  }

  /** Stops listening and ends open connections. */
  close(): void {
    this.stopListening()
    for (const socket of this.#open) socket.destroy()
  }

  async #serve(socket: Socket): Promise<void> {
    this.#open.add(socket)
    socket.on('close', () => this.#open.delete(socket))
    // The other side may go at any time; its connection is closed then.
    socket.on('error', () => undefined)
    socket.setTimeout(idleTimeout, () => socket.destroy())
    const text = await commandText(socket)
    if (text === null) {
      socket.destroy()
      return
    }
    // No time limit for the answer: the daemon may have been told to hang.
    socket.setTimeout(0)
    const answer = await this.#answer(text)
    if (answer === null) socket.destroy()
    else socket.end(answer)
  }
}

/**
 * Resolves to the text up to the end of the first map or list, or to all that came before the other side ended; null
 * for a command that is too long, and for a connection that was lost.
 */
function commandText(socket: Socket): Promise<string | null> {
  const chunks: Buffer[] = []
  const end = new CommandEnd()
  let size = 0
  return new Promise((resolve) => {
    const finish = (): void => resolve(Buffer.concat(chunks).toString('utf8'))
    socket.on('data', (chunk) => {
      size += chunk.length
      if (size > maxCommandSize) {
        resolve(null)
        return
      }
      chunks.push(chunk)
      if (end.isIn(chunk)) finish()
    })
    socket.on('end', finish)
    socket.on('close', () => resolve(null))
  })
}
