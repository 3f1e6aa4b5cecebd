// What deployed clients ask, sent to `keagate demo` as they send it, and to a real Kea behind a keagate: the same
// results, and answers of the same shape.

import t from 'tap'
import type { Test } from 'tap'
import { startDaemon } from '../kea/daemons.ts'
import { hookLibrary, skipWithout } from '../kea/installed.ts'
import { skipWithoutKea3, startKea3Daemon } from '../kea/kea3.ts'
import { freePort, startProgram } from '../support/program.ts'
import { sendTo, startDemo } from './demo-client.ts'
import type { Demo } from './demo-client.ts'
import { differences } from './differences.ts'

interface Answer {
  readonly result: number
  readonly arguments?: unknown
}

type Question = readonly [client: string, command: string, service: readonly string[] | null, input?: object]

const four = ['dhcp4']
const lease = { 'ip-address': '192.0.2.190', 'hw-address': '1a:1b:1c:1d:1e:1f', 'client-id': '01:02', hostname: 'client' }

const questions: readonly Question[] = [
  ['kea-exporter', 'config-get', null],
  ['kea-exporter', 'config-get', ['dhcp4', 'dhcp6']],
  ['kea-exporter', 'statistic-get-all', ['dhcp4', 'dhcp6'], {}],
  ['netbox-kea', 'status-get', four],
  ['netbox-kea', 'version-get', ['dhcp4', 'dhcp6']],
  ['netbox-kea', 'config-get', four],
  ['netbox-kea', 'list-commands', four],
  ['netbox-kea', 'lease4-add', four, lease],
  ['netbox-kea', 'lease4-get-page', four, { from: '0.0.0.0', limit: 900 }],
  ['netbox-kea', 'lease4-get-page', four, { from: '255.255.255.254', limit: 50 }],
  ['netbox-kea', 'lease4-get', four, { 'ip-address': '192.0.2.190' }],
  ['netbox-kea', 'lease4-get-by-hw-address', four, { 'hw-address': '1a:1b:1c:1d:1e:1f' }],
  ['netbox-kea', 'lease4-get-by-hostname', four, { hostname: 'client' }],
  ['netbox-kea', 'lease4-get-by-client-id', four, { 'client-id': '01:02' }],
  ['netbox-kea', 'lease6-get', ['dhcp6'], { 'ip-address': '2001:db8:1::fff0' }],
  ['netbox-kea', 'lease4-del', four, { 'ip-address': '192.0.2.190' }],
  ['Stork', 'version-get', null],
  ['Stork', 'config-get', null],
  ['Stork', 'version-get', four],
  ['Stork', 'status-get', four],
  ['Stork', 'statistic-get-all', four],
  ['Stork', 'stat-lease4-get', four],
]

/** Those whose libraries come with Kea from 3.0 on. */
const managed: readonly Question[] = [
  ['netbox-kea', 'subnet4-list', four],
  ['netbox-kea', 'reservation-get-page', four, { 'subnet-id': 1, limit: 100, 'source-index': 1 }],
  ['Stork', 'subnet4-list', four],
  ['Stork', 'reservation-get-page', four, { limit: 1000 }],
  ['Stork', 'reservation-get-page', four, { limit: 1000, from: 1000, 'source-index': 1 }],
  ['Stork', 'config-get', four],
]

/** A real daemon at each of the sockets, behind a keagate. */
async function compare(t: Test, sockets: Readonly<Record<string, string>>, asked: readonly Question[]): Promise<void> {
  const named = Object.entries(sockets).map(([service, name]) => {
    return [service, { 'socket-type': 'unix', 'socket-name': name }] as const
  })
  const agent = await startProgram(t, { 'control-sockets': Object.fromEntries(named) })
  const demo = await startDemo(t, ['--port', String(await freePort()), '--monitoring-port', String(await freePort())])
  for (const [client, command, service, input] of asked) {
    const given = input === undefined ? {} : { arguments: input }
    const body = { command, ...(service === null ? {} : { service }), ...given }
    const name = `${client}: ${JSON.stringify(body)}`
    const [real, made] = [await askAgent(agent.port, body), await askDemo(demo, body)]
    t.same(made.map(({ result }) => result), real.map(({ result }) => result), name)
    const unlike = real.flatMap((each, i) => differences(each.arguments ?? {}, made[i]?.arguments ?? {}, service?.[i]))
    t.same(unlike, [], name)
  }
}

async function askAgent(port: number, body: object): Promise<readonly Answer[]> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: JSON.stringify(body) })
  return await response.json() as readonly Answer[]
}

async function askDemo(demo: Demo, body: object): Promise<readonly Answer[]> {
  return JSON.parse(await sendTo(demo, 'operator', body)) as readonly Answer[]
}

t.test('kea-exporter, netbox-kea and Stork', { skip: skipWithout('kea-dhcp4', 'kea-dhcp6') }, async (t) => {
  const common = {
    'hooks-libraries': [{ library: hookLibrary('libdhcp_stat_cmds.so') }],
    'lease-database': { type: 'memfile', persist: false },
  }
  const subnet4 = [{ id: 1, subnet: '192.0.2.0/24', pools: [{ pool: '192.0.2.10-192.0.2.199' }] }]
  const subnet6 = [{ id: 1, subnet: '2001:db8:1::/48', pools: [{ pool: '2001:db8:1::/72' }] }]
  const [dhcp4, dhcp6] = await Promise.all([
    startDaemon(t, 'dhcp4', { ...common, subnet4 }),
    startDaemon(t, 'dhcp6', { ...common, subnet6 }),
  ])
  await compare(t, { dhcp4: dhcp4.socket, dhcp6: dhcp6.socket }, questions)
})

t.test('their questions about subnets and reservations, to Kea 3', { skip: skipWithoutKea3() }, async (t) => {
  const extra = {
    'hooks-libraries': ['host', 'subnet'].map((name) => ({ library: `libdhcp_${name}_cmds.so` })),
    subnet4: [{
      id: 1, subnet: '192.0.2.0/24', pools: [{ pool: '192.0.2.10-192.0.2.199' }],
      reservations: [{ 'hw-address': '02:00:5e:00:53:01', 'ip-address': '192.0.2.205', hostname: 'printer' }],
    }],
  }
  const real = await startKea3Daemon(t, 'dhcp4', { extra })
  await compare(t, { dhcp4: real.socket }, managed)
})
