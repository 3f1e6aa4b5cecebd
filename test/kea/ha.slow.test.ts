// Two real kea-dhcp4 servers in hot-standby find each other through two keagates.

import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import type { Owner } from '../support/child.ts'
import { freePort, startProgram } from '../support/program.ts'
import type { Certificates } from './certificates.ts'
import { makeCertificates } from './certificates.ts'
import type { Daemon } from './daemons.ts'
import { startDaemon } from './daemons.ts'
import type { Door, Way } from './door.ts'
import { openDoor, password, user, wayName } from './door.ts'
import { hookLibrary, skipWithout } from './installed.ts'
import { post } from './post.ts'

interface Server {
  readonly name: string
  readonly daemon: Daemon
  readonly door: Door
}

const ways: readonly Way[] = [
  { tls: 'off', basic: false },
  { tls: 'mutual', basic: true },
]

t.test('hot-standby by heartbeats through two keagates', { skip: skipWithout('kea-dhcp4') }, async (t) => {
  const certificates = await makeCertificates(t)
  for (const way of ways) {
    await t.test(wayName(way), async (t) => {
      const servers = await startPair(t, way, certificates)
      for (const server of servers) {
        t.match(await waitForHotStandby(server), inHotStandby, `${server.name} and its partner are in hot-standby`)
        t.match(server.door.output(), /ha-heartbeat/, `heartbeats to ${server.name} came through its keagate`)
      }

      const [primary, standby] = servers
      if (way.tls === 'off') await checkStatusPage(t, servers)
      const lease = '{ "ip-address": "192.0.2.50", "hw-address": "0a:0b:0c:0d:0e:0f" }'
      t.match(await ask(standby, 'lease4-add', lease), { result: 0 })
      t.match(await ask(primary, 'ha-sync', '{ "server-name": "standby" }'), { result: 0 }, 'ha-sync of the primary')
      t.match(await ask(primary, 'lease4-get', lease), { result: 0 }, "the standby's lease came over")
    })
  }
})

/** A door before both tells which of them is active. */
async function checkStatusPage(t: Test, servers: readonly Server[]): Promise<void> {
  const monitoring = await freePort()
  const sockets = Object.fromEntries(servers.map(({ name, daemon }) => [name, { 'socket-name': daemon.socket }]))
  await startProgram(t, { monitoring: { 'http-port': monitoring }, 'control-sockets': sockets })
  const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${monitoring}${path}`)).text()
  const deadline = Date.now() + 20_000
  while ((await get('/metrics')).match(/^keagate_daemon_ha_active/gm)?.length !== 2 && Date.now() < deadline) await pause(100)
  const metrics = await get('/metrics')
  t.match(metrics, /^keagate_daemon_ha_active\{service="primary"\} 1$/m)
  t.match(metrics, /^keagate_daemon_ha_active\{service="standby"\} 0$/m)
  t.match(metrics, /^keagate_daemon_info\{service="primary",host="[^"]+",version="\d+\.\d+\.\d+"\} 1$/m)
  const [, started] = /^keagate_daemon_start_time_seconds\{service="primary"\} (\S+)$/m.exec(metrics) ?? []
  t.ok(Math.abs(Date.now() / 1000 - Number(started)) < 300, 'it began not long ago')
  t.match(await get('/'), /active, primary, hot-standby.*standby, hot-standby/s)
}

async function startPair(owner: Owner, way: Way, certificates: Certificates): Promise<readonly [Server, Server]> {
  const names = ['primary', 'standby'] as const
  const ports = { primary: await freePort(), standby: await freePort() }
  const peers = names.map((name) => ({
    name,
    role: name,
    url: `${way.tls === 'off' ? 'http' : 'https'}://127.0.0.1:${ports[name]}/`,
    'auto-failover': true,
    ...(way.basic ? { 'basic-auth-user': user, 'basic-auth-password': password } : {}),
    ...(way.tls === 'off'
      ? {}
      : {
          'trust-anchor': certificates.ca,
          'cert-file': certificates.client.cert,
          'key-file': certificates.client.key,
        }),
  }))
  const start = async (name: 'primary' | 'standby'): Promise<Server> => {
    const ha = {
      'this-server-name': name,
      mode: 'hot-standby',
      'heartbeat-delay': 200,
      'max-response-delay': 20_000,
      'max-unacked-clients': 0,
      'send-lease-updates': true,
      'sync-leases': true,
      peers,
    }
    const hook = { library: hookLibrary('libdhcp_ha.so'), parameters: { 'high-availability': [ha] } }
    const daemon = await startDaemon(owner, 'dhcp4', { 'hooks-libraries': [hook] })
    const sockets = { dhcp4: daemon.socket }
    return { name, daemon, door: await openDoor(owner, way, certificates, { sockets, port: ports[name] }) }
  }
  return Promise.all([start('primary'), start('standby')])
}

async function ask(server: Server, command: string, args = '{}'): Promise<unknown> {
  const reply = await post(server.door, `{ "command": "${command}", "service": [ "dhcp4" ], "arguments": ${args} }`)
  return (JSON.parse(reply.body.toString()) as unknown[])[0]
}

const inHotStandby = {
  local: { state: 'hot-standby' },
  remote: { 'last-state': 'hot-standby', 'communication-interrupted': false },
}

interface HaServers {
  readonly local: { readonly state: string }
  readonly remote: { readonly 'last-state': string; readonly 'communication-interrupted': boolean }
}

/** The server's view of itself and its partner: as soon as both are in hot-standby, or what it is after 20 s. */
async function waitForHotStandby(server: Server): Promise<HaServers> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const status = (await ask(server, 'status-get')) as {
      arguments: { 'high-availability': [{ 'ha-servers': HaServers }] }
    }
    const { local, remote } = status.arguments['high-availability'][0]['ha-servers']
    const reached =
      local.state === 'hot-standby' && remote['last-state'] === 'hot-standby' && !remote['communication-interrupted']
    if (reached || Date.now() > deadline) return { local, remote }
    await pause(50)
  }
}
