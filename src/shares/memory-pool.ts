// One pool of memory: how many bytes of it each client has.

import type { ShareClient } from './client.ts'
import { shareKey } from './client.ts'

/** The part of a pool that one client may have. */
const clientPart = 1 / 4

/**
 * The part of a pool that all users of one address may have together. It is more than one user may have, so that a
 * second user is served beside the first. It is not all, so that a client that knows many passwords leaves something to
 * other addresses.
 */
const addressPart = 1 / 2

/** While a map of sums has no more entries than this, clients without bytes stay in it. */
const keptClients = 1_000

/** Why memory was refused: the client's share is used up, or all memory is. */
export type MemoryRefusal = 'client' | 'total'

export class MemoryPool {
  #total = 0
  /** Bytes of each user, and of each network for clients without a known user. */
  readonly #byClient = new Map<string, number>()
  /** Bytes of all known users of a network together. */
  readonly #byNetwork = new Map<string, number>()

  get total(): number {
    return this.#total
  }

  /**
   * @param bytes at least 0
   * @param capacity bytes that this pool may have in all
   * @returns why the bytes were refused; null: they are added
   */
  tryAdd(client: ShareClient, bytes: number, capacity: number): MemoryRefusal | null {
    const { network, user } = client
    if ((this.#byClient.get(shareKey(client)) ?? 0) + bytes > capacity * clientPart) return 'client'
    if (user !== null && (this.#byNetwork.get(network) ?? 0) + bytes > capacity * addressPart) return 'client'
    if (this.#total + bytes > capacity) return 'total'
    this.#change(client, bytes)
    return null
  }

  /** @param bytes at most as many as were added for this client */
  remove(client: ShareClient, bytes: number): void {
    this.#change(client, -bytes)
  }

  #change(client: ShareClient, bytes: number): void {
    this.#total += bytes
    changeSum(this.#byClient, shareKey(client), bytes)
    if (client.user !== null) changeSum(this.#byNetwork, client.network, bytes)
  }
}

/**
 * Clients without bytes are kept only while there are few: taking the entry of a client out after each command and
 * putting it in again costs more than the rest of a reservation.
 */
function changeSum(sums: Map<string, number>, key: string, bytes: number): void {
  const sum = (sums.get(key) ?? 0) + bytes
  if (sum === 0 && sums.size > keptClients) sums.delete(key)
  else sums.set(key, sum)
}
