// The proxies whose headers count for the address of a client.

import { NetworkTable, readAddress, readNetwork } from '../../net/network.ts'

export class TrustedProxies {
  readonly #networks: NetworkTable<true>

  /** @param list addresses and networks; a text that is neither adds no proxy */
  constructor(list: readonly string[]) {
    this.#networks = new NetworkTable(
      list.flatMap((text) => {
        const network = readNetwork(text)
        return network === null ? [] : [[network, true] as const]
      }),
    )
  }

  /** @param address `unknown` is no address, and so not included */
  includes(address: string): boolean {
    const read = readAddress(address)
    return read !== null && this.#networks.find(read) !== null
  }
}
