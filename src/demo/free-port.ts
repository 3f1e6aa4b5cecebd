// A port of the loopback address that no one listens on.

import { once } from 'node:events'
import { createServer } from 'node:net'

export const loopback = '127.0.0.1'

/** The port itself where it is free, else any other. */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted
}

/** Listens on it for a moment. @returns null where that is not possible */
async function tryPort(port: number): Promise<number | null> {
  const server = createServer()
  try {
    await once(server.listen(port, loopback), 'listening')
    const address = server.address()
    return address === null || typeof address === 'string' ? null : address.port
  } catch {
    return null
  } finally {
    server.close()
  }
}
