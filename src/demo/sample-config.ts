// The made-up site: two networks of IPv4, two of IPv6, and a server for DNS updates.

import { addressText } from './daemon/address.ts'
import type { Family } from './daemon/address.ts'
import { demoNotice } from './daemon/commands/process-commands.ts'

export type Service = 'dhcp4' | 'dhcp6' | 'd2'

export const services: readonly Service[] = ['dhcp4', 'dhcp6', 'd2']

/** Leases of the two IPv4 networks. All addresses are from RFC 5737, RFC 1918 and RFC 3849: no one owns them. */
export const officeLeases = 150
export const campusLeases = 350

/**
 * A configuration as its file would hold it.
 * @param socket the path of the control socket
 */
export function sampleConfig(service: Service, socket: string): string {
  const controlSocket = { 'socket-type': 'unix', 'socket-name': socket }
  const common = {
    // As Kea 2.2 has it, and as 3.0 has it.
    'control-socket': controlSocket,
    'control-sockets': [controlSocket],
    'user-context': { demonstration: demoNotice },
  }
  if (service === 'd2') return JSON.stringify({ DhcpDdns: { ...common, ...ddns } })
  const family = service === 'dhcp4' ? 4 : 6
  const loggers = [{ name: `kea-${service}`, severity: 'INFO', debuglevel: 0, ...output }]
  const hooks = ['lease', 'stat', 'host', 'subnet'].map((name) => ({ library: `libdhcp_${name}_cmds.so` }))
  const server = { ...common, loggers, 'hooks-libraries': hooks, 'valid-lifetime': 86_400 }
  return JSON.stringify({ [`Dhcp${family}`]: { ...server, ...(family === 4 ? dhcp4 : dhcp6) } })
}

const stdout = { output: 'stdout', flush: true, pattern: '' }

/** The name as Kea 2.2 prints it, and as 3.0 does. */
const output = { output_options: [stdout], 'output-options': [stdout] }

const ddns = {
  'forward-ddns': {
    'ddns-domains': [
      { name: 'office.example.', 'key-name': '', 'dns-servers': [{ 'ip-address': '127.0.0.1', port: 53 }] },
    ],
  },
  loggers: [{ name: 'kea-dhcp-ddns', severity: 'INFO', debuglevel: 0, ...output }],
}

const dhcp4 = {
  'shared-networks': [{
    name: 'campus',
    subnet4: [{
      id: 2, subnet: '10.20.0.0/22', pools: [{ pool: '10.20.0.10 - 10.20.3.250' }],
      reservations: reservations(4, 0x0a_14_00_05n, 'access-point', 4),
    }],
  }],
  subnet4: [{
    id: 1, subnet: '192.0.2.0/24', pools: [{ pool: '192.0.2.10 - 192.0.2.199' }],
    reservations: reservations(4, 0xc0_00_02_cdn, 'printer', 6),
  }],
}

const dhcp6 = {
  'server-id': { type: 'EN', 'enterprise-id': 2495, identifier: '00AA', persist: false, htype: 0, time: 0 },
  'shared-networks': [{
    name: 'campus',
    subnet6: [{ id: 2, subnet: '2001:db8:2::/64', pools: [{ pool: '2001:db8:2::/80' }] }],
  }],
  // More addresses than a double counts exactly, as real sites have.
  subnet6: [{
    id: 1, subnet: '2001:db8:1::/48', pools: [{ pool: '2001:db8:1::1 - 2001:db8:1::ff:ffff:ffff:ffff' }],
    'pd-pools': [{ prefix: '2001:db8:1:8000::', 'prefix-len': 52, 'delegated-len': 60 }],
    reservations: reservations(6, 0x2001_0db8_0001_0000_0000_0000_0000_0005n, 'server', 3),
  }],
}

function reservations(family: Family, first: bigint, name: string, count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => {
    const address = addressText(first + BigInt(index), family)
    const number = String(index + 1)
    const hostname = `${name}-${number}.office.example`
    if (family === 6) return { duid: `00:03:00:01:02:00:5e:00:53:0${number}`, 'ip-addresses': [address], hostname }
    return { 'hw-address': `02:00:5e:00:53:0${number}`, 'ip-address': address, hostname }
  })
}
