// The floor: the least that a forwarder in Node can do, which is what keagate is measured against. It reads the body,
// looks up `service`, hands the body to the daemons and wraps what they say in a list. It checks nothing at all.
// Run as a process of its own: node floor.js PORT CONFIG, with CONFIG as JSON.

import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import { readFileSync } from 'node:fs'
import net from 'node:net'

export interface FloorConfig {
  /** Service name to socket path. */
  readonly sockets: Readonly<Record<string, string>>
  /** PEM files; null: plain HTTP. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string; readonly mutual: boolean } | null
}

const [port = '', text = ''] = process.argv.slice(2)
const { sockets, tls } = JSON.parse(text) as FloorConfig
const own = Buffer.from('[ { "arguments": { "extended": "the floor" }, "result": 0, "text": "2.2.0" } ]')
const [open, comma, close] = [Buffer.from('[ '), Buffer.from(', '), Buffer.from(' ]')]

const server =
  tls === null
    ? http.createServer(receive)
    : https.createServer(
        {
          ca: readFileSync(tls.ca),
          cert: readFileSync(tls.cert),
          key: readFileSync(tls.key),
          requestCert: tls.mutual,
          rejectUnauthorized: tls.mutual,
        },
        receive,
      )
server.keepAliveTimeout = 60_000
server.listen(Number(port), '127.0.0.1')

function receive(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
    const { service = [] } = JSON.parse(body.toString()) as { service?: string[] }
    if (service.length === 0) {
      answer(response, [own])
      return
    }
    const answers: Buffer[][] = []
    let missing = service.length
    for (const [index, name] of service.entries()) {
      ask(sockets[name] ?? '', body, (pieces) => {
        answers[index] = pieces
        if (--missing === 0) answer(response, wrapped(answers))
      })
    }
  })
}

function ask(path: string, command: Buffer, done: (pieces: Buffer[]) => void): void {
  const pieces: Buffer[] = []
  const socket = net.connect(path)
  socket.on('data', (piece) => pieces.push(piece))
  socket.on('end', () => done(pieces))
  socket.on('error', () => done([Buffer.from('{ "result": 1 }')]))
  socket.write(command)
}

function wrapped(answers: readonly Buffer[][]): Buffer[] {
  const pieces = answers.flatMap((answer, index) => [index === 0 ? open : comma, ...answer])
  pieces.push(close)
  return pieces
}

/**
 * With its length, as Kea's own clients insist. Small answers go out in one piece with the head, large ones uncopied.
 */
function answer(response: ServerResponse, pieces: readonly Buffer[]): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': length })
  if (length < 65_536) {
    response.end(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces))
    return
  }
  response.cork()
  for (const piece of pieces) response.write(piece)
  response.uncork()
  response.end()
}
