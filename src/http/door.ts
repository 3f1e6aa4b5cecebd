// What the HTTP side needs of the configuration in force. It asks for the current door once per connection or request
// and uses that one to the end, whatever is reloaded meanwhile.

import type { Audit } from '../audit/audit.ts'
import type { Authenticator } from '../auth/basic.ts'
import type { HttpHeader, HttpLimits } from '../config/types.ts'
import type { Dispatch } from '../dispatch.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { TlsReport } from '../tls/report.ts'
import type { Revocation } from '../tls/revocation.ts'

export interface Door {
  readonly limits: HttpLimits
  /** Added to every response. */
  readonly headers: readonly HttpHeader[]
  /** Whether a client without a certificate may not come in, also over a connection from before a reload. */
  readonly certificateRequired: boolean
  /** Whether the certificate of an open connection has been revoked since; null: nobody is checked for that. */
  readonly revocation: Revocation | null
  /** Where clients that lose their way in are told of. */
  readonly tlsReport: TlsReport
  /** Where requests are counted; null: nobody wants to know. */
  readonly metrics: Metrics | null
  /** null: nobody is asked for credentials. */
  readonly authenticator: Authenticator | null
  /** Where refused requests are recorded; null: nowhere. */
  readonly audit: Pick<Audit, 'refused'> | null
  /** The configured services, for paths that stand for one. */
  readonly services: ReadonlySet<string>
  /** Runs one command to its end and gives the body of the 200. */
  readonly dispatch: Dispatch
}
