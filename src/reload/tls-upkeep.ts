// Watches the TLS files of the configuration in force, the agent's own and those of control sockets. Changed files are
// taken without a reload.

import { tlsUpkeep } from '../config/resolve/tls.ts'
import type { TlsConfig } from '../config/types.ts'
import type { Log } from '../log/message.ts'
import type { Metrics } from '../metrics/registry.ts'
import { CertificateReloader } from '../tls/files/certificate-reloader.ts'
import { ControlSocketCertificates } from './control-socket-certificates.ts'
import type { FrontEnd } from './front-end.ts'
import { renewCredentials } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import type { SerialQueue } from './serial-queue.ts'

export interface TlsUpkeepOptions {
  readonly frontEnd: FrontEnd
  /** The queue of changes of the configuration: taking new files must not overlap one. */
  readonly queue: SerialQueue
  readonly log: Log
  readonly metrics: Metrics
}

export class TlsUpkeep {
  readonly #options: TlsUpkeepOptions
  #own: CertificateReloader | null = null
  #controlSockets: ControlSocketCertificates | null = null

  constructor(options: TlsUpkeepOptions) {
    this.#options = options
  }

  /** Watches the files of this runtime from now on, and no longer those of the one before. */
  watch({ config, upstreams }: Runtime): void {
    const { queue, log, metrics } = this.#options
    this.close()
    this.#own = config.tls === null ? null : this.#watchOwn(config.tls)
    const { reloadOnChange, expiryWarningDays } = config.tls ?? tlsUpkeep
    const rules = { reloadOnChange, expiryWarningDays }
    this.#controlSockets = new ControlSocketCertificates({ upstreams, ...rules, queue, log, metrics })
  }

  close(): void {
    this.#own?.close()
    this.#controlSockets?.close()
  }

  #watchOwn(config: TlsConfig): CertificateReloader {
    const { frontEnd, log, metrics } = this.#options
    const credentials = (): Runtime['credentials'] => frontEnd.active?.runtime.credentials ?? null
    return new CertificateReloader({ config, credentials, refresh: () => this.#refresh(), log, metrics })
  }

  /** Takes the present content of the TLS files, from the next connection on. @returns whether it has changed */
  #refresh(): Promise<boolean> {
    const { frontEnd, queue } = this.#options
    return queue.run(async () => {
      const { runtime, listener, activeSince } = frontEnd.current
      const renewed = await renewCredentials(runtime)
      if (renewed === null) return false
      const connectionHandler = await frontEnd.connectionHandler(renewed, listener)
      frontEnd.use({ runtime: renewed, listener, connectionHandler, activeSince })
      return true
    })
  }
}
