// What the HTTP side needs of the configuration in force. A request takes one snapshot when its turn comes and uses it
// to the end, whatever is reloaded meanwhile.

import type { Audit } from '../audit/audit.ts'
import type { Authenticator } from '../auth/basic.ts'
import type { HttpHeader, HttpLimits } from '../config/types.ts'
import type { ServiceGroups } from '../config/service-groups.ts'
import type { Dispatch } from '../command/dispatch.ts'
import type { Metrics } from '../metrics/registry.ts'
import type { HandshakeLog } from '../tls/server/handshake-log.ts'
import type { Revocation } from '../tls/server/revocation.ts'
import type { TrustAnchors } from '../tls/server/trust-anchors.ts'
import type { TrustedProxies } from './proxy/trusted-proxies.ts'

export interface HttpSettings {
  readonly limits: HttpLimits
  /** Added to every response. */
  readonly headers: readonly HttpHeader[]
  /** The proxies whose headers count for the address of a client. */
  readonly trustedProxies: TrustedProxies
  /** Why commands are not taken now, for the answers to probes; null: probes are not answered. */
  readonly readiness: (() => readonly string[]) | null
  /** Whether a client needs a certificate, also on a connection from before a reload. */
  readonly certificateRequired: boolean
  /** The CAs to one of which the certificate of an open connection has to lead, after a reload too; null: no TLS. */
  readonly trustAnchors: TrustAnchors | null
  /** Tells whether the certificate of an open connection has been revoked since; null: not checked. */
  readonly revocation: Revocation | null
  /** Where refused certificates are reported. */
  readonly tlsReport: HandshakeLog
  /** null: requests are not counted. */
  readonly metrics: Metrics | null
  /** null: no credentials are asked for. */
  readonly authenticator: Authenticator | null
  /** Where refused requests are recorded; null: nowhere. */
  readonly audit: Pick<Audit, 'refused'> | null
  /** The configured services and service groups, for paths that stand for one. */
  readonly services: ReadonlySet<string>
  readonly serviceGroups: ServiceGroups
  /** Runs one command to its end and gives the body of the 200. */
  readonly dispatch: Dispatch
}
