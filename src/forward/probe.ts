// Looks whether a daemon listens behind a control socket, without sending it anything.

import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { socketRemedy } from './socket-permission.ts'

/** Milliseconds until a socket that neither accepts nor refuses counts as having no daemon. */
const probeTimeout = 1000

/** Resolves to null if something accepts connections at the path, else to the system's reason. Never rejects. */
export async function probeUnixSocket(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const end = (reason: string | null): void => {
      socket.destroy()
      resolve(reason)
    }
    socket.setTimeout(probeTimeout, () => end('it does not accept connections'))
    socket.once('connect', () => end(null))
    socket.on('error', (error: NodeJS.ErrnoException) => end(reasonOf(error, path)))
  })
}

function reasonOf(error: NodeJS.ErrnoException, path: string): string {
  // Linux refuses the connection with ECONNREFUSED for any file that is not a socket, too.
  const code = error.code === 'ECONNREFUSED' && !isSocket(path) ? 'ENOTSOCK' : (error.code ?? '')
  if (code === 'EACCES') return `this process may not open it; ${socketRemedy(path)}`
  return reasons[code] ?? error.message
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket()
  } catch {
    // It has been removed in the meantime, as happens to sockets.
    return true
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the socket does not exist; is the daemon running, and is this the path in its configuration?',
  ECONNREFUSED: 'nothing listens there; the daemon has ended without removing its socket',
  ENOTSOCK: 'it is not a socket; name the one in the configuration of the daemon',
  EAGAIN: 'its queue of connections is full; the daemon is busy or stuck',
}
