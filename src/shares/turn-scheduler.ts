// Whose turn it is where many clients have work for the one thread that does it: the clients', not the connections'.

/** Milliseconds. What is left of a round after that waits for the next turn of the event loop. */
const maxRound = 5

/** Runs one piece of work of each client in each round. */
export class TurnScheduler {
  /** The first key is next in turn. */
  readonly #queues = new Map<string, (() => void)[]>()
  #planned = false

  /** @param work short; runs once, in a later turn of the event loop, after what this client has asked for before */
  schedule(client: string, work: () => void): void {
    const queue = this.#queues.get(client)
    if (queue === undefined) this.#queues.set(client, [work])
    else queue.push(work)
    this.#plan()
  }

  #plan(): void {
    if (this.#planned) return
    this.#planned = true
    setImmediate(() => this.#round())
  }

  #round(): void {
    this.#planned = false
    const end = performance.now() + maxRound
    let clients = this.#queues.size
    for (const [client, queue] of this.#queues) {
      const work = queue.shift()
      // Behind all others: its next piece waits for one of each.
      this.#queues.delete(client)
      if (queue.length > 0) this.#queues.set(client, queue)
      work?.()
      if (--clients === 0 || performance.now() > end) break
    }
    if (this.#queues.size > 0) this.#plan()
  }
}
