// Asks a daemon at its control socket, as keagate does: a connection for one command.

import { connect } from 'node:net'

export interface Answer {
  readonly result: number
  readonly text?: string
  readonly arguments?: Readonly<Record<string, unknown>>
}

/** Sends the text as it is. Resolves to all that comes back. */
export function sendToSocket(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    let answer = ''
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part))
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
    socket.write(text)
  })
}

export async function askSocket(path: string, command: string, input?: unknown): Promise<Answer> {
  return JSON.parse(await sendToSocket(path, JSON.stringify({ command, arguments: input }))) as Answer
}
