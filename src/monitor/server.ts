// The HTTP side of monitoring: one GET or HEAD for each connection, few connections, few answers a second. So nobody
// who floods it takes much from those who send commands.

import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Listener } from '../http/listener.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

export interface MonitorServer {
  /** Stops listening; what is being answered is answered. */
  close(): void
}

/** Connections at a time. */
const mostConnections = 32

/** Milliseconds that a connection may take in all. */
const longest = 10_000

/** Milliseconds that a connection has for its request before it may be pushed out by a new one. */
const patience = 1000

/** Connections that find no room are closed after so many milliseconds: whoever tries again at once has to wait. */
const delay = 100

/** Of those, so many at a time; more are closed at once. */
const mostDelayed = 128

/** Milliseconds between two answers. */
const pace = 20

interface Visit {
  readonly since: number
  asked: boolean
}

/** @param answer what a path leads to; must not throw */
export function serveMonitoring(listener: Listener, answer: (path: string) => Answer): MonitorServer {
  const visits = new Map<Socket, Visit>()
  let nextAnswer = 0
  let delayed = 0

  const server = http.createServer({ requireHostHeader: false, maxHeaderSize: 8192, keepAliveTimeout: 0 })
  server.headersTimeout = server.requestTimeout = 0
  // Node's switch, without documentation, for clients that close their side and wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('request', (request, response) => {
    const visit = visits.get(request.socket)
    // One request is all that a connection is for; more may have come with it.
    if (visit === undefined || visit.asked) return
    visit.asked = true
    request.resume()
    const now = performance.now()
    nextAnswer = Math.max(now, nextAnswer + pace)
    setTimeout(() => respond(request, response, answer), nextAnswer - now)
  })
  server.on('clientError', (_error, socket) => socket.destroy())

  const turnAway = (socket: Socket): void => {
    if (delayed >= mostDelayed) {
      socket.destroy()
      return
    }
    delayed++
    socket.on('error', ignore)
    setTimeout(() => {
      delayed--
      socket.destroy()
    }, delay)
  }

  listener.accept((socket) => {
    const now = performance.now()
    if (visits.size >= mostConnections && !pushOut(visits, now)) {
      turnAway(socket)
      return
    }
    visits.set(socket, { since: now, asked: false })
    const limit = setTimeout(() => socket.destroy(), longest)
    socket.on('error', ignore).on('close', () => {
      clearTimeout(limit)
      visits.delete(socket)
    })
    server.emit('connection', socket)
  })
  return {
    close: () => {
      void listener.close()
      for (const [socket, { asked }] of visits) if (!asked) socket.destroy()
    },
  }
}

/** Makes room by ending the oldest connection that has not asked for anything. @returns whether there is room now */
function pushOut(visits: Map<Socket, Visit>, now: number): boolean {
  for (const [socket, { since, asked }] of visits) {
    if (asked || now - since < patience) continue
    visits.delete(socket)
    socket.destroy()
    return true
  }
  return false
}

function respond(request: IncomingMessage, response: ServerResponse, answer: (path: string) => Answer): void {
  const { method, url = '/' } = request
  const readable = method === 'GET' || method === 'HEAD'
  const { status, type, text } = readable ? answer(url.replace(/[?#].*$/s, '')) : notAllowed
  const body = Buffer.from(text, 'utf8')
  response.writeHead(status, {
    ...(readable ? {} : { Allow: 'GET, HEAD' }),
    'Content-Type': type,
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    Connection: 'close',
  })
  response.end(method === 'HEAD' ? undefined : body)
}

const notAllowed: Answer = { status: 405, type: 'text/plain; charset=utf-8', text: 'only GET and HEAD are answered\n' }

function ignore(): void {
  // The connection is gone; nobody waits for the answer.
}
