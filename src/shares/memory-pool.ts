// Bytes that were granted from one pool, by client.

import type { ShareClient } from './client.ts'
import { shareKey } from './client.ts'

/** The part of a pool that one client may have. */
const clientPart = 1 / 4

/**
 * The part of a pool that all users of one address may have together: more than one user's, so that a second user is
 * served beside the first, and no more, so that a client that knows many passwords leaves something to other addresses.
 */
const addressPart = 1 / 2

/** Up to so many entries, clients without bytes stay in the sums. */
const keptClients = 1_000

/** Why memory was refused: the client has its share already, or all clients together have all there is. */
export type MemoryRefusal = 'client' | 'total'

export class MemoryPool {
  #total = 0
  /** Those of each user, and of each network as far as no user is known. */
  readonly #byClient = new Map<string, number>()
  /** Those of all users of a network. */
  readonly #byNetwork = new Map<string, number>()

  get total(): number {
    return this.#total
  }

  /**
   * @param bytes at least 0
   * @param capacity bytes that this pool may have in all
   * @returns why not, or null when they are added
   */
  tryAdd(client: ShareClient, bytes: number, capacity: number): MemoryRefusal | null {
    const { network, user } = client
    if ((this.#byClient.get(shareKey(client)) ?? 0) + bytes > capacity * clientPart) return 'client'
    if (user !== null && (this.#byNetwork.get(network) ?? 0) + bytes > capacity * addressPart) return 'client'
    if (this.#total + bytes > capacity) return 'total'
    this.#change(client, bytes)
    return null
  }

  /** @param bytes of those that were added for this client */
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
