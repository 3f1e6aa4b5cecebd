// Logs and counts clients that were not let in: for each kind of failure one line that an operator can act on, storms
// summed up, and every failure counted by its reason.

import type { Log, MessageFields } from '../../log/message.ts'
import { LogThrottle } from '../../log/throttle.ts'
import type { Metrics } from '../../metrics/registry.ts'
import { addressFields } from '../../net/client-address.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import type { Diagnosis } from '../diagnosis/handshake.ts'
import { certificateName } from '../../x509/certificate-info.ts'
import type { CertificateInfo } from '../../x509/certificate-info.ts'

/** Lives as long as the process, so that a reload does not make an old storm a new one. */
export class HandshakeLog {
  readonly #log: Log
  readonly #storms: LogThrottle
  readonly #metrics: Metrics

  constructor(log: Log, metrics: Metrics) {
    this.#log = log
    this.#storms = new LogThrottle(log)
    this.#metrics = metrics
  }

  /** A client whose certificate does not let it in, at the handshake or later. @param peer null: there is none */
  refused(client: ClientAddress, diagnosis: Diagnosis, peer: CertificateInfo | null): void {
    this.#metrics.count('keagate_tls_failures_total', { reason: diagnosis.id })
    const facts = peer === null ? noFacts : certificateFacts(peer)
    const fields = { ...sentences(client, diagnosis), ...facts }
    const kind = [client.remoteAddress, diagnosis.id, facts.fingerprint].join()
    this.#storms.write('KEAGATE_CLIENT_CERTIFICATE_REFUSED', fields, kind)
  }

  /** A handshake that was not finished. @param quiet the client left without a byte, as a port check does */
  failed(client: ClientAddress, diagnosis: Diagnosis, quiet: boolean): void {
    const fields = sentences(client, diagnosis)
    if (quiet) {
      this.#log.write('KEAGATE_CONNECTION_ERROR', fields)
      return
    }
    this.#metrics.count('keagate_tls_failures_total', { reason: diagnosis.id })
    this.#storms.write('HTTP_CONNECTION_HANDSHAKE_FAILED', fields, [client.remoteAddress, diagnosis.id].join())
  }

  /** A connection that was closed before its handshake, because there are too many. */
  crowded(client: ClientAddress, limit: number): void {
    const reason = `${limit} connections are open, which is the limit`
    this.#storms.write('KEAGATE_CONNECTION_LIMIT', { ...addressFields(client), reason }, '')
  }

  close(): void {
    this.#storms.close()
  }
}

const noFacts = { subject: 'none', issuer: 'none', serial: 'none', fingerprint: 'none' }

function certificateFacts({ subject, issuer, serial, fingerprint }: CertificateInfo): typeof noFacts {
  return { subject: certificateName(subject), issuer: certificateName(issuer), serial, fingerprint }
}

function sentences(client: ClientAddress, { reason, remedy }: Diagnosis): MessageFields {
  return { ...addressFields(client), reason, remedy }
}
