// Starts handshakes a few at a time. The first message of a client costs a signature, and the event loop reads from all
// sockets that have something in one go. Without turns, other requests could wait for five hundred signatures.

import { clientNetwork } from '../../net/client-network.ts'

/** Handshakes that start in one turn of the event loop; each costs a millisecond or two. */
const maxPerTurn = 4

export class HandshakeTurns {
  /** The handshakes that wait, by network, each in order of arrival. Networks take turns; the first key is next. */
  readonly #waiting = new Map<string, (() => void)[]>()
  #started = 0
  #planned = false

  /** @param begin called once; without a wait where few handshakes have started in this turn */
  start(remoteAddress: string, begin: () => void): void {
    if (!this.#planned) {
      this.#planned = true
      setImmediate(() => this.#next())
    }
    if (this.#started < maxPerTurn && this.#waiting.size === 0) {
      this.#started++
      begin()
      return
    }
    const network = clientNetwork(remoteAddress)
    const queue = this.#waiting.get(network)
    if (queue === undefined) this.#waiting.set(network, [begin])
    else queue.push(begin)
  }

  #next(): void {
    this.#planned = this.#waiting.size > 0
    this.#started = 0
    if (!this.#planned) return
    setImmediate(() => this.#next())
    for (const [network, queue] of this.#waiting) {
      if (this.#started === maxPerTurn) return
      this.#started++
      const begin = queue.shift()
      this.#waiting.delete(network)
      // The network goes behind the others.
      if (queue.length > 0) this.#waiting.set(network, queue)
      begin?.()
    }
  }
}
