// What a control socket is called in logs and answers.

import type { ControlSocketConfig } from './types.ts'

/** Where it is, for people: the path or the URL. Two sockets with the same address lead to the same daemon. */
export function socketAddress(socket: ControlSocketConfig): string {
  if (socket.socketType === 'unix') return socket.path
  const host = socket.address.includes(':') ? `[${socket.address}]` : socket.address
  return `${socket.socketType}://${host}:${socket.port}/`
}
