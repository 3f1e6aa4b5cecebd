// The commands of the demonstration daemons, with Kea's result codes, argument names and paging.

import { once } from 'node:events'
import { connect } from 'node:net'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeDaemon } from '../../src/demo/daemons.ts'
import type { Service } from '../../src/demo/sample-config.ts'
import type { Owner } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'
import type { Answer } from './control-client.ts'
import { askSocket, sendToSocket } from './control-client.ts'

type Ask = (command: string, input?: unknown) => Promise<Answer>

async function start(owner: Owner, service: Service): Promise<{ readonly path: string; readonly ask: Ask }> {
  const daemon = makeDaemon(service, path.join(temporaryDirectory(owner), service))
  await daemon.start()
  owner.teardown(() => daemon.stop())
  return { path: daemon.path, ask: (command, input) => askSocket(daemon.path, command, input) }
}

interface Page {
  readonly count: number
  readonly leases: readonly { readonly 'ip-address': string }[]
}

t.test('leases of IPv4: every page once, every lease once', async (t) => {
  const { ask } = await start(t, 'dhcp4')
  const seen: string[] = []
  for (let from = 'start', result = 0; result === 0;) {
    const answer = await ask('lease4-get-page', { from, limit: 99 })
    const { leases, count } = answer.arguments as unknown as Page
    t.equal(count, leases.length)
    seen.push(...leases.map((lease) => lease['ip-address']))
    from = seen.at(-1) ?? ''
    result = answer.result
  }
  t.equal(new Set(seen).size, 500)
  t.equal(seen.length, 500)
  t.match(await ask('lease4-get-all', { subnets: [1] }), { result: 0, text: /^150 / })
  t.match(await ask('lease4-get-all', { subnets: [9] }), { result: 3, arguments: { leases: [] } })
  for (const wrong of [undefined, {}, { from: 'start' }, { from: 'x', limit: 1 }, { from: 'start', limit: 0 }]) {
    t.match(await ask('lease4-get-page', wrong), { result: 1 }, JSON.stringify(wrong))
  }
})

t.test('a lease of IPv4 is added, found by everything, changed and deleted', async (t) => {
  const { ask } = await start(t, 'dhcp4')
  const lease = { 'ip-address': '192.0.2.190', 'hw-address': '1A:1b:1c:1d:1e:1f', 'client-id': '01:02', hostname: 'New.example' }
  const assigned = async (): Promise<unknown> => {
    const { arguments: found } = await ask('statistic-get', { name: 'subnet[1].assigned-addresses' })
    return (found as Record<string, [number, string][]>)['subnet[1].assigned-addresses']?.[0]?.[0]
  }
  t.equal(await assigned(), 150)
  t.match(await ask('lease4-add', lease), { result: 0 })
  t.equal(await assigned(), 151)
  t.match(await ask('lease4-add', lease), { result: 1 }, 'twice')
  const found = { 'ip-address': '192.0.2.190', 'hw-address': '1a:1b:1c:1d:1e:1f', hostname: 'new.example', 'subnet-id': 1 }
  t.match(await ask('lease4-get', { 'ip-address': '192.0.2.190' }), { result: 0, arguments: found })
  const byIdentifier = { 'subnet-id': 1, 'identifier-type': 'hw-address', identifier: '1a1b1c1d1e1f' }
  t.match(await ask('lease4-get', byIdentifier), { result: 0, arguments: found })
  t.match(await ask('lease4-get-by-hw-address', { 'hw-address': '1a:1b:1c:1d:1e:1f' }), { arguments: { leases: [found] } })
  t.match(await ask('lease4-get-by-client-id', { 'client-id': '01:02' }), { arguments: { leases: [found] } })
  t.match(await ask('lease4-get-by-hostname', { hostname: 'NEW.example' }), { arguments: { leases: [found] } })
  t.match(await ask('lease4-update', { ...lease, hostname: 'other' }), { result: 0 })
  t.match(await ask('lease4-get', byIdentifier), { arguments: { hostname: 'other' } })
  t.match(await ask('lease4-update', { ...lease, 'ip-address': '192.0.2.191' }), { result: 1 })
  t.match(await ask('lease4-update', { ...lease, 'ip-address': '192.0.2.191', 'force-create': true }), { result: 0 })
  t.match(await ask('lease4-del', byIdentifier), { result: 0 })
  t.match(await ask('lease4-del', { 'ip-address': '192.0.2.190' }), { result: 3 })
  t.match(await ask('lease4-get', { 'ip-address': '192.0.2.190' }), { result: 3 })
  t.match(await ask('lease4-get-by-hostname', { hostname: 'none' }), { result: 3, arguments: { leases: [] } })
  const wrong = [
    {}, { ...lease, 'ip-address': '10.9.9.9' }, { ...lease, 'subnet-id': 9 }, { ...lease, 'hw-address': 'zz' }, { ...lease, state: 5 },
    { ...lease, 'ip-address': '2001:db8::1' }, { ...lease, hostname: 5 }, { 'ip-address': '192.0.2.192' },
  ]
  for (const input of wrong) t.match(await ask('lease4-add', input), { result: 1 }, JSON.stringify(input))
  t.match(await ask('leases-reclaim', { remove: true }), { result: 0 })
  t.match(await ask('leases-reclaim'), { result: 1 })
  t.match(await ask('lease4-wipe', { 'subnet-id': 1 }), { result: 0 })
  t.match(await ask('lease4-wipe', { 'subnet-id': 1 }), { result: 3 })
})

t.test('leases of IPv6: addresses and delegated prefixes', async (t) => {
  const { ask } = await start(t, 'dhcp6')
  const address = { 'ip-address': '2001:0DB8:1::99', duid: '01:02:03:04', iaid: 4_294_967_295 }
  const prefix = { 'ip-address': '2001:db8:1:9000::', 'prefix-len': 60, type: 'IA_PD', duid: '01:02:03:04', iaid: 7, 'subnet-id': 1 }
  t.match(await ask('lease6-add', address), { result: 0 })
  t.match(await ask('lease6-add', prefix), { result: 0 })
  t.match(await ask('lease6-get', { 'ip-address': '2001:db8:1::99' }), { arguments: { type: 'IA_NA', iaid: 4_294_967_295 } })
  t.match(await ask('lease6-get', { 'ip-address': '2001:db8:1:9000::', type: 'IA_PD' }), { arguments: { 'prefix-len': 60 } })
  t.match(await ask('lease6-get', { 'ip-address': '2001:db8:1:9000::' }), { result: 3 }, 'no address, but a prefix')
  const byDuid = await ask('lease6-get-by-duid', { duid: '01:02:03:04' })
  t.equal((byDuid.arguments as unknown as Page).leases.length, 2)
  t.match(await ask('lease6-get-all'), { text: /^122 / })
  const page = await ask('lease6-get-page', { from: '2001:db8:1::1000', limit: 5 })
  t.equal((page.arguments as unknown as Page).leases[0]?.['ip-address'], '2001:db8:1::1001')
  t.match(await ask('lease6-del', { 'ip-address': '2001:db8:1:9000::', type: 'IA_PD' }), { result: 0 })
})

t.test('subnets, shared networks and statistics of them', async (t) => {
  const { ask, path: socket } = await start(t, 'dhcp4')
  const subnets = [{ id: 1, 'shared-network-name': null, subnet: '192.0.2.0/24' }, { id: 2, 'shared-network-name': 'campus' }]
  t.match(await ask('subnet4-list'), { result: 0, arguments: { subnets } })
  t.match(await ask('subnet4-get', { id: 2 }), { result: 0, arguments: { subnet4: [{ id: 2, subnet: '10.20.0.0/22' }] } })
  t.match(await ask('subnet4-get', { subnet: '192.0.2.0/24' }), { arguments: { subnet4: [{ id: 1 }] } })
  t.match(await ask('subnet4-get', { id: 9 }), { result: 3 })
  t.match(await ask('subnet4-get', {}), { result: 1 })
  t.match(await ask('network4-list'), { arguments: { 'shared-networks': [{ name: 'campus' }] } })
  t.match(await ask('network4-get', { name: 'campus' }), { arguments: { 'shared-networks': [{ subnet4: [{ id: 2 }] }] } })
  t.match(await ask('network4-get', { name: 'none' }), { result: 3 })
  const rows = [[1, 190, 150, 150, 3], [2, 1009, 350, 350, 7]]
  t.match(await ask('stat-lease4-get'), { result: 0, arguments: { 'result-set': { rows } } })
  t.match(await ask('stat-lease4-get', { 'subnet-id': 2 }), { arguments: { 'result-set': { rows: [rows[1]] } } })
  const range = { 'first-subnet-id': 3, 'last-subnet-id': 9 }
  t.match(await ask('stat-lease4-get', { 'subnet-range': range }), { result: 3 })
  t.match(await ask('stat-lease4-get', { 'subnet-id': 'x' }), { result: 1 })
  t.match(await ask('statistic-get', { name: 'none' }), { result: 0, arguments: {} })
  t.match(await ask('statistic-reset', { name: 'pkt4-received' }), { result: 0 })
  t.match(await ask('statistic-get', { name: 'pkt4-received' }), { arguments: { 'pkt4-received': [[0, String]] } })
  t.match(await ask('statistic-reset', { name: 'none' }), { result: 1 })
  t.match(await ask('statistic-reset-all'), { result: 0 })
  t.notMatch(await sendToSocket(socket, '{ "command": "statistic-get-all" }'), /\[ \[ [1-9]/)
})

t.test('reservations', async (t) => {
  const { ask } = await start(t, 'dhcp4')
  const added = { 'subnet-id': 1, 'hw-address': '1a:1b:1c:1d:1e:1f', 'ip-address': '192.0.2.240', hostname: 'new' }
  t.match(await ask('reservation-add', { reservation: added }), { result: 0 })
  t.match(await ask('reservation-add', { reservation: added }), { result: 1 })
  t.match(await ask('reservation-get', { 'subnet-id': 1, 'ip-address': '192.0.2.240' }), { result: 0, arguments: added })
  const byIdentifier = { 'identifier-type': 'hw-address', identifier: '1a:1b:1c:1d:1e:1f' }
  t.match(await ask('reservation-get', { 'subnet-id': 1, ...byIdentifier }), { arguments: added })
  t.match(await ask('reservation-get', { 'subnet-id': 2, ...byIdentifier }), { result: 3 })
  t.match(await ask('reservation-get-by-id', byIdentifier), { arguments: { hosts: [added] } })
  t.match(await ask('reservation-get-by-hostname', { hostname: 'NEW' }), { arguments: { hosts: [added] } })
  t.match(await ask('reservation-get-by-address', { 'ip-address': '192.0.2.240' }), { arguments: { hosts: [added] } })
  t.match(await ask('reservation-get-all', { 'subnet-id': 1 }), { text: /^7 / })
  t.match(await ask('config-get'), { arguments: { Dhcp4: { subnet4: [{ reservations: Array(7).fill({ hostname: String }) as unknown[] }] } } })
  let next: unknown = {}
  let count = 0
  for (let result = 0; result === 0;) {
    const page = await ask('reservation-get-page', { limit: 4, ...(next as object) })
    count += Number(page.arguments?.['count'])
    next = page.arguments?.['next']
    result = page.result
  }
  t.equal(count, 11)
  t.match(await ask('reservation-del', { 'subnet-id': 1, 'ip-address': '192.0.2.240' }), { result: 0 })
  t.match(await ask('reservation-del', { 'subnet-id': 1, 'ip-address': '192.0.2.240' }), { result: 3 })
  for (const wrong of [{}, { reservation: {} }, { reservation: { 'subnet-id': 1 } }, { reservation: { ...added, 'subnet-id': 9 } }]) {
    t.match(await ask('reservation-add', wrong), { result: 1 }, JSON.stringify(wrong))
  }
})

t.test('a configuration is taken or refused as Kea does', async (t) => {
  const { ask } = await start(t, 'dhcp4')
  const before = (await ask('config-hash-get')).arguments
  const next = { Dhcp4: { subnet4: [{ id: 5, subnet: '10.0.0.0/8', pools: [{ pool: '10.1.0.0/16' }] }] } }
  t.match(await ask('config-test', next), { result: 0 })
  t.match(await ask('config-hash-get'), { arguments: before })
  t.match(await ask('config-set', next), { result: 0 })
  t.match(await ask('subnet4-list'), { arguments: { subnets: [{ id: 5 }] } })
  t.match(await ask('stat-lease4-get'), { arguments: { 'result-set': { rows: [[5, 65_536, 0, 0, 0]] } } })
  t.notMatch((await ask('config-hash-get')).arguments, before)
  const shown = (await ask('config-get')).arguments as { readonly Dhcp4: object }
  t.match(await ask('config-test', { Dhcp4: shown.Dhcp4 }), { result: 0 }, 'what it shows it takes')
  const subnet = (more: object): object => ({ Dhcp4: { subnet4: [{ id: 5, subnet: '10.0.0.0/8', ...more }] } })
  const wrong = [
    undefined, {}, { Dhcp6: {} }, { Dhcp4: 5 }, { Dhcp4: { bogus: 1 } }, { Dhcp4: { 'valid-lifetime': 'x' } }, { Dhcp4: {}, other: 1 },
    subnet({ subnet: '10.0.0.0/33' }), subnet({ pools: [{ pool: '11.0.0.0/8' }] }), subnet({ subnet: undefined }), subnet({ id: 0 }),
    { Dhcp4: { subnet4: [{ id: 1, subnet: '10.0.0.0/8' }, { id: 1, subnet: '11.0.0.0/8' }] } },
  ]
  for (const input of wrong) {
    t.match(await ask('config-test', input), { result: 1 }, JSON.stringify(input))
    t.match(await ask('config-set', input), { result: 1 })
  }
  t.match(await ask('config-reload'), { result: 0 })
  t.match(await ask('config-hash-get'), { arguments: before })
})

t.test('service, status, and what is no command', async (t) => {
  const { ask, path: socket } = await start(t, 'dhcp4')
  t.match(await ask('dhcp-disable', { 'max-period': 20 }), { result: 0 })
  t.match(await ask('status-get'), { result: 0, arguments: { 'dhcp-state': { 'disabled-by-user': true }, pid: Number } })
  t.match(await ask('dhcp-enable'), { result: 0 })
  t.match(await ask('status-get'), { arguments: { 'dhcp-state': { 'globally-disabled': false } } })
  t.match(await ask('dhcp-disable', { 'max-period': 0 }), { result: 1 })
  t.match(await ask('dhcp-disable', { origin: 'x' }), { result: 1 })
  t.match(await ask('lease6-get-all'), { result: 2 })
  t.match(await ask('toString'), { result: 2 })
  const wrong = ['[]', '{}', '{ nonsense }', '{ "command": 5 }', '{ "command": "version-get", "bogus": 1 }', '{ "command": "version-get", "arguments": [] }']
  for (const text of wrong) t.match(JSON.parse(await sendToSocket(socket, text)), { result: 1 }, text)
  const commands = (await ask('list-commands')).arguments as unknown as string[]
  t.same(commands, commands.toSorted())
  t.ok(commands.includes('lease4-get-page') && commands.includes('demo-hang') && commands.includes('list-commands'))
})

t.test('the daemon for DNS updates', async (t) => {
  const { ask } = await start(t, 'd2')
  t.match(await ask('version-get'), { result: 0, text: /demonstration/ })
  t.match(await ask('config-get'), { arguments: { DhcpDdns: { 'forward-ddns': { 'ddns-domains': [{ name: 'office.example.' }] } } } })
  t.match(await ask('config-set', { DhcpDdns: { port: 53_002 } }), { result: 0 })
  t.match(await ask('config-get'), { arguments: { DhcpDdns: { port: 53_002, 'dns-server-timeout': 100 } } })
  t.match(await ask('config-set', { DhcpDdns: { x: 1 } }), { result: 1 })
  t.match(await ask('config-reload'), { result: 0 })
  t.match(await ask('statistic-get', { name: 'ncr-received' }), { arguments: { 'ncr-received': [[902, String]] } })
  t.match(await ask('lease4-get-all'), { result: 2 })
})

t.test('demo-back on a connection from before brings a daemon back that is away', async (t) => {
  const { path: socketPath, ask } = await start(t, 'dhcp4')
  const early = connect({ path: socketPath })
  await once(early, 'connect')
  t.match(await ask('demo-away', { seconds: 600 }), { result: 0 })
  await t.rejects(ask('version-get'))
  early.write('{ "command": "demo-back" }')
  t.match(String(await once(early, 'data')), /"result": 0/)
  t.match(await ask('version-get'), { result: 0 })
})

t.test('subnets are added, updated and deleted; leases and reservations elsewhere stay', async (t) => {
  const { ask } = await start(t, 'dhcp4')
  const added = { result: 0, arguments: { subnets: [{ id: 70, subnet: '198.51.100.0/24' }] } }
  const subnet = { id: 70, subnet: '198.51.100.0/24', pools: [{ pool: '198.51.100.10 - 198.51.100.19' }] }
  const hosts = await ask('reservation-get-all', { 'subnet-id': 1 })
  t.match(await ask('subnet4-add', { subnet4: [subnet] }), added)
  t.match(await ask('statistic-get', { name: 'subnet[70].total-addresses' }), { arguments: { 'subnet[70].total-addresses': [[10]] } })
  t.match(await ask('subnet4-add', { subnet4: [subnet] }), { result: 1, text: /exists already/ })
  t.match(await ask('subnet4-add', { subnet4: [{ ...subnet, id: 71 }] }), { result: 1, text: /exists already/ })
  t.match(await ask('subnet4-add', { subnet4: [{ subnet: '203.0.113.0/28' }] }), { result: 0, arguments: { subnets: [{ id: 71 }] } })
  t.match(await ask('subnet4-get', { id: 71 }), { arguments: { subnet4: [{ id: 71, subnet: '203.0.113.0/28' }] } })
  t.match(await ask('subnet4-add', { subnet4: [] }), { result: 1 })
  t.match(await ask('subnet4-add', { subnet4: [subnet, subnet] }), { result: 1 })
  t.match(await ask('subnet4-update', { subnet4: [{ ...subnet, 'valid-lifetime': 90 }] }), added)
  t.match(await ask('subnet4-get', { id: 70 }), { arguments: { subnet4: [{ 'valid-lifetime': 90 }] } })
  t.match(await ask('subnet4-update', { subnet4: [{ ...subnet, id: 99 }] }), { result: 3 })
  t.match(await ask('subnet4-del', { id: 70 }), added)
  t.match(await ask('subnet4-del', { id: 70 }), { result: 3 })
  t.match(await ask('subnet4-get', { id: 70 }), { result: 3 })
  t.same(await ask('reservation-get-all', { 'subnet-id': 1 }), hosts)
})

t.test('config-write writes into the folder of the demonstration only, and config-reload reads it', async (t) => {
  const { ask, path: socket } = await start(t, 'd2')
  const file = path.join(path.dirname(socket), 'kea-dhcp-ddns.conf')
  t.match(await ask('config-set', { DhcpDdns: { port: 53_002 } }), { result: 0 })
  const { arguments: written } = await ask('config-write')
  t.same(written, { filename: file, size: readFileSync(file).length })
  t.match(await ask('config-set', { DhcpDdns: { port: 53_003 } }), { result: 0 })
  t.match(await ask('config-reload'), { result: 0 })
  t.match(await ask('config-get'), { arguments: { DhcpDdns: { port: 53_002 } } })
  t.match(await ask('config-write', { filename: 'other.conf' }), { result: 0 })
  for (const filename of ['/tmp/x.conf', '../x.conf', '.', 'kea.sock']) {
    t.match(await ask('config-write', { filename }), { result: 1 }, filename)
  }
})
