// Every place of the configuration that takes an address or a network takes each spelling of it for the same.

import t from 'tap'
import { assignRole } from '../../src/access/assign-role.ts'
import { compilePolicy } from '../../src/access/policy.ts'
import { loadConfigText } from '../../src/config/load.ts'
import type { LoadedConfig } from '../../src/config/load.ts'
import { socketAddress, socketIdentity } from '../../src/config/resolve/socket-address.ts'
import { TrustedProxies } from '../../src/http/proxy/trusted-proxies.ts'

/** Each row: one address in all its spellings, the plain one first. */
const addresses = [
  [
    '192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201', '::FFFF:C000:0201', '0:0:0:0:0:ffff:192.0.2.1',
    '0:0:0:0:0:FFFF:c000:201', '0000:0000:0000:0000:0000:ffff:c000:0201',
  ],
  ['127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:7f00:1'],
  ['0.0.0.0', '::ffff:0.0.0.0', '::ffff:0:0'],
  ['::1', '0:0:0:0:0:0:0:1', '0000::0001', '::0.0.0.1'],
  ['::', '0:0:0:0:0:0:0:0', '0::0.0.0.0'],
  ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0001', '2001:db8:0::0.0.0.1'],
] as const

/** Each row: one network in all its spellings, then an address in it and one outside. */
const networks = [
  [
    ['192.0.2.0/25', '192.0.2.1/25', '::ffff:192.0.2.0/121', '::ffff:c000:200/121', '0:0:0:0:0:FFFF:C000:0201/121'],
    '192.0.2.127', '192.0.2.128',
  ],
  [['2001:db8::/33', '2001:DB8:0:0:0:0:0:0/33', '2001:db8::0.0.0.0/33'], '2001:db8:7fff::', '2001:db8:8000::'],
] as const

function load(agent: Readonly<Record<string, unknown>>): LoadedConfig {
  const options = { dialect: 'command', env: {}, pathChecks: false, current: null } as const
  return loadConfigText('a.conf', JSON.stringify({ 'Control-agent': agent }), options)
}

function roleOf(name: string, remoteAddress: string): string | undefined {
  const roles = [{ name, 'accept-commands': 'ALL' }]
  const { access, serviceGroups } = load({ 'access-control': { 'assign-role-method': 'remote-address', roles } }).config
  if (access === null) return undefined
  const policy = compilePolicy(access, { tls: false, services: [], serviceGroups, handlers: [] })
  return assignRole(policy, { remoteAddress, tls: null, user: null }).role.name
}

/** The texts of the warnings. */
function warned({ warnings }: LoadedConfig): readonly string[] {
  return warnings.map(({ text }) => text)
}

t.test('addresses', async (t) => {
  for (const [plain, ...others] of addresses) {
    for (const other of others) {
      t.test(other, async (t) => {
        const host = (address: string): LoadedConfig => load({ 'http-host': address })
        t.equal(host(other).config.httpHost, host(plain).config.httpHost, 'http-host')
        t.same(warned(host(other)), warned(host(plain)))

        const monitoring = (address: string): LoadedConfig => load({ monitoring: { 'http-host': address } })
        t.equal(monitoring(other).config.monitoring?.httpHost, plain, 'monitoring')
        t.same(warned(monitoring(other)), warned(monitoring(plain)))
        const sameport = { 'http-host': plain, 'http-port': 8000, monitoring: { 'http-host': other, 'http-port': 8000 } }
        t.throws(() => load(sameport), /where the agent itself listens/)

        const socket = (address: string): LoadedConfig => {
          const given = { 'socket-type': 'http', 'socket-address': address, 'socket-port': 8001, user: 'u', password: 'p' }
          return load({ 'control-sockets': { dhcp4: given } })
        }
        const [one, two] = [socket(other), socket(plain)].map(({ config }) => config.controlSockets.get('dhcp4'))
        t.ok(one !== undefined && two !== undefined && socketIdentity(one) === socketIdentity(two), 'socket-address')
        t.equal(one && socketAddress(one), two && socketAddress(two))
        t.same(warned(socket(other)), warned(socket(plain)))

        t.equal(roleOf(other, plain), other, 'a role')
        t.equal(roleOf(plain, other), plain)
        t.throws(() => load({ 'trusted-proxies': [plain, other] }), /is given twice/)
        t.ok(new TrustedProxies(load({ 'trusted-proxies': [other] }).config.proxies.trusted).includes(plain), 'a proxy')
      })
    }
  }
})

t.test('networks', async (t) => {
  for (const [spellings, inside, outside] of networks) {
    for (const network of spellings) {
      t.equal(roleOf(network, inside), network, `${network} as a role`)
      t.not(roleOf(network, outside), network)
      const proxies = new TrustedProxies(load({ 'trusted-proxies': [network] }).config.proxies.trusted)
      t.same([proxies.includes(inside), proxies.includes(outside)], [true, false], `${network} as a proxy`)
    }
  }
})

t.test('a network that holds more than the IPv4-mapped addresses is none', async (t) => {
  for (const network of ['::ffff:0:0/95', '::ffff:192.0.2.0/24', '::ffff:c000:200/129']) {
    t.throws(() => load({ 'trusted-proxies': [network] }), /neither an IP address nor a network/, network)
  }
})

t.test('an address with a zone stays as it is written', async (t) => {
  t.equal(load({ 'http-host': 'fe80::1%eth0' }).config.httpHost, 'fe80::1%eth0')
})
