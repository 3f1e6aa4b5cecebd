// A listening TCP socket that hands over what it accepts and survives a full descriptor table. Speaks no protocol.

import net from 'node:net'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { KeagateError } from '../../errors.ts'
import type { Log } from '../../log/message.ts'

export interface Listener {
  readonly address: string
  /** The port really open, where 0 was asked for. */
  readonly port: number
  /** Whether it is open. */
  readonly listening: boolean
  /** Sets the handler of new connections. Connections that came before the first call are handed over at once. */
  accept(handler: (socket: Socket) => void): void
  /** Accepts the connections that the system has queued: a close of the listener would reset them. */
  acceptQueued(): Promise<void>
  /** Stops listening; connections already handed over are not touched. */
  close(): Promise<void>
}

/** Connections that the system queues, as Node asks for. */
const maxQueued = 511

/**
 * @param address an IP literal; names are not looked up
 * @throws KeagateError LISTEN_FAILED
 */
export function openListener(address: string, port: number, log: Log): Promise<Listener> {
  if (net.isIP(address) === 0) {
    const remedy = 'give an IPv4 or IPv6 address without brackets, such as 127.0.0.1 or ::1'
    return Promise.reject(new KeagateError('LISTEN_FAILED', `"${address}" is not an IP address`, { remedy }))
  }
  return open({ host: address, port }, log).catch((error: unknown) => {
    throw error instanceof Error ? listenError(address, port, error) : error
  })
}

/**
 * Takes a socket that another process has opened and handed to this one.
 * @param fd its descriptor
 * @throws KeagateError LISTEN_FAILED when it is no listening TCP socket
 */
export async function adoptListener(fd: number, log: Log): Promise<Listener> {
  const remedy = 'ListenStream in the socket unit takes an address and a port, such as 127.0.0.1:8000'
  try {
    return await open({ fd }, log)
  } catch (cause) {
    throw new KeagateError('LISTEN_FAILED', `descriptor ${fd} is no listening TCP socket`, { remedy, cause })
  }
}

function open(where: net.ListenOptions & { readonly fd?: number }, log: Log): Promise<Listener> {
  return new Promise((resolve, reject) => {
    // A client that has sent its request may close its side and still gets its answer.
    const server = net.createServer({ allowHalfOpen: true, noDelay: true })
    server.once('error', reject)
    server.listen(where, () => {
      server.removeAllListeners('error')
      const place = server.address()
      // A descriptor that was handed over may be a UNIX socket.
      if (place === null || typeof place === 'string') reject(new Error('not a TCP socket'))
      else resolve(new OpenListener(server, where.host ?? place.address, place.port, log))
    })
  })
}

class OpenListener implements Listener {
  readonly address: string
  readonly port: number
  readonly #server: net.Server
  #handler: ((socket: Socket) => void) | null = null
  #early: Socket[] = []
  /** Whether a failure is in the log: one line for all failures until the next good connection. */
  #failing = false
  #accepted = 0

  constructor(server: net.Server, address: string, port: number, log: Log) {
    this.#server = server
    this.address = address
    this.port = port
    server.on('connection', (socket) => {
      this.#failing = false
      this.#accepted++
      if (this.#handler === null) this.#early.push(socket.on('error', ignore))
      else this.#handler(socket)
    })
    server.on('error', (error) => {
      if (!this.#failing) log.write('KEAGATE_ACCEPT_FAILED', { reason: error.message })
      this.#failing = true
    })
  }

  get listening(): boolean {
    return this.#server.listening
  }

  accept(handler: (socket: Socket) => void): void {
    this.#handler = handler
    for (const socket of this.#early.splice(0)) handler(socket)
  }

  async acceptQueued(): Promise<void> {
    // Node accepts one connection in each turn of the event loop. The end of a flood is not waited for.
    for (let [turn, idle] = [0, 0]; turn < maxQueued && idle < 3; turn++) {
      const before = this.#accepted
      await setImmediate()
      idle = this.#accepted === before ? idle + 1 : 0
    }
  }

  close(): Promise<void> {
    for (const socket of this.#early.splice(0)) socket.destroy()
    // The port is free at once; Node's own callback would wait for every connection accepted here.
    if (this.#server.listening) this.#server.close()
    return Promise.resolve()
  }
}

function ignore(): void {
  // The connection is gone; the handler that gets the socket sees it closed.
}

function listenError(address: string, port: number, error: NodeJS.ErrnoException): KeagateError {
  const place = `${address} port ${port}`
  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: ['is in use by another program (EADDRINUSE)', `find it with: ss -ltnp 'sport = :${port}'`],
    EADDRNOTAVAIL: ['is not an address of this machine (EADDRNOTAVAIL)', 'see the addresses with: ip address'],
    EACCES: ['may not be opened by this user (EACCES)', 'choose a port from 1024 up or grant CAP_NET_BIND_SERVICE'],
  }
  const [reason, remedy] = reasons[error.code ?? ''] ?? [`cannot be opened: ${error.message}`, '']
  const options = remedy === '' ? { cause: error } : { cause: error, remedy }
  return new KeagateError('LISTEN_FAILED', `${place} ${reason}`, options)
}
