// Real Kea daemons for tests: control sockets and leases in a temporary folder, no DHCP traffic, no fixed ports.

import dgram from 'node:dgram'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Child, Owner } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'
import { executable, hookLibrary } from './installed.ts'

export type Service = 'dhcp4' | 'dhcp6' | 'd2'

export interface Daemon extends Child {
  /** The path of its control socket. */
  readonly socket: string
}

/** The program of each service. */
export const daemonNames = { dhcp4: 'kea-dhcp4', dhcp6: 'kea-dhcp6', d2: 'kea-dhcp-ddns' } as const

const started: Readonly<Record<Service, RegExp>> = {
  dhcp4: /DHCP4_STARTED/,
  dhcp6: /DHCP6_STARTED/,
  d2: /DHCP_DDNS_STARTED/,
}

/**
 * Starts one daemon and waits until it answers on its socket.
 * @param extra members added to the daemon's configuration map; `hooks-libraries` are loaded besides the lease commands
 */
export async function startDaemon(
  owner: Owner,
  service: Service,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<Daemon> {
  const directory = temporaryDirectory(owner)
  const socket = path.join(directory, 'socket')
  const file = path.join(directory, `${service}.conf`)
  writeFileSync(file, JSON.stringify(await configuration(service, directory, socket, extra)))
  const child = startChild(owner, executable(daemonNames[service]), ['-c', file], {
    env: { KEA_PIDFILE_DIR: directory, KEA_LOCKFILE_DIR: directory },
    cwd: directory,
  })
  await child.waitFor(started[service])
  return { ...child, socket }
}

async function configuration(
  service: Service,
  directory: string,
  socket: string,
  extra: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const common = {
    'control-socket': { 'socket-type': 'unix', 'socket-name': socket },
    loggers: [{ name: daemonNames[service], severity: 'INFO', output_options: [{ output: 'stdout' }] }],
  }
  if (service === 'd2') {
    return { DhcpDdns: { ...common, 'ip-address': '127.0.0.1', port: await freeUdpPort(), ...extra } }
  }
  const { 'hooks-libraries': hooks = [], ...rest } = extra as { 'hooks-libraries'?: readonly unknown[] }
  const shared = {
    ...common,
    'interfaces-config': { interfaces: [] },
    'lease-database': { type: 'memfile', persist: true, name: path.join(directory, 'leases.csv'), 'lfc-interval': 0 },
    'hooks-libraries': [{ library: hookLibrary('libdhcp_lease_cmds.so') }, ...hooks],
    ...rest,
  }
  if (service === 'dhcp4') {
    const pools = [{ pool: '192.0.2.10-192.0.2.200' }]
    return { Dhcp4: { ...shared, subnet4: [{ id: 1, subnet: '192.0.2.0/24', pools }] } }
  }
  // A /72 pool and /128 prefixes of a /48: numbers of addresses that a double does not count exactly.
  const subnet = {
    id: 1,
    subnet: '2001:db8::/32',
    pools: [{ pool: '2001:db8::/72' }],
    'pd-pools': [{ prefix: '2001:db8:1::', 'prefix-len': 72, 'delegated-len': 128 }],
  }
  // The default identifier is made from a network interface's address, which a container may lack.
  const serverId = { type: 'EN', 'enterprise-id': 2495, identifier: '00AA', persist: false }
  return { Dhcp6: { ...shared, 'server-id': serverId, subnet6: [subnet] } }
}

async function freeUdpPort(): Promise<number> {
  const socket = dgram.createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}
