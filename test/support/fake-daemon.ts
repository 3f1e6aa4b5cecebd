// A scriptable daemon on a UNIX control socket, for faults that a real one does not show on demand. It keeps what it
// received byte for byte.

import { mkdtempSync, rmSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CommandEnd } from '../../src/demo/daemon/command-end.ts'

/** What the daemon does with one connection. */
export type Script = (connection: FakeConnection) => unknown

/** The daemon's end of one connection. Nothing is read before the script asks for it. */
export class FakeConnection {
  readonly socket: Socket
  /** Resolves when the connection is gone, from whichever side. */
  readonly closed: Promise<void>
  readonly #chunks: Buffer[] = []
  readonly #end = new CommandEnd()
  #complete = false
  #waiting: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()))
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
  }

  /** All bytes that have arrived. */
  received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** Reads until one balanced map or list has arrived, or the client has closed; resolves to all bytes so far. */
  async command(): Promise<Buffer> {
    this.read()
    while (!this.#complete && !this.socket.readableEnded && !this.socket.destroyed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    return this.received()
  }

  /** Reads whatever comes. */
  read(): void {
    if (this.socket.listenerCount('data') > 0) return
    const wake = (): void => {
      for (const resolve of this.#waiting) resolve()
      this.#waiting = []
    }
    this.socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      if (this.#end.isIn(chunk)) this.#complete = true
      wake()
    })
    this.socket.on('end', wake)
    this.socket.on('close', wake)
    this.socket.resume()
  }

  /** Resolves when the system has taken the bytes, or never will. */
  async write(bytes: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()))
  }

  end(): void {
    this.socket.end()
  }

  destroy(): void {
    this.socket.destroy()
  }
}

export class FakeDaemon {
  readonly path: string
  readonly connections: FakeConnection[] = []
  readonly #server: Server
  #arrivals: (() => void)[] = []

  private constructor(path: string, script: Script) {
    this.path = path
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      const connection = new FakeConnection(socket)
      this.connections.push(connection)
      for (const resolve of this.#arrivals) resolve()
      this.#arrivals = []
      void script(connection)
    })
  }

  /** @param path where to listen; without it a fresh place that `close` removes */
  static async listen(script: Script, path = freshSocketPath()): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(path, script)
    await new Promise<void>((resolve, reject) => {
      daemon.#server.once('error', reject)
      daemon.#server.listen(path, resolve)
    })
    return daemon
  }

  /** Resolves when so many connections have been accepted in all. */
  async accepted(count: number): Promise<void> {
    while (this.connections.length < count) await new Promise<void>((resolve) => this.#arrivals.push(resolve))
  }

  /** What each connection has received, as text. */
  commands(): string[] {
    return this.connections.map((connection) => connection.received().toString())
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const folder = dirname(this.path)
    if (folder.startsWith(join(tmpdir(), prefix))) rmSync(folder, { recursive: true, force: true })
  }
}

const prefix = 'fake-daemon-'

/** A path in a new directory, short enough for a socket address; nothing is there yet. */
export function freshSocketPath(): string {
  return join(mkdtempSync(join(tmpdir(), prefix)), 'socket')
}

/** Reads one command and answers it, then closes as Kea does. */
export function answering(text: string | Uint8Array | ((command: string) => string)): Script {
  return async (connection) => {
    const command = await connection.command()
    await connection.write(typeof text === 'function' ? text(command.toString()) : text)
    connection.end()
  }
}

/** Answers in parts of the given sizes, each of which arrives by itself; the last size repeats. */
export function splitting(text: string, sizes: readonly number[]): Script {
  return async (connection) => {
    const bytes = Buffer.from(text)
    await connection.command()
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[Math.min(i, sizes.length - 1)] ?? 1
      await connection.write(bytes.subarray(at, at + size))
      await new Promise((resolve) => setImmediate(resolve))
      at += size
    }
    connection.end()
  }
}

/** Takes every command and never says anything. */
export const silent: Script = (connection) => connection.read()

/** Accepts and reads nothing. */
export const deaf: Script = () => undefined

/** Sends blanks for ever, which is neither an answer nor a stall. */
export function dripping(options: { readonly deaf?: boolean } = {}): Script {
  return async (connection) => {
    if (options.deaf !== true) connection.read()
    while (!connection.socket.destroyed) {
      await connection.write(' ')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

/** Begins an answer that never ends, as fast as it is read. */
export const flooding: Script = async (connection) => {
  connection.read()
  await connection.write('[ 1')
  while (!connection.socket.destroyed) await connection.write(', 1'.repeat(10_000))
}

/** Reads the command, says something, and then neither goes on nor closes. */
export function stalling(text: string | Uint8Array): Script {
  return async (connection) => {
    await connection.command()
    await connection.write(text)
  }
}

/** Says something, then one more byte again and again for ever. */
export function trickling(text: string, more: string): Script {
  return async (connection) => {
    await connection.command()
    await connection.write(text)
    while (!connection.socket.destroyed) {
      await connection.write(more)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

/** Reads so many bytes of the command and closes with the rest unread. */
export function readingOnly(count: number): Script {
  return (connection) => {
    connection.socket.on('readable', () => {
      if (connection.socket.read(count) !== null) connection.destroy()
    })
  }
}

/** Closes without an answer, with the command read or unread. */
export const hangingUp: Script = async (connection) => {
  await connection.command()
  connection.end()
}
export const closingEarly: Script = (connection) => connection.destroy()

/** Sends something and closes, without reading a byte. */
export function blurting(text: string | Uint8Array): Script {
  return async (connection) => {
    await connection.write(text)
    connection.destroy()
  }
}

/** A promise and the key to it: holds a script until the test lets go. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
