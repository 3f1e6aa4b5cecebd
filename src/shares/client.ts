// The client whose share something is taken from.

import { clientNetwork } from '../net/client-network.ts'

export interface ShareClient {
  /** The address, or the network around it. */
  readonly network: string
  /** The user name, if authentication is configured and the user is known; else null. */
  readonly user: string | null
}

/** @param address as a socket gives it */
export function shareClient(address: string, user: string | null): ShareClient {
  return { network: clientNetwork(address), user }
}

/** A text that tells clients apart: a user by its name, from any network; all other clients by their network. */
export function shareKey({ network, user }: ShareClient): string {
  return user === null ? network : `user ${user}`
}
