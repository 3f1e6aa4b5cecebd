// Checks whether the client's certificate is still good. A connection may outlive the certificate that opened it, its
// CA, or the rules that let it in.

import type { Diagnosis } from '../../tls/diagnosis/handshake.ts'
import { diagnoseUntrusted } from '../../tls/diagnosis/peer.ts'
import type { VerifiedPeer } from '../../tls/server/verified-peer.ts'
import type { Connection } from '../connection/connection.ts'
import type { HttpHook } from '../fastify-types.ts'
import { HttpError } from '../http-error.ts'
import type { HttpSettings } from '../settings.ts'

export function verifyPeer(): HttpHook {
  return (request, _reply, done) => {
    const { client, connection, settings } = request.context
    const problem = peerProblem(connection, settings)
    if (problem === null) {
      done()
      return
    }
    settings.tlsReport.refused(client, problem, connection.peer)
    done(new HttpError('certificate', `${problem.reason}; ${problem.remedy}`))
  }
}

function peerProblem(connection: Connection, settings: HttpSettings): Diagnosis | null {
  const { peer, verified } = connection
  if (peer === null) {
    if (!settings.certificateRequired) return null
    const reason = 'a client certificate is required now and this connection was opened without one'
    return { id: 'no-certificate', reason, remedy: 'connect again with a certificate' }
  }
  const now = Date.now()
  if (now > peer.notAfter) {
    const reason = `the client certificate expired on ${new Date(peer.notAfter).toUTCString()}`
    return { id: 'expired', reason, remedy: 'renew it and connect again' }
  }
  if (verified === null) return null
  return lostTrust(verified, settings, now) ?? settings.revocation?.check(verified.certificate, now) ?? null
}

/** Why a certificate that was good under an earlier configuration leads to no trusted CA now, or null. */
export function lostTrust(verified: VerifiedPeer, { trustAnchors }: HttpSettings, now: number): Diagnosis | null {
  if (trustAnchors === null || verified.isTrustedBy(trustAnchors, now)) return null
  return diagnoseUntrusted(verified.certificate)
}
