// One request to a daemon's own HTTP or HTTPS listener, over a connection that may have served others before. Nothing
// is sent before the connection is known to be alive and, with TLS, the daemon to be the right one.

import type { X509Certificate } from 'node:crypto'
import http from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import https from 'node:https'
import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, TLSSocket } from 'node:tls'
import { lookupName } from '../../net/lookup.ts'
import type { ClientCredentials } from '../../tls/files/client-credentials.ts'
import { diagnoseDaemonCertificate, diagnoseDaemonHandshake } from '../../tls/diagnosis/daemon.ts'
import { verificationCode } from '../../tls/diagnosis/verification.ts'
import type { DaemonDiagnosis, Demand } from '../../tls/diagnosis/daemon.ts'
import { sentBehind } from '../../tls/server/sent-certificates.ts'
import { endOfFile, describeSystemError } from '../system-errors.ts'

/**
 * Milliseconds after which an idle connection is closed. Kea closes one after 30 s without data; a command that is sent
 * at that moment may or may not have been run.
 */
const keepAliveTimeout = 10_000

/**
 * Statuses after which a connection serves another command. After most other statuses Kea closes it without announcing
 * that by `Connection: close`, and a command sent at that moment would be lost.
 */
const staysOpen: ReadonlySet<number> = new Set([200, 401, 403])

/** Milliseconds until a listener that neither accepts nor refuses counts as having no daemon. */
const probeTimeout = 1000

export interface HttpOrigin {
  /** IP literal, or host name, which is looked up for each new connection. */
  readonly address: string
  readonly port: number
  /** null: plain HTTP. */
  readonly tls: { readonly credentials: ClientCredentials; readonly serverName: string | null } | null
  /** Called for each new connection with the certificate of the daemon, once that was found good. */
  readonly onPeerCertificate?: (certificate: X509Certificate) => void
  /** The value of `Authorization`, or null. Never to be logged. */
  readonly authorization: string | null
  /** Whether the daemon is told the address of the client, in `X-Forwarded-For`; no unless given. */
  readonly forwardClientAddress?: boolean
  /** How many connections may be open at the same time. */
  readonly maxConnections: number
}

/** What happens on the way to the daemon. After `failed` nothing more comes. */
export interface RequestEvents {
  /** The connection is established; now the body may be written. */
  ready(): void
  /** A kept connection turned out to be closed. Nothing was sent. */
  stale(): void
  /** The certificate of the daemon is not the right one. Nothing was sent. */
  refused(diagnosis: DaemonDiagnosis): void
  answered(response: IncomingMessage): void
  failed(error: NodeJS.ErrnoException): void
}

/** The connections to one daemon. They are kept for further commands; each carries one command at a time. */
export class HttpPool {
  #origin: HttpOrigin
  #agent: http.Agent
  #demand: Demand
  /**
   * Established connections, with TLS only those to the right daemon, and the bytes that each had received when it last
   * became idle.
   */
  readonly #usable = new WeakMap<Socket, number>()
  #answered = false

  constructor(origin: HttpOrigin) {
    this.#origin = origin
    this.#demand = demandOf(origin)
    this.#agent = this.#newAgent()
  }

  get demand(): Demand {
    return this.#demand
  }

  /** Whether the listener has answered a request, which shows that it speaks the protocol configured. */
  get answered(): boolean {
    return this.#answered
  }

  /** Whether nothing is encrypted. */
  get plain(): boolean {
    return this.#origin.tls === null
  }

  /**
   * Begins one request.
   * @param length bytes of the body
   * @param client the address that the command came from; undefined: unknown
   */
  open(length: number, client: string | undefined, events: RequestEvents): ClientRequest {
    const { address, port, authorization, forwardClientAddress = false, tls } = this.#origin
    const headers = {
      // Kea compares the whole value.
      'Content-Type': 'application/json',
      'Content-Length': length,
      ...(authorization === null ? {} : { Authorization: authorization }),
      // Only what this process found out: the headers that a client or proxy sent are considered in it already.
      ...(forwardClientAddress && client !== undefined ? { 'X-Forwarded-For': client } : {}),
    }
    const options = { agent: this.#agent, host: address, port, method: 'POST', path: '/', headers }
    const request = (tls === null ? http : https).request(options)
    let reused = false
    let ready = false
    let over = false
    const fail = (error: NodeJS.ErrnoException): void => {
      if (over) return
      over = true
      if (reused) events.stale()
      else events.failed(error)
    }
    // Bytes that came before anything was sent answer nothing, but Node would take them for the answer.
    const refuseStray = (): void => {
      request.destroy()
      fail(closed())
    }
    request.on('socket', (socket) => {
      reused = this.#usable.has(socket)
      void this.#whenUsable(socket).then((refusal) => {
        if (reused && socket.bytesRead !== this.#usable.get(socket)) refuseStray()
        if (over) return
        reused = false
        ready = refusal === null
        if (refusal === null) events.ready()
        else events.refused(refusal)
      })
    })
    request.on('response', (response) => {
      if (!ready) {
        refuseStray()
        return
      }
      this.#answered = true
      const { socket } = response
      response.once('end', () => {
        if (staysOpen.has(response.statusCode ?? 0)) this.#usable.set(socket, socket.bytesRead)
        else socket.destroy()
      })
      events.answered(response)
    })
    request.on('error', fail)
    request.on('close', () => fail(closed()))
    return request
  }

  /** Resolves to null if the daemon accepts a connection and shows the right certificate, else to the reason. */
  probe(): Promise<string | null> {
    const { address, port, tls } = this.#origin
    const target = { host: address, port, lookup: lookupName }
    const socket = tls === null ? connect(target) : connectTls({ ...target, ...this.#tlsOptions(tls) })
    return new Promise((resolve) => {
      const end = (reason: string | null): void => {
        socket.destroy()
        resolve(reason)
      }
      socket.setTimeout(probeTimeout, () => end('it does not accept connections'))
      socket.on('error', (error: NodeJS.ErrnoException) => {
        const diagnosis = diagnoseDaemonHandshake(error, this.#demand)
        end(diagnosis === null ? describeSystemError(error).reason : sentence(diagnosis))
      })
      socket.on('close', () => resolve(endOfFile))
      void this.#whenUsable(socket).then((refusal) => end(refusal === null ? null : sentence(refusal)))
    })
  }

  /** Uses other certificates for new connections. Connections in use are closed after their commands. */
  renew(credentials: ClientCredentials): void {
    if (this.#origin.tls === null) return
    this.close()
    this.#origin = { ...this.#origin, tls: { ...this.#origin.tls, credentials } }
    this.#demand = demandOf(this.#origin)
    this.#agent = this.#newAgent()
  }

  /** Closes idle connections. Those in use are closed after their commands: none is kept any more. */
  close(): void {
    this.#agent.maxFreeSockets = 0
    for (const sockets of Object.values(this.#agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }

  /** Resolves to null once something may be sent, or to why nothing may. Never settles if the connection fails. */
  async #whenUsable(socket: Socket): Promise<DaemonDiagnosis | null> {
    if (this.#usable.has(socket)) {
      // What the daemon did while the connection was idle is known only after the event loop has polled once more.
      // After two turns it has, wherever in its round it was.
      await turn()
      await turn()
      return null
    }
    await new Promise((resolve) => socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', resolve))
    if (socket instanceof TLSSocket && !socket.authorized) {
      return this.#diagnose(socket)
    }
    if (socket instanceof TLSSocket) this.#tellCertificate(socket)
    this.#usable.set(socket, socket.bytesRead)
    return null
  }

  #newAgent(): http.Agent {
    const { tls, maxConnections } = this.#origin
    const pool = {
      keepAlive: true,
      maxSockets: maxConnections,
      maxFreeSockets: maxConnections,
      timeout: keepAliveTimeout,
      scheduling: 'lifo',
      lookup: lookupName,
    } as const
    return tls === null ? new http.Agent(pool) : new https.Agent({ ...pool, ...this.#tlsOptions(tls) })
  }

  #tellCertificate(socket: TLSSocket): void {
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate()
    if (certificate !== undefined) this.#origin.onPeerCertificate?.(certificate)
  }

  /** Why the certificate that the daemon showed is refused. */
  #diagnose(socket: TLSSocket): DaemonDiagnosis {
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate()
    const anchors = this.#origin.tls?.credentials.trustAnchors
    const top = certificate && anchors?.topOf(certificate, sentBehind(certificate))
    return diagnoseDaemonCertificate(verificationCode(socket), certificate, this.#demand, top)
  }

  #tlsOptions(tls: NonNullable<HttpOrigin['tls']>): https.AgentOptions {
    const { name } = this.#demand
    return {
      secureContext: tls.credentials.secureContext,
      servername: isIP(name) === 0 ? name : '',
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      // `#whenUsable` decides instead, before a byte is sent: it still has the certificate, to describe what is wrong.
      rejectUnauthorized: false,
      // Kea's listeners fail on resumed sessions where they require certificates.
      maxCachedSessions: 0,
    }
  }
}

function demandOf({ tls, address }: HttpOrigin): Demand {
  return { name: tls?.serverName ?? address, ownCertificate: tls?.credentials.ownCertificate ?? false }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function sentence({ reason, remedy }: DaemonDiagnosis): string {
  return `${reason}; ${remedy}`
}

function closed(): NodeJS.ErrnoException {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
}
