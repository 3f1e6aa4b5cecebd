// Limits how many commands run and wait at one control socket, and lets the clients take turns. The daemon's first duty
// is DHCP; a flood of commands must stop here.

/** The reason in the log for a command that was not sent because its client disconnected while it waited. */
export const clientDisconnected = 'the client went away before the command was sent'

/** One command to a daemon. */
export interface QueuedRequest {
  /** Requests of one client wait in the order they came; clients take turns. */
  readonly client: string
  /** Whether the client has disconnected. Asked when its turn comes. */
  isClientGone(): boolean
  /**
   * Whether its time limit is reached, or will be within a millisecond, as timers are no more precise. Asked when its
   * turn comes.
   */
  expired(): boolean
  /** The request has to wait; `start`, `refuse` or `onTimeout` follows unless it is cancelled. */
  wait(): void
  /** Its turn has come. The callee calls `release` of the limiter exactly once, when the command has ended. */
  start(): void
  /** The request will never start; `release` is not to be called. */
  refuse(reason: string): void
  /** Its time limit was reached while it waited. As after `refuse`, `release` is not to be called. */
  onTimeout(): void
}

/** The gate in front of one control socket. Decides at once and holds no timers. */
export class FairLimiter {
  readonly #maxInFlight: number
  readonly #maxWaiting: number
  /** Waiting requests by client; a client without any has no entry. The first key is next in turn. */
  readonly #queues = new Map<string, QueuedRequest[]>()
  #inFlight = 0
  #waiting = 0
  #closed = false

  /**
   * @param maxInFlight at least 1
   * @param maxWaiting 0: whatever cannot start at once is refused
   */
  constructor(maxInFlight: number, maxWaiting: number) {
    this.#maxInFlight = maxInFlight
    this.#maxWaiting = maxWaiting
  }

  /** Commands that the daemon works on, and those that wait for their turn. */
  load(): { readonly inFlight: number; readonly waiting: number } {
    return { inFlight: this.#inFlight, waiting: this.#waiting }
  }

  /** Starts the request, queues it, or refuses it: calls its `start`, `wait` or `refuse` before returning. */
  acquire(request: QueuedRequest): void {
    if (this.#closed) {
      request.refuse(closedText)
    } else if (this.#inFlight < this.#maxInFlight) {
      this.#inFlight++
      request.start()
    } else if (this.#waiting < this.#maxWaiting || this.#makeRoom(request.client)) {
      this.#queue(request)
    } else {
      request.refuse(this.#fullText())
    }
  }

  /** A started request has ended: the next in turn starts. */
  release(): void {
    this.#inFlight--
    const next = this.#next()
    if (next === null) return
    this.#inFlight++
    next.start()
  }

  /** Takes back a request that waits. */
  cancel(request: QueuedRequest): void {
    const queue = this.#queues.get(request.client)
    const index = queue?.indexOf(request) ?? -1
    if (queue === undefined || index < 0) return
    queue.splice(index, 1)
    this.#waiting--
    if (queue.length === 0) this.#queues.delete(request.client)
  }

  /** Refuses waiting and later requests; running ones go on. */
  close(): void {
    this.#closed = true
    const queues = [...this.#queues.values()]
    this.#queues.clear()
    this.#waiting = 0
    for (const queue of queues) for (const request of queue) request.refuse(closedText)
  }

  #queue(request: QueuedRequest): void {
    this.#waiting++
    const queue = this.#queues.get(request.client)
    if (queue === undefined) this.#queues.set(request.client, [request])
    else queue.push(request)
    request.wait()
  }

  #next(): QueuedRequest | null {
    for (const [client, queue] of this.#queues) {
      const request = queue.shift()
      this.#queues.delete(client)
      if (request === undefined) continue
      this.#waiting--
      // Behind all others: a client's next command waits for one of each other client.
      if (queue.length > 0) this.#queues.set(client, queue)
      if (request.isClientGone()) request.refuse(clientDisconnected)
      else if (request.expired()) request.onTimeout()
      else return request
    }
    return null
  }

  /**
   * Makes a place in a full queue: refuses the newest request of the client that has the most waiting, unless this
   * client would then have as many itself. So one client's flood cannot keep the others out.
   */
  #makeRoom(client: string): boolean {
    let longest: QueuedRequest[] = []
    for (const queue of this.#queues.values()) if (queue.length > longest.length) longest = queue
    if (longest.length <= (this.#queues.get(client)?.length ?? 0) + 1) return false
    const newest = longest.pop()
    if (newest === undefined) return false
    this.#waiting--
    newest.refuse(this.#fullText())
    return true
  }

  #fullText(): string {
    return (
      `too many commands: its control socket is limited to ${this.#maxInFlight} at a time and ` +
      `${this.#maxWaiting} waiting; this one was not sent`
    )
  }
}

const closedText = 'keagate is stopping; the command was not sent'
