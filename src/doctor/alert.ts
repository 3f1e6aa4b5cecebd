// Explains why a TLS handshake failed, as a client sees it. Each start of the client reads this file, so it has a place
// apart from the explanation of certificates.

import type { Finding } from './finding.ts'
import { problem } from './finding.ts'

const plain = /WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE/

/** Why the handshake failed. */
export function explainAlert(error: NodeJS.ErrnoException): Finding {
  const what = 'handshake'
  const code = error.code ?? ''
  if (plain.test(code)) {
    return problem('error', what, 'what answers there does not speak TLS', 'use http:// in the URL, or another port')
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return problem('error', what, 'the server closed the connection', 'look at the log of the agent; it may speak plain HTTP')
  }
  const alert = /ALERT_([A-Z_]+)$/.exec(code)?.[1]?.toLowerCase().replaceAll('_', ' ')
  if (alert === undefined) return problem('error', what, error.message, 'look at the log of the agent')
  if (/certificate|unknown ca/.test(alert)) {
    return problem('error', what, `the server refuses the certificate (alert ${alert})`, 'see that its trust anchor has your CA')
  }
  const text = `the server ended it (alert ${alert}): no version, cipher or group in common`
  return problem('error', what, text, 'look at the log of the agent, which names what both sides have')
}
