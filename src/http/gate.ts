// Who may pass before a byte of a body is read: the checks in the order of their questions. Is the certificate still
// good, is the head sound, who is it, and is what follows something that can be read at all?

import type { Authenticator, AuthOutcome } from '../auth/basic.ts'
import type { Diagnosis } from '../tls/diagnose.ts'
import { diagnosePeer } from '../tls/diagnose-peer.ts'
import type { Connection } from './connection.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failure.ts'
import { bodyTooLarge, failure, lockedOut, methodNotAllowed, unauthorized } from './failure.ts'
import type { Head } from './framing.ts'
import { readHead } from './framing.ts'
import { traceHead } from './trace.ts'

/**
 * Lets the request in, with its head and user noted on the exchange, or says why not. Takes time only where a hashed
 * password has to be checked.
 */
export function admit(exchange: Exchange): Failure | null | Promise<Failure | null> {
  const { connection, door, log, request } = exchange
  log.write('HTTP_CLIENT_REQUEST_RECEIVED', { 'remote-address': connection.remoteAddress })
  traceHead(log, 'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS', connection.remoteAddress, request, exchange.target)
  const refused = certificateRefusal(exchange)
  if (refused !== null) return refused
  const outcome = readHead(request, exchange.target, door.limits.maxHeadSize)
  if ('failure' in outcome) return outcome.failure
  const { head } = outcome
  exchange.head = head
  if (request.method !== 'POST') return methodNotAllowed()
  const admitKnown = (refusal: Failure | null): Failure | null => {
    return refusal ?? unreadable(head, door.limits.maxBodySize, request.httpVersion)
  }
  if (door.authenticator === null) return admitKnown(null)
  const { remoteAddress, peer, authMemory } = connection
  const known = door.authenticator.authenticate(head.authorization, remoteAddress, peer, authMemory)
  if (!(known instanceof Promise)) return admitKnown(stranger(exchange, door.authenticator, known))
  const { authenticator } = door
  // Not a phase in which the client keeps anybody waiting.
  connection.startWorking()
  return known.then((later) => admitKnown(stranger(exchange, authenticator, later)))
}

/** A connection may outlive the certificate that opened it, or the rules that let it in. */
function certificateRefusal(exchange: Exchange): Failure | null {
  const { connection, door } = exchange
  const found = certificateFlaw(connection, door)
  if (found === null) return null
  door.tlsReport.refused(connection.remoteAddress, found, connection.peer)
  return failure('certificate', `${found.reason}; ${found.remedy}`)
}

function certificateFlaw(connection: Connection, door: Door): Diagnosis | null {
  const { peer } = connection
  if (peer === null) {
    if (!door.certificateRequired) return null
    const reason = 'a client certificate is required now and this connection was opened without one'
    return { id: 'no-certificate', reason, remedy: 'connect again with a certificate' }
  }
  const now = Date.now()
  if (now > peer.notAfter) {
    const reason = `the client certificate expired on ${new Date(peer.notAfter).toUTCString()}`
    return { id: 'expired', reason, remedy: 'renew it and connect again' }
  }
  if (door.revocation === null) return null
  const { certificate } = connection
  // Only of a connection that is breaking: then nobody waits for the answer either.
  return certificate === null ? diagnosePeer('', undefined) : door.revocation.judge(certificate, now)
}

/** Notes and logs who is there, or says why he may not come in. */
function stranger(exchange: Exchange, authenticator: Authenticator, outcome: AuthOutcome): Failure | null {
  const { log } = exchange
  const { remoteAddress } = exchange.connection
  if (outcome.ok) {
    exchange.user = outcome.user
    log.write('HTTP_CLIENT_REQUEST_AUTHORIZED', { 'remote-address': remoteAddress, user: outcome.user })
    return null
  }
  const from = { 'remote-address': remoteAddress }
  countFailure(exchange.door, outcome)
  switch (outcome.reason) {
    case 'no-header':
      log.write('HTTP_CLIENT_REQUEST_NO_AUTH_HEADER', from)
      return unauthorized(authenticator.realm, outcome.detail)
    case 'bad-header':
      log.write('HTTP_CLIENT_REQUEST_BAD_AUTH_HEADER', { ...from, reason: outcome.detail })
      return unauthorized(authenticator.realm, outcome.detail)
    case 'wrong':
      log.write('HTTP_CLIENT_REQUEST_NOT_AUTHORIZED', { ...from, 'attempted-user': outcome.attemptedUser })
      return attempted(outcome, unauthorized(authenticator.realm, outcome.detail))
    case 'wrong-certificate': {
      const { attemptedUser, detail } = outcome
      log.write('KEAGATE_WRONG_CERTIFICATE', { ...from, 'attempted-user': attemptedUser, reason: detail })
      return attempted(outcome, unauthorized(authenticator.realm, `user ${attemptedUser}: ${detail}`))
    }
    case 'locked-out': {
      const { attemptedUser, scope, report } = outcome
      const fields = { ...from, scope, 'attempted-user': attemptedUser, attempts: report }
      if (report > 0) log.write('KEAGATE_LOCKED_OUT', fields)
      return attempted(outcome, lockedOut(scope, outcome.wait))
    }
    case 'busy':
      log.write('HTTP_BAD_CLIENT_REQUEST_RECEIVED', { ...from, reason: outcome.detail })
      return attempted(outcome, failure('overload', outcome.detail))
  }
}

function attempted({ attemptedUser }: { readonly attemptedUser: string }, refusal: Failure): Failure {
  return { ...refusal, attemptedUser }
}

function countFailure({ metrics }: Door, outcome: Extract<AuthOutcome, { ok: false }>): void {
  if (outcome.reason === 'locked-out') metrics?.count('keagate_lock_outs_total', { scope: outcome.scope })
  else metrics?.count('keagate_auth_failures_total', { reason: outcome.reason })
}

function unreadable(head: Head, maxBodySize: number, httpVersion: string): Failure | null {
  if (head.contentType !== 'application/json' && !/^application\/json[ \t]*(?:;|$)/i.test(head.contentType ?? '')) {
    return failure('content-type', 'the Content-Type of a command is application/json')
  }
  if (head.coded) {
    const text = 'a command is sent as it is, without any Content-Encoding'
    return failure('content-type', text, ['Accept-Encoding', 'identity'])
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
