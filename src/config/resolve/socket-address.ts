// What a control socket is called in logs and answers, and which daemon it leads to.

import type { ControlSocketConfig } from '../types.ts'

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
