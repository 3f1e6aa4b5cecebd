// Who may pass before a byte of a body is read: the checks in the order of their questions. Is the certificate still
// good, is the head sound, who is it, and is what follows something that can be read at all?

import type { Exchange } from './exchange.ts'
import type { Failure } from './failure.ts'
import { bodyTooLarge, failure, methodNotAllowed, unauthorized } from './failure.ts'
import type { Head } from './framing.ts'
import { readHead } from './framing.ts'

/** Lets the request in, with its head and user noted on the exchange, or says why not. */
export function admit(exchange: Exchange): Failure | null {
  const { connection, door, log, request } = exchange
  log.write('HTTP_CLIENT_REQUEST_RECEIVED', { 'remote-address': connection.remoteAddress })
  const refused = certificateRefusal(exchange)
  if (refused !== null) return refused
  const outcome = readHead(request, exchange.target, door.limits.maxHeadSize)
  if ('failure' in outcome) return outcome.failure
  exchange.head = outcome.head
  if (request.method !== 'POST') return methodNotAllowed()
  return stranger(exchange, outcome.head) ?? unreadable(outcome.head, door.limits.maxBodySize, request.httpVersion)
}

/** A connection may outlive the certificate that opened it, or the rules that let it in without one. */
function certificateRefusal(exchange: Exchange): Failure | null {
  const { peer, remoteAddress } = exchange.connection
  if (peer === null && !exchange.door.certificateRequired) return null
  if (peer !== null && Date.now() <= peer.notAfter) return null
  const reason =
    peer === null
      ? 'a client certificate is required now and this connection was opened without one'
      : `the client certificate expired on ${new Date(peer.notAfter).toUTCString()}`
  const remedy = peer === null ? 'connect again with a certificate' : 'renew it and connect again'
  exchange.log.write('KEAGATE_CLIENT_CERTIFICATE_REFUSED', {
    'remote-address': remoteAddress,
    reason,
    remedy,
    subject: peer?.subject ?? 'none',
    issuer: peer?.issuer ?? 'none',
  })
  return failure('certificate', `${reason}; ${remedy}`)
}

function stranger(exchange: Exchange, head: Head): Failure | null {
  const { authenticator } = exchange.door
  if (authenticator === null) return null
  const address = exchange.connection.remoteAddress
  const outcome = authenticator.authenticate(head.authorization)
  if (outcome.ok) {
    exchange.user = outcome.user
    exchange.log.write('HTTP_CLIENT_REQUEST_AUTHORIZED', { user: outcome.user, 'remote-address': address })
    return null
  }
  switch (outcome.reason) {
    case 'no-header':
      exchange.log.write('HTTP_CLIENT_REQUEST_NO_AUTH_HEADER', { 'remote-address': address })
      break
    case 'bad-header':
      exchange.log.write('HTTP_CLIENT_REQUEST_BAD_AUTH_HEADER', { 'remote-address': address, reason: outcome.detail })
      break
    case 'wrong':
      exchange.log.write('HTTP_CLIENT_REQUEST_NOT_AUTHORIZED', { 'remote-address': address })
      break
  }
  return unauthorized(authenticator.realm)
}

function unreadable(head: Head, maxBodySize: number, httpVersion: string): Failure | null {
  if (head.contentType === null || !/^application\/json[ \t]*(?:;|$)/i.test(head.contentType)) {
    return failure('content-type', 'the Content-Type of a command is application/json')
  }
  if (head.contentLength === null && !head.chunked) {
    return failure('no-length', 'send a Content-Length or a chunked body')
  }
  if (head.contentLength !== null && head.contentLength > maxBodySize) return bodyTooLarge(maxBodySize)
  if (head.expect !== null && httpVersion === '1.1' && head.expect.toLowerCase() !== '100-continue') {
    return failure('expectation', 'the only expectation met here is 100-continue')
  }
  return null
}
