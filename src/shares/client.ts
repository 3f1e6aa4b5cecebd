// Whose share something is taken from.

import { clientNetwork } from '../net/client-network.ts'

export interface ShareClient {
  /** The address, or the network around it. */
  readonly network: string
  /** The user, where users are asked for and this one is known; else null. */
  readonly user: string | null
}

/** @param address as sockets tell it */
export function shareClient(address: string, user: string | null): ShareClient {
  return { network: clientNetwork(address), user }
}

/** One text for each client: users are told apart wherever they come from, all others by their network. */
export function shareKey({ network, user }: ShareClient): string {
  return user === null ? network : `user ${user}`
}
