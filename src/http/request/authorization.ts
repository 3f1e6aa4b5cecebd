// Who is it? Nothing of a body is read before that is known.

import type { Authenticator, AuthOutcome } from '../../auth/basic.ts'
import type { Log } from '../../log/message.ts'
import type { HttpHook } from '../fastify-types.ts'
import { HttpError, lockedOut, unauthorized } from '../http-error.ts'
import type { RequestContext } from './context.ts'

export interface AuthorizationOptions {
  readonly log: Log
}

/** Notes the user in the request's context. Takes time only where a hashed password has to be checked. */
export function authorizeRequest({ log }: AuthorizationOptions): HttpHook {
  return ({ context }, _reply, done) => {
    const { connection, head, settings } = context
    const { authenticator } = settings
    if (authenticator === null) {
      done()
      return
    }
    const { remoteAddress, peer, authMemory } = connection
    const outcome = authenticator.authenticate(head?.authorization, remoteAddress, peer, authMemory)
    if (!(outcome instanceof Promise)) {
      admit(context, authenticator, outcome, log)
      done()
      return
    }
    // The client is not charged for this time.
    connection.startWorking()
    const proceed = (error?: Error): void => {
      if (context.isChecking) done(error)
    }
    outcome.then((known) => admit(context, authenticator, known, log)).then(() => proceed(), proceed)
  }
}

/** @throws HttpError for a client that may not come in */
function admit(context: RequestContext, authenticator: Authenticator, outcome: AuthOutcome, log: Log): void {
  const from = { 'remote-address': context.connection.remoteAddress }
  if (outcome.ok) {
    context.user = outcome.user
    log.write('HTTP_CLIENT_REQUEST_AUTHORIZED', { ...from, user: outcome.user })
    return
  }
  countFailure(context, outcome.reason)
  switch (outcome.reason) {
    case 'no-header':
      log.write('HTTP_CLIENT_REQUEST_NO_AUTH_HEADER', from)
      throw unauthorized(authenticator.realm, outcome.detail)
    case 'bad-header':
      log.write('HTTP_CLIENT_REQUEST_BAD_AUTH_HEADER', { ...from, reason: outcome.detail })
      throw unauthorized(authenticator.realm, outcome.detail)
    case 'wrong':
      log.write('HTTP_CLIENT_REQUEST_NOT_AUTHORIZED', from)
      throw unauthorized(authenticator.realm, outcome.detail)
    case 'wrong-certificate':
      log.write('KEAGATE_WRONG_CERTIFICATE', { ...from, user: outcome.user, reason: outcome.detail })
      throw unauthorized(authenticator.realm, `user ${outcome.user}: ${outcome.detail}`)
    case 'locked-out':
      if (outcome.report > 0) log.write('KEAGATE_LOCKED_OUT', { ...from, attempts: outcome.report })
      throw lockedOut(outcome.wait)
    case 'busy':
      log.write('HTTP_BAD_CLIENT_REQUEST_RECEIVED', { ...from, reason: outcome.detail })
      throw new HttpError('overload', outcome.detail)
  }
}

function countFailure({ settings }: RequestContext, reason: Extract<AuthOutcome, { ok: false }>['reason']): void {
  if (reason === 'locked-out') settings.metrics?.count('keagate_lock_outs_total', {})
  else settings.metrics?.count('keagate_auth_failures_total', { reason })
}
