// Kea 3 for tests, beside the Kea of this machine: programs of the small Debian that `.ci/kea3.sh` makes, run by
// chroot. Nobody can be asked to have such a folder, so tests without it are skipped, also in CI, with the reason.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Child, Owner } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import { freePort } from '../support/program.ts'
import type { Pair } from './certificates.ts'
import type { Service } from './daemons.ts'
import { daemonNames } from './daemons.ts'

const root = process.env['KEAGATE_KEA3_ROOT'] ?? '/var/tmp/keagate-kea3'

/** The `skip` option of a test that needs Kea 3: false when it can run, else the reason, which is printed too. */
export function skipWithoutKea3(): string | false {
  const reason = !existsSync(path.join(root, 'complete'))
    ? `no Kea 3 in ${root} (make it as root with .ci/kea3.sh)`
    : process.getuid?.() !== 0
      ? `only root can run the Kea 3 in ${root}`
      : false
  if (reason !== false) console.error(`# NOT TESTED: ${reason}`)
  return reason
}

/** A file of that Debian, as everybody else sees it. @param name its absolute name inside */
export function kea3File(name: string): string {
  return path.join(root, name)
}

/** The version of Kea in the folder, such as `3.0.4`. */
export function kea3Version(): string {
  return readFileSync(path.join(root, 'complete'), 'utf8').trim()
}

/** A temporary folder under its two names. Its permissions are those that Kea 3 wants around a control socket. */
export interface Kea3Folder {
  /** As the programs of Kea 3 see it. */
  readonly inside: string
  /** As everybody else sees it. */
  readonly outside: string
}

/** Removed when the owner's test ends. */
export function kea3Folder(owner: Owner): Kea3Folder {
  const outside = mkdtempSync(path.join(root, 'tmp', 'keagate-'))
  owner.teardown(() => rmSync(outside, { recursive: true, force: true }))
  mkdirSync(path.join(outside, 'run'), { mode: 0o750 })
  return { outside, inside: outside.slice(root.length) }
}

/** Starts a program of Kea 3, such as `/usr/sbin/kea-ctrl-agent`; file names in `args` are those inside. */
export function startInKea3(owner: Owner, folder: Kea3Folder, program: string, args: readonly string[]): Child {
  return startChild(owner, '/usr/sbin/chroot', [root, program, ...args], {
    env: { KEA_PIDFILE_DIR: folder.inside, KEA_LOCKFILE_DIR: 'none' },
  })
}

export interface Kea3Daemon extends Child {
  /** Of its HTTP or HTTPS control socket. */
  readonly port: number
  /** The path of its UNIX control socket, as everybody else sees it. */
  readonly socket: string
  readonly folder: Kea3Folder
}

export interface Kea3Options {
  /** Of its HTTP(S) control socket; 127.0.0.1 when left out. */
  readonly address?: string
  /** Of the same; a free one when left out. */
  readonly port?: number
  /** What its listener asks for besides TLS: the members of `authentication`. */
  readonly authentication?: Readonly<Record<string, unknown>>
  /** TLS: the authority and the daemon's own certificate; clients must show one. Plain HTTP when left out. */
  readonly tls?: { readonly ca: string; readonly server: Pair; readonly certRequired?: boolean }
  /** Members added to the daemon's configuration map. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** Starts one daemon with a UNIX and an HTTP(S) control socket and waits until it is ready. */
export async function startKea3Daemon(owner: Owner, service: Service, options: Kea3Options = {}): Promise<Kea3Daemon> {
  const folder = kea3Folder(owner)
  const port = options.port ?? (await freePort())
  const unix = { 'socket-type': 'unix', 'socket-name': path.join(folder.inside, 'run', 'socket') }
  const http = {
    'socket-type': options.tls === undefined ? 'http' : 'https',
    'socket-address': options.address ?? '127.0.0.1',
    'socket-port': port,
    ...(options.tls === undefined ? {} : tlsKeys(folder, options.tls)),
    ...(options.authentication === undefined ? {} : { authentication: { type: 'basic', ...options.authentication } }),
  }
  const config = configuration(service, await freePort(), { 'control-sockets': [unix, http], ...options.extra })
  writeFileSync(path.join(folder.outside, 'kea.conf'), JSON.stringify(config))
  const file = path.join(folder.inside, 'kea.conf')
  const child = startInKea3(owner, folder, `/usr/sbin/${daemonNames[service]}`, ['-X', '-c', file])
  await child.waitFor(service === 'd2' ? /DHCP_DDNS_STARTED/ : service === 'dhcp4' ? /DHCP4_STARTED/ : /DHCP6_STARTED/)
  return { ...child, port, folder, socket: path.join(folder.outside, 'run', 'socket') }
}

/** Copies the files to where the daemon can read them. */
function tlsKeys(folder: Kea3Folder, tls: NonNullable<Kea3Options['tls']>): Record<string, unknown> {
  const files = { 'trust-anchor': tls.ca, 'cert-file': tls.server.cert, 'key-file': tls.server.key }
  for (const [key, file] of Object.entries(files)) copyFileSync(file, path.join(folder.outside, key))
  const inside = (key: keyof typeof files): string => path.join(folder.inside, key)
  return {
    'trust-anchor': inside('trust-anchor'),
    'cert-file': inside('cert-file'),
    'key-file': inside('key-file'),
    'cert-required': tls.certRequired ?? true,
  }
}

function configuration(
  service: Service,
  udpPort: number,
  extra: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const loggers = [{ name: daemonNames[service], severity: 'INFO', 'output-options': [{ output: 'stdout' }] }]
  if (service === 'd2') return { DhcpDdns: { 'ip-address': '127.0.0.1', port: udpPort, loggers, ...extra } }
  const shared = {
    'interfaces-config': { interfaces: [] },
    'lease-database': { type: 'memfile', persist: false },
    loggers,
  }
  if (service === 'dhcp4') {
    const pools = [{ pool: '192.0.2.10-192.0.2.200' }]
    return { Dhcp4: { ...shared, subnet4: [{ id: 1, subnet: '192.0.2.0/24', pools }], ...extra } }
  }
  const serverId = { type: 'EN', 'enterprise-id': 2495, identifier: '00AA', persist: false }
  const pools = [{ pool: '2001:db8::/72' }]
  return { Dhcp6: { ...shared, 'server-id': serverId, subnet6: [{ id: 1, subnet: '2001:db8::/32', pools }], ...extra } }
}
