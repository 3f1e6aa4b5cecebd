// `trusted-proxies` and `proxy-protocol`: the proxies that are believed when they tell the address of a client.

import { isIP } from 'node:net'
import type { Sliced } from '../../in-slices.ts'
import { readNetwork } from '../../net/network.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import type { ProxiesConfig } from '../types.ts'

export function* resolveProxies(agent: Section): Sliced<ProxiesConfig> {
  const trusted: string[] = []
  const known = new Set<string>()
  for (const { value, at } of agent.strings('trusted-proxies') ?? []) {
    yield
    const network = readNetwork(value)
    if (network === null) {
      agent.error(at, `${quoted(value)} is neither an IP address nor a network`, rightNetwork(value))
      continue
    }
    if (known.has(network.id)) {
      agent.error(at, `${quoted(value)} is given twice`, 'keep one of them')
      continue
    }
    if (network.length === 0) {
      const text = `with ${quoted(value)} every client may say which address it has, and so choose its role and evade the lock-out`
      agent.warning('KEAGATE_CONFIG_WARNING', at, text, 'name the addresses of your proxies only')
    }
    known.add(network.id)
    trusted.push(value)
  }
  const proxyProtocol = agent.boolean('proxy-protocol') ?? false
  // Addresses that are wrong count here too: they have been reported already.
  const named = (agent.strings('trusted-proxies') ?? []).length > 0
  if (proxyProtocol && !named) {
    const text = 'proxy-protocol is true, but trusted-proxies names no proxy, so that every connection would be closed'
    agent.error('proxy-protocol', text, 'add the addresses of your balancers: "trusted-proxies": [ "192.0.2.10" ]')
  }
  return { trusted, proxyProtocol }
}

function rightNetwork(text: string): string {
  const [address = '', length, ...rest] = text.split('/')
  const inner = /^\[(.*)\]$/.exec(address)?.[1] ?? ''
  if (isIP(inner) === 6) return `leave out the brackets: ${quoted(text.replace(/[[\]]/g, ''))}`
  if (rest.length === 0 && isIP(address) !== 0 && length !== undefined) {
    return `the number behind the slash is the length of the network in bits, at most ${isIP(address) === 4 ? 32 : 128}`
  }
  return 'write one such as "192.0.2.10", "10.0.0.0/8" or "2001:db8::/32"; names are not looked up'
}
