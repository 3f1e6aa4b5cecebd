// One connection: who is at its other end, its time limits, and its end. Once a request was refused for its framing, or
// a response said that it is the last, nothing more that came on the connection is ever run.

import type { Socket } from 'node:net'
import type { AuthCache } from '../../auth/basic.ts'
import { newAbortController } from '../../command/scope.ts'
import type { Log } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import type { CertificateInfo, PeerCertificate } from '../../x509/certificate-info.ts'
import type { VerifiedPeer } from '../../tls/server/verified-peer.ts'
import type { ConnectionSlot } from '../../shares/connection-slots.ts'
import type { HttpError } from '../http-error.ts'
import { logHttpError, recordHttpError } from '../response/error-record.ts'
import { rawResponse } from '../response/headers.ts'
import type { HttpSettings } from '../settings.ts'
import { traceResponse } from '../trace.ts'
import type { AcceptedConnection } from './accepted-connection.ts'
import { closeConnectionWith } from '../../net/node-contracts.ts'
import { discardInput } from './discard-input.ts'
import { parseFailure } from './parse-error.ts'
import type { PipelinedRequest } from './pipeline-queue.ts'
import { PipelineQueue } from './pipeline-queue.ts'
import { RequestProtocol } from './request-protocol.ts'
import { enforceTimeout } from './timeout-action.ts'
import { ConnectionTimeouts } from './timeouts.ts'

export interface ConnectionOptions extends AcceptedConnection {
  readonly settings: () => HttpSettings
  readonly log: Log
}

/**
 * - `serving`: requests are read and answered
 * - `last-response`: nothing is read any more; the response under way is the last one
 * - `lingering`: our side is closed, what still comes is thrown away until the other side closes too
 */
type State = 'serving' | 'last-response' | 'lingering'

/** Milliseconds until the system checks whether a client that has closed its side is still there. */
const keepAliveDelay = 10_000

export class Connection {
  readonly socket: Socket
  /** The client of the connection; a request that a trusted proxy passes on has a client of its own. */
  readonly client: ClientAddress
  readonly peer: PeerCertificate | null
  readonly verified: VerifiedPeer | null
  readonly origin: object | null
  /** Where the authenticator remembers the credentials it accepted. */
  readonly authMemory: AuthCache = { accepted: null }
  readonly protocol: RequestProtocol
  readonly #settings: () => HttpSettings
  readonly #log: Log
  readonly #timeouts = new ConnectionTimeouts(performance.now())
  readonly #queue: PipelineQueue
  readonly #slot: ConnectionSlot | null
  readonly #consumed: number
  /** Whether the response under way answers a command. */
  #answering = false
  #state: State = 'serving'
  #abortController: AbortController | null = null
  /** Whether the next response is the last one. */
  #closing = false
  /** The response that ends the connection once all requests before it are answered. */
  #pendingError: HttpError | null = null
  /** Set for a client that is refused: the response to whatever it sends, and the certificate that it has shown. */
  #refusal: { readonly error: HttpError; readonly shown: CertificateInfo | null } | null = null

  constructor({ socket, client, consumed, peer, verified, slot, origin, settings, log }: ConnectionOptions) {
    this.socket = socket
    this.client = client
    this.#consumed = consumed
    this.peer = peer
    this.verified = verified
    this.origin = origin
    this.#settings = settings
    this.#log = log
    this.#queue = new PipelineQueue(socket)
    this.#slot = slot
    this.protocol = new RequestProtocol(settings().limits.maxHeadSize)
    // Whatever accepted the socket, a client that closes its side still gets its response.
    socket.allowHalfOpen = true
    socket.on('error', ({ message }) => {
      log.write('KEAGATE_CONNECTION_ERROR', { ...addressFields(client), reason: message })
    })
    socket.on('close', () => this.#closed())
    // On FIN with a request in flight, TCP keep-alive detects a client that is gone.
    socket.once('end', () => {
      if (this.busy) socket.setKeepAlive(true, keepAliveDelay)
    })
    closeConnectionWith(socket, () => this.end())
  }

  /** Bytes received, without those of TLS and of a header of the PROXY protocol. */
  get bytesRead(): number {
    return this.socket.bytesRead - this.#consumed
  }

  /** Whether the next response is the last one. */
  get closing(): boolean {
    return this.#closing
  }

  /** Whether nothing can be answered any more. */
  get over(): boolean {
    return this.#state === 'lingering' || this.socket.destroyed
  }

  /**
   * Aborted when the client is gone. All requests have the same signal: one for each took a tenth of the program's time
   * for a forwarded command.
   */
  get signal(): AbortSignal {
    this.#abortController ??= newAbortController()
    if (this.over) this.#abortController.abort()
    return this.#abortController.signal
  }

  /** Whether a request is running or being answered. */
  get busy(): boolean {
    return this.#queue.current !== null
  }

  /** Whether the current request waits for its response and not for its body: its command or a check runs. */
  get running(): boolean {
    return this.#queue.current?.answered === false && this.#timeouts.phase !== 'body'
  }

  /** Whether a request, or the rest of its body, is awaited and would still be answered. */
  get receiving(): boolean {
    if (this.#state !== 'serving' || this.socket.destroyed) return false
    return this.#queue.current === null || (this.#timeouts.phase === 'body' && !this.#queue.current.answered)
  }

  /**
   * Where the request about to start begins, in bytes received; null where that is unknown, as it came together with
   * another one.
   */
  get requestStart(): number | null {
    const { phase, initial } = this.#timeouts
    return phase === 'idle' || phase === 'head' ? initial : null
  }

  /** Takes the next request in order, or throws it away. */
  receive(request: PipelinedRequest): void {
    if (this.#state !== 'serving' || this.#pendingError !== null) request.raw.resume()
    else this.#queue.add(request)
  }

  /**
   * Counts the connection for the client of the current request, who may be behind a proxy.
   * @returns false: there is no place for that client
   */
  serveFor({ remoteAddress }: ClientAddress): boolean {
    return this.#slot?.moveTo(remoteAddress) ?? true
  }

  /** The body of the current request is awaited. */
  startReading(): void {
    if (this.#slot !== null) this.#slot.busy = false
    this.#timeouts.enter('body', performance.now(), this.bytesRead)
  }

  /** The current request runs or is being answered. */
  startWorking(): void {
    if (this.#slot !== null) this.#slot.busy = true
    if (this.#timeouts.phase !== 'work') this.#timeouts.enter('work', performance.now(), 0)
  }

  /** The response begins. @param answering whether it answers a command, which a refusal does not */
  startResponse(answering: boolean): void {
    this.#answering = answering
    this.startWorking()
  }

  /** The current request is answered to the last byte. */
  responseSent(): void {
    if (this.#slot !== null) this.#slot.busy = false
    if (this.#answering) this.#slot?.markServed()
    if (this.#state !== 'serving') this.end()
    else if (this.#queue.next()) return
    else if (this.#pendingError !== null) this.reject(this.#pendingError)
    else if (this.#closing) this.end()
    else this.#timeouts.enter(this.#queue.arriving ? 'discard' : 'idle', performance.now(), this.bytesRead)
  }

  /** Node's parser, or the connection below it, reports an error. */
  clientError(error: NodeJS.ErrnoException): void {
    const failure = parseFailure(error)
    if (failure !== null) this.failInput(failure)
    else if (error.code !== 'HPE_CLOSED_CONNECTION') this.socket.destroy()
  }

  /**
   * The input is bad from here on: refuses the request that is still arriving, or else what came after the last
   * complete one.
   */
  failInput(error: HttpError): void {
    if (this.#state !== 'serving') return
    const { arriving, last } = this.#queue
    if (last === null) {
      // The latest request has its response already; a second one would be taken for that of the next request.
      if (arriving) this.end()
      else this.reject(error)
    } else if (arriving) last.abortInput(error)
    else this.#pendingError ??= error
  }

  /** Sends an error as the last response, then ends the connection. Only while no request is being answered. */
  reject(error: HttpError): void {
    if (this.#state !== 'serving' || this.socket.destroyed) return
    logHttpError(this.#log, error, this.client)
    traceResponse(this.#log, this.client, error.status, error.body())
    const settings = this.#settings()
    settings.metrics?.count('keagate_http_requests_total', { code: String(error.status) })
    this.stopReading()
    const send = (): void => {
      if (this.over) return
      this.socket.write(rawResponse(settings.headers, error))
      this.end()
    }
    // Not recorded where the client never sent a byte: it probed the port, or opened the connection in advance.
    if (this.bytesRead === 0 && this.#refusal === null) {
      send()
      return
    }
    const caller = { ...this.client, tls: this.peer ?? this.#refusal?.shown ?? null, user: null }
    void recordHttpError(settings.audit, caller, error, performance.now()).then(send)
  }

  /**
   * Gives the error as the response to the first byte that comes; the bytes themselves are not looked at.
   * @param shown the certificate that is not good enough; null: none came
   */
  refuse(error: HttpError, shown: CertificateInfo | null): void {
    this.#refusal = { error, shown }
    this.socket.once('data', () => this.reject(error)).once('end', () => this.end())
  }

  /**
   * The response being written is the last one; requests that wait behind it never run, and what still comes is thrown
   * away.
   */
  stopReading(): void {
    if (this.#state !== 'serving') return
    this.#state = 'last-response'
    discardInput(this.socket)
    this.#queue.clear()
  }

  /** Refuses the request that is awaited: says why and ends. */
  rejectPending(error: HttpError): void {
    const { current } = this.#queue
    if (current === null) this.reject(this.#refusal?.error ?? error)
    else current.abortInput(error)
  }

  /** Waits no longer for the command that runs; its client is told so. */
  abort(): void {
    this.#queue.current?.abort()
  }

  /**
   * Takes no further request: ends after the response under way, or now. If no request has come so far, one is still
   * answered.
   */
  closeAfterResponse(): void {
    this.#closing = true
    if (!this.busy && this.#queue.used) this.end()
  }

  /**
   * Ends after the response under way, or now. A request that has begun to arrive is left to the request hooks, whose
   * response says why.
   */
  closeUnlessArriving(): void {
    const { requestStart } = this
    if (this.busy) this.#closing = true
    else if (requestStart === null || this.bytesRead === requestStart) this.end()
  }

  /**
   * Closes our side once all is written. What still comes is thrown away, until the other side closes or a time limit
   * is reached. Closing both directions at once would make the system discard the response on its way (RFC 9112 section
   * 9.6).
   */
  end(): void {
    if (this.#state === 'lingering') return
    this.#log.write('HTTP_CONNECTION_SHUTDOWN', addressFields(this.client))
    this.stopReading()
    this.#state = 'lingering'
    this.#timeouts.enter('linger', performance.now(), this.bytesRead)
    this.socket.end()
  }

  /** Acts on a time limit that is exceeded. @param now milliseconds of the monotonic clock */
  checkTimeouts(now: number): void {
    const { socket } = this
    // A client that has closed its side and one that is gone look the same. The system learns of the latter by its
    // keep-alive probes at the latest, and reports it only to a writer: an empty write is enough.
    if (this.busy && socket.readableEnded && socket.writable && socket.writableLength === 0) socket.write('')
    const counters = {
      read: this.bytesRead,
      flushed: socket.bytesWritten - socket.writableLength,
      pending: socket.writableLength > 0,
      complete: !this.#queue.arriving,
    }
    const exceeded = this.#timeouts.check(now, counters, this.#settings().limits)
    if (exceeded !== null) enforceTimeout(exceeded, this, this.#log)
  }

  #closed(): void {
    this.#slot?.release()
    this.#log.write('HTTP_CONNECTION_STOP', addressFields(this.client))
    this.#abortController?.abort()
    this.#queue.current?.disconnected()
  }
}
