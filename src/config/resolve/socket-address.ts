// What a control socket is called in logs and answers, and which daemon it leads to.

import type { ControlSocketConfig } from '../types.ts'

/** Bytes; Linux keeps 108 for the path of a UNIX socket, the last one a NUL (`sun_path` in unix(7)). */
export const maxSocketPath = 107

/** Whether the system could not connect to it, or would connect to a path cut short, which is another one. */
export function isSocketPathTooLong(path: string): boolean {
  return Buffer.byteLength(path) > maxSocketPath
}

/** Where it is, for people: the path or the URL. */
export function socketAddress(socket: ControlSocketConfig): string {
  if (socket.socketType === 'unix') return socket.path
  const host = socket.address.includes(':') ? `[${socket.address}]` : socket.address
  return `${socket.socketType}://${host}:${socket.port}/`
}

/** Equal for two sockets that lead to the same daemon: by address and, where an agent listens there, service. */
export function socketIdentity(socket: ControlSocketConfig): string {
  const service = socket.socketType === 'unix' ? null : socket.service
  return JSON.stringify([socketAddress(socket), service])
}
