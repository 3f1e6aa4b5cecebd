// Whose word counts for the address of a client.

import { NetworkTable, readAddress, readNetwork } from '../../net/network.ts'

export class TrustedProxies {
  readonly #networks: NetworkTable<true>

  /** @param list addresses and networks; what is neither trusts no one */
  constructor(list: readonly string[]) {
    this.#networks = new NetworkTable(
      list.flatMap((text) => {
        const network = readNetwork(text)
        return network === null ? [] : [[network, true] as const]
      }),
    )
  }

  /** @param address `unknown` is none */
  includes(address: string): boolean {
    const read = readAddress(address)
    return read !== null && this.#networks.find(read) !== null
  }
}
