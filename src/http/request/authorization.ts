// Finds out who sends a request. Nothing of a body is read before that is known.

import type { Authenticator, AuthOutcome } from '../../auth/basic.ts'
import type { Log } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import type { HttpHook } from '../fastify-types.ts'
import { HttpError, lockedOut, unauthorized } from '../http-error.ts'
import type { RequestContext } from './context.ts'

export interface AuthorizationOptions {
  readonly log: Log
}

/** Notes the user in the request's context. Takes time only where a hashed password has to be checked. */
export function authorizeRequest({ log }: AuthorizationOptions): HttpHook {
  return ({ context }, _reply, done) => {
    const { client, connection, head, settings } = context
    const { authenticator } = settings
    if (authenticator === null) {
      done()
      return
    }
    const { peer, authMemory } = connection
    const outcome = authenticator.authenticate(head?.authorization, client.remoteAddress, peer, authMemory)
    if (!(outcome instanceof Promise)) {
      admit(context, authenticator, outcome, log)
      done()
      return
    }
    // This time does not count toward the time limits of the client.
    connection.startWorking()
    const proceed = (error?: Error): void => {
      if (context.isChecking) done(error)
    }
    outcome.then((known) => admit(context, authenticator, known, log)).then(() => proceed(), proceed)
  }
}

/** @throws HttpError for a client that is refused */
function admit(context: RequestContext, authenticator: Authenticator, outcome: AuthOutcome, log: Log): void {
  const from = addressFields(context.client)
  if (outcome.ok) {
    context.user = outcome.user
    log.write('HTTP_CLIENT_REQUEST_AUTHORIZED', { ...from, user: outcome.user })
    return
  }
  countFailure(context, outcome)
  switch (outcome.reason) {
    case 'no-header':
      log.write('HTTP_CLIENT_REQUEST_NO_AUTH_HEADER', from)
      throw unauthorized(authenticator.realm, outcome.detail)
    case 'bad-header':
      log.write('HTTP_CLIENT_REQUEST_BAD_AUTH_HEADER', { ...from, reason: outcome.detail })
      throw unauthorized(authenticator.realm, outcome.detail)
    case 'wrong':
      log.write('HTTP_CLIENT_REQUEST_NOT_AUTHORIZED', { ...from, 'attempted-user': outcome.attemptedUser })
      throw unauthorized(authenticator.realm, outcome.detail, outcome.attemptedUser)
    case 'wrong-certificate': {
      const { attemptedUser, detail } = outcome
      log.write('KEAGATE_WRONG_CERTIFICATE', { ...from, 'attempted-user': attemptedUser, reason: detail })
      throw unauthorized(authenticator.realm, `user ${attemptedUser}: ${detail}`, attemptedUser)
    }
    case 'locked-out': {
      const { attemptedUser, scope, report, wait } = outcome
      const fields = { ...from, scope, 'attempted-user': attemptedUser, attempts: report }
      if (report > 0) log.write('KEAGATE_LOCKED_OUT', fields)
      throw lockedOut(scope, wait, attemptedUser)
    }
    case 'busy':
      log.write('HTTP_BAD_CLIENT_REQUEST_RECEIVED', { ...from, reason: outcome.detail })
      throw new HttpError('overload', outcome.detail, { attemptedUser: outcome.attemptedUser })
  }
}

function countFailure({ settings }: RequestContext, outcome: Extract<AuthOutcome, { ok: false }>): void {
  const { metrics } = settings
  if (outcome.reason === 'locked-out') metrics?.count('keagate_lock_outs_total', { scope: outcome.scope })
  else metrics?.count('keagate_auth_failures_total', { reason: outcome.reason })
}
