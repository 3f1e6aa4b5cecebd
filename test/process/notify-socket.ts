// Stands in for systemd: a datagram socket that tells what it was told. Python has such sockets, Node has not.

import path from 'node:path'
import type { Child, Owner } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'

/**
 * A message ends with an empty line; what comes as BARRIER=1 is answered as systemd does, by closing its descriptor.
 */
const script = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print('listening', flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    for fd in fds: os.close(fd)
    if data != b'BARRIER=1': print(data.decode() + '\\n', flush=True)
`

export interface NotifySocket extends Child {
  readonly path: string
  /** All messages so far, each with its assignments in order. */
  messages(): string[][]
}

export async function startNotifySocket(owner: Owner): Promise<NotifySocket> {
  const socket = path.join(temporaryDirectory(owner), 'notify')
  const child = startChild(owner, 'python3', ['-c', script, socket])
  await child.waitFor(/listening\n/)
  const messages = (): string[][] => {
    const [, text = ''] = child.output().split('listening\n')
    return text.split('\n\n').filter((message) => message !== '').map((message) => message.split('\n'))
  }
  return { ...child, path: socket, messages }
}
