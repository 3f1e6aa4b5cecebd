// Everything that belongs to one request, from its place in the order of its connection to the end of its response.

import type { IncomingMessage } from 'node:http'
import type { CallerContext } from '../../command/caller.ts'
import type { CommandScope } from '../../command/scope.ts'
import type { Log } from '../../log/message.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import type { ShareClient } from '../../shares/client.ts'
import { shareClient } from '../../shares/client.ts'
import type { MemoryBudget, MemoryReservation } from '../../shares/memory-budget.ts'
import type { Connection } from '../connection/connection.ts'
import type { PipelinedRequest } from '../connection/pipeline-queue.ts'
import { HttpError } from '../http-error.ts'
import type { HttpSettings } from '../settings.ts'
import type { RequestHead } from './request-head.ts'

export interface RequestContextOptions {
  readonly connection: Connection
  readonly raw: IncomingMessage
  /** The request target as sent. */
  readonly target: string
  readonly settings: () => HttpSettings
  readonly log: Log
  /** The memory budget of the whole process. */
  readonly budget: MemoryBudget
  /** Goes on with the request: its turn has come. */
  readonly proceed: () => void
  /** Sends the request to the error handler from outside its hooks. */
  readonly fail: (error: HttpError) => void
}

/**
 * - `queued`: requests before it are not answered yet
 * - `checking`: hooks run
 * - `reading`: the body is awaited
 * - `running`: the command runs
 * - `refused`: an error response is being recorded
 * - `answered`: the response has begun
 */
type State = 'queued' | 'checking' | 'reading' | 'running' | 'refused' | 'answered'

export class RequestContext implements PipelinedRequest, CommandScope {
  readonly connection: Connection
  readonly raw: IncomingMessage
  readonly target: string
  readonly log: Log
  /** When the request came; milliseconds of the monotonic clock. */
  readonly begin = performance.now()
  /** What the head says, once it is known to be sound. */
  head: RequestHead | null = null
  /** The client of the connection, until the head of a request from a trusted proxy names the client behind that. */
  client: ClientAddress
  /** The user that HTTP basic authentication proved. */
  user: string | null = null
  readonly #options: RequestContextOptions
  #state: State = 'queued'
  #settings: HttpSettings | null = null
  #memory: MemoryReservation | null = null
  #inputError: HttpError | null = null
  #onInputError: ((error: HttpError) => void) | null = null
  #onAbort: (() => void) | null = null
  /** Where in the bytes of the connection the request begins; null where it came together with the one before. */
  #startsAt: number | null = null

  constructor(options: RequestContextOptions) {
    this.connection = options.connection
    this.client = options.connection.client
    this.raw = options.raw
    this.target = options.target
    this.log = options.log
    this.#options = options
  }

  /** The configuration that this request meets, whatever is reloaded meanwhile. */
  get settings(): HttpSettings {
    return (this.#settings ??= this.#options.settings())
  }

  get caller(): CallerContext {
    const { client: { remoteAddress, proxy }, connection: { peer: tls }, user } = this
    return proxy === undefined ? { remoteAddress, tls, user } : { remoteAddress, proxy, tls, user }
  }

  /** The client from whose shares the request takes. Only to be read once the user is known. */
  get shareClient(): ShareClient {
    return shareClient(this.client.remoteAddress, this.user)
  }

  /** For the bytes of body and answer. */
  get memory(): MemoryReservation {
    return (this.#memory ??= this.#options.budget.open(this.shareClient))
  }

  get signal(): AbortSignal {
    return this.connection.signal
  }

  get answered(): boolean {
    return this.#state === 'answered'
  }

  /** Whether the hooks may go on: a response may have been sent while one of them waited. */
  get isChecking(): boolean {
    return this.#state === 'checking'
  }

  /** Whether the body turned out bad, late or cut off, so that nothing after it can be trusted to be a request. */
  get inputFailed(): boolean {
    return this.#inputError !== null
  }

  start(): void {
    this.#state = 'checking'
    this.#startsAt = this.connection.requestStart
    this.#options.proceed()
  }

  /** The body is awaited. @param onError called once when it turns out bad, perhaps at once */
  startReading(onError: (error: HttpError) => void): void {
    this.#state = 'reading'
    if (this.#inputError !== null) {
      onError(this.#inputError)
      return
    }
    this.connection.startReading()
    this.#onInputError = onError
  }

  /** The body is complete, or given up. */
  stopReading(): void {
    this.#onInputError = null
  }

  abortInput(error: HttpError): void {
    this.#inputError ??= error
    if (this.answered) this.connection.stopReading()
    else this.#onInputError?.(error)
  }

  /**
   * Runs the command.
   * @param onAbort gives the result for a command that is waited for no longer
   */
  run<Result>(command: () => Result | Promise<Result>, onAbort: () => Result): Promise<Result> {
    this.#state = 'running'
    this.connection.startWorking()
    return new Promise((resolve, reject) => {
      this.#onAbort = () => resolve(onAbort())
      Promise.resolve(command()).then(resolve, reject)
    })
  }

  abort(): void {
    if (this.#state === 'running') this.#onAbort?.()
    else if (!this.#hasResponse) this.#options.fail(new HttpError('overload', 'the agent is stopping'))
  }

  /** Claims the response for an error. @returns false when there is one already, or no client any more */
  refuse(): boolean {
    if (this.#hasResponse) return false
    this.#state = 'refused'
    return !this.#isGone()
  }

  /** The response begins. @returns false when there is no client any more */
  beginResponse(): boolean {
    this.#state = 'answered'
    this.stopReading()
    return !this.#isGone()
  }

  /** The response is sent to the last byte. */
  responseSent(): void {
    this.#memory?.release()
    this.connection.responseSent()
  }

  /** A command that runs goes on, and keeps its memory until it ends. */
  disconnected(): void {
    if (this.#state !== 'running') this.#memory?.release()
  }

  /**
   * Node's parser drops what came in the same read behind a request that offers another protocol. The connection can
   * go on only if the bytes received are exactly this request's.
   */
  lostBytes(): boolean {
    const { head } = this
    if (head === null || !head.offersUpgrade) return false
    if (this.#startsAt === null || head.chunked) return true
    return this.connection.bytesRead !== this.#startsAt + head.size + (head.contentLength ?? 0)
  }

  /** Whether a response is chosen: an error response is recorded before it begins. */
  get #hasResponse(): boolean {
    return this.#state === 'refused' || this.#state === 'answered'
  }

  #isGone(): boolean {
    if (!this.connection.over) return false
    this.#memory?.release()
    return true
  }
}
