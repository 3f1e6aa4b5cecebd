// Who may talk to one control socket, and when: so many commands at a time, so many waiting, clients in turn.
// The daemon's first duty is DHCP; a flood of commands must stop here.

/** The reason in the log for a command that was not sent because its client disconnected while it waited. */
export const clientDisconnected = 'the client went away before the command was sent'

/** One command that wants to go out. */
export interface QueuedRequest {
  /** Tickets of one client wait in the order they came; clients take turns. */
  readonly client: string
  /** Whether the client has disconnected. Asked when its turn comes. */
  isClientGone(): boolean
  /** Whether its time is over, as far as a timer can tell. Asked when its turn comes. */
  expired(): boolean
  /** It has to wait; `start`, `refuse` or `timeUp` follows unless it is withdrawn. */
  wait(): void
  /** It is its turn. The callee calls `release` exactly once, when the command has ended. */
  start(): void
  /** It will never be its turn; `leave` is not to be called. */
  refuse(reason: string): void
  /** The same for one that is late: what it waited for has mostly ended for the same reason, a moment earlier. */
  onTimeout(): void
}

/** The gate in front of one control socket. Decides at once and holds no timers. */
export class FairLimiter {
  readonly #maxInFlight: number
  readonly #maxWaiting: number
  /** A client is in here while it has something waiting; the first key is next in turn. */
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

  /** Starts the ticket, queues it, or refuses it; in the first and last case before returning. */
  acquire(ticket: QueuedRequest): void {
    if (this.#closed) {
      ticket.refuse(closedText)
    } else if (this.#inFlight < this.#maxInFlight) {
      this.#inFlight++
      ticket.start()
    } else if (this.#waiting < this.#maxWaiting || this.#makeRoom(ticket.client)) {
      this.#queue(ticket)
    } else {
      ticket.refuse(this.#fullText())
    }
  }

  /** A started ticket has ended: the next in turn starts. */
  release(): void {
    this.#inFlight--
    const next = this.#next()
    if (next === null) return
    this.#inFlight++
    next.start()
  }

  /** Takes back a ticket that waits. */
  cancel(ticket: QueuedRequest): void {
    const queue = this.#queues.get(ticket.client)
    const index = queue?.indexOf(ticket) ?? -1
    if (queue === undefined || index < 0) return
    queue.splice(index, 1)
    this.#waiting--
    if (queue.length === 0) this.#queues.delete(ticket.client)
  }

  /** Refuses what waits and what comes; what runs is not touched. */
  close(): void {
    this.#closed = true
    const queues = [...this.#queues.values()]
    this.#queues.clear()
    this.#waiting = 0
    for (const queue of queues) for (const ticket of queue) ticket.refuse(closedText)
  }

  #queue(ticket: QueuedRequest): void {
    this.#waiting++
    const queue = this.#queues.get(ticket.client)
    if (queue === undefined) this.#queues.set(ticket.client, [ticket])
    else queue.push(ticket)
    ticket.wait()
  }

  #next(): QueuedRequest | null {
    for (const [client, queue] of this.#queues) {
      const ticket = queue.shift()
      this.#queues.delete(client)
      if (ticket === undefined) continue
      this.#waiting--
      // Behind all others: a client's next command waits for one of each other client.
      if (queue.length > 0) this.#queues.set(client, queue)
      if (ticket.isClientGone()) ticket.refuse(clientDisconnected)
      else if (ticket.expired()) ticket.onTimeout()
      else return ticket
    }
    return null
  }

  /**
   * Finds a place in a full queue: that of the newest of the client that has the most, unless that would only turn the
   * tables. So one client's flood cannot keep the others out.
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
