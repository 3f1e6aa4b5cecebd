// Gives clients turns on the one thread that does the work of all. Turns go by client, not by connection.

/** Milliseconds that a round may take. The clients left over after that wait for the next turn of the event loop. */
const maxRound = 5

/** Runs one piece of work of each client in each round. */
export class TurnScheduler {
  /** The work that waits, by client; the first key has the next turn. */
  readonly #queues = new Map<string, (() => void)[]>()
  #planned = false

  /** @param work short; runs once, in a later turn of the event loop, after the earlier work of this client */
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
      // The client goes to the end: its next piece of work waits for one piece of each other client.
      this.#queues.delete(client)
      if (queue.length > 0) this.#queues.set(client, queue)
      work?.()
      if (--clients === 0 || performance.now() > end) break
    }
    if (this.#queues.size > 0) this.#plan()
  }
}
