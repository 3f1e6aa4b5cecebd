// The TLS handshake of a client. No request is sent before the server's certificate is verified.

import type { X509Certificate } from 'node:crypto'
import net from 'node:net'
import tls from 'node:tls'
import { explainAlert } from '../doctor/alert.ts'
import { explainServer } from '../doctor/handshake.ts'
import { problem } from '../doctor/finding.ts'
import { atOnce } from '../in-slices.ts'
import { verificationCode } from '../tls/diagnosis/verification.ts'
import { sentBehind } from '../tls/server/sent-certificates.ts'
import { clientSignatures } from '../tls/client-signatures.ts'
import { crashingAuthorities } from '../tls/crashing-authorities.ts'
import { TrustAnchors } from '../tls/server/trust-anchors.ts'
import { certificatesIn } from '../x509/pem.ts'
import type { ClientTls } from './door.ts'
import { ClientError, foundError } from './error.ts'

/**
 * @param host the host in the URL
 * @throws {ClientError} `tls`
 */
export function secure(socket: net.Socket, host: string, own: ClientTls, signal: AbortSignal): Promise<tls.TLSSocket> {
  const name = own.servername ?? host
  return new Promise((resolve, reject) => {
    const stop = (error: ClientError): void => {
      signal.removeEventListener('abort', abort)
      socket.destroy()
      reject(error)
    }
    const abort = (): void => stop(new ClientError('closed', 'stopped during the handshake'))
    signal.addEventListener('abort', abort, { once: true })
    const [refused] = crashingAuthorities('--ca', authorities(own.ca))
    if (refused !== undefined) {
      stop(foundError('tls', problem('error', 'certificate', refused.text, refused.remedy)))
      return
    }
    let stream: tls.TLSSocket
    try {
      // OpenSSL verifies the certificate all the same. Its verdict is used below, so that an error can name a remedy.
      const servername = net.isIP(name) === 0 ? name : ''
      stream = tls.connect({
        ...own, servername, socket, sigalgs: clientSignatures, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'],
      })
    } catch (error) {
      stop(foundError('tls', unusable(error), error))
      return
    }
    const failed = (error: NodeJS.ErrnoException): void => stop(foundError('tls', explainAlert(error), error))
    stream.once('error', failed)
    stream.once('secureConnect', () => {
      const code = stream.authorized ? null : verificationCode(stream)
      const certificate: X509Certificate | undefined = stream.getPeerX509Certificate()
      const finding = explainServer(certificate, name, code, topOf(certificate, own.ca))
      if (finding.level !== 'ok') {
        stop(foundError('tls', finding))
        return
      }
      signal.removeEventListener('abort', abort)
      stream.removeListener('error', failed)
      resolve(stream)
    })
  })
}

/** The end of the server's chain, as `explainServer` wants it; null: no CA was named. */
function topOf(certificate: X509Certificate | undefined, ca: ClientTls['ca']): X509Certificate | null {
  if (certificate === undefined || ca === undefined) return null
  return new TrustAnchors(authorities(ca)).topOf(certificate, sentBehind(certificate))
}

/** Empty if there is no CA, or one of them is damaged. */
function authorities(ca: ClientTls['ca']): readonly X509Certificate[] {
  return ca === undefined ? [] : atOnce(certificatesIn(Buffer.from(String(ca))))
}

/** For files that Node does not accept. Its message quotes nothing of their content. */
function unusable(error: unknown): ReturnType<typeof problem> {
  const text = error instanceof Error ? error.message.replace(/^error:[0-9A-F]+:/, '') : String(error)
  return problem('error', 'certificate', `the client's files cannot be used: ${text}`, 'look at them with: keagate doctor --client CERT KEY URL')
}
