// The answers of the demonstration daemons have the shape of real ones: the same members, of the same types.

import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { makeDaemon } from '../../src/demo/daemons.ts'
import type { Service } from '../../src/demo/sample-config.ts'
import { daemonNames, startDaemon } from '../kea/daemons.ts'
import { hookLibrary, skipWithout } from '../kea/installed.ts'
import { skipWithoutKea3, startKea3Daemon } from '../kea/kea3.ts'
import { temporaryDirectory } from '../support/program.ts'
import { askSocket } from './control-client.ts'
import { differences } from './differences.ts'

const subnet4 = {
  id: 1, subnet: '192.0.2.0/24', pools: [{ pool: '192.0.2.10-192.0.2.199' }],
  reservations: [{ 'hw-address': '02:00:5e:00:53:01', 'ip-address': '192.0.2.205', hostname: 'printer' }],
}

const subnet6 = {
  id: 1, subnet: '2001:db8:1::/48', pools: [{ pool: '2001:db8:1::/72' }],
  'pd-pools': [{ prefix: '2001:db8:1:8000::', 'prefix-len': 52, 'delegated-len': 60 }],
  reservations: [{ duid: '01:02:03:04', 'ip-addresses': ['2001:db8:1::5'], hostname: 'server' }],
}

const stat = (): object => ({ 'lease-database': { type: 'memfile', persist: false }, 'hooks-libraries': [{ library: hookLibrary('libdhcp_stat_cmds.so') }] })

const other4 = { id: 2, subnet: '10.20.0.0/22' }
const other6 = { id: 2, subnet: '2001:db8:2::/64' }
const configurations: Readonly<Record<Service, () => Readonly<Record<string, unknown>>>> = {
  dhcp4: () => ({ ...stat(), subnet4: [subnet4], 'shared-networks': [{ name: 'campus', subnet4: [other4] }] }),
  dhcp6: () => ({ ...stat(), subnet6: [subnet6], 'shared-networks': [{ name: 'campus', subnet6: [other6] }] }),
  d2: () => ({}),
}

const common: readonly (readonly [string, object?])[] = [
  ['list-commands'], ['version-get'], ['status-get'], ['build-report'], ['config-get'], ['statistic-get-all'],
  ['statistic-get', { name: 'none' }], ['statistic-get', {}], ['statistic-reset', { name: 'none' }], ['statistic-reset-all'],
  ['bogus'], ['config-test', {}], ['config-test'],
]

const lease4 = { 'ip-address': '192.0.2.190', 'hw-address': '1a:1b:1c:1d:1e:1f', 'client-id': '01:02', 'user-context': { a: 1 } }
const lease6 = { 'ip-address': '2001:db8:1::99', duid: '01:02:03:05', iaid: 7 }
const prefix = { 'ip-address': '2001:db8:1:8ff0::', 'prefix-len': 60, type: 'IA_PD', duid: '01:02:03:05', iaid: 7, 'subnet-id': 1 }

const questions: Readonly<Record<Service, readonly (readonly [string, object?])[]>> = {
  dhcp4: [
    ['lease4-add', lease4], ['lease4-add', lease4], ['lease4-add', {}], ['lease4-add', { ...lease4, 'ip-address': '172.16.0.1' }],
    ['lease4-get', { 'ip-address': '192.0.2.190' }], ['lease4-get', { 'ip-address': '192.0.2.199' }], ['lease4-get', {}], ['lease4-get'],
    ['lease4-get-all'], ['lease4-get-all', { subnets: [9] }], ['lease4-get-all', { subnets: ['a'] }],
    ['lease4-get-page', { from: 'start', limit: 900 }], ['lease4-get-page', { from: '255.255.255.254', limit: 1 }], ['lease4-get-page'],
    ['lease4-get-page', { from: 'start', limit: 0 }], ['lease4-get-by-hw-address', { 'hw-address': '1a:1b:1c:1d:1e:1f' }],
    ['lease4-get-by-client-id', { 'client-id': '01:02' }], ['lease4-get-by-hostname', { hostname: 'none' }],
    ['lease4-get-by-hostname', {}], ['lease4-update', { ...lease4, hostname: 'x' }],
    ['lease4-update', { ...lease4, 'ip-address': '192.0.2.191' }], ['lease4-del', { 'ip-address': '192.0.2.190' }],
    ['lease4-del', { 'ip-address': '192.0.2.190' }], ['stat-lease4-get'], ['stat-lease4-get', { 'subnet-id': 9 }],
    ['stat-lease4-get', { 'subnet-id': 'a' }], ['dhcp-disable'], ['dhcp-enable'], ['leases-reclaim'], ['leases-reclaim', { remove: true }],
    ['config-test', { Dhcp4: {} }], ['config-test', { Dhcp4: { bogus: 1 } }], ['config-test', { Dhcp4: 5 }],
    ['config-test', { Dhcp4: { subnet4: [{ id: 1, subnet: '10.0.0.0/33' }] } }],
    ['config-test', { Dhcp4: { subnet4: [{ id: 1, subnet: '10.0.0.0/8', pools: [{ pool: '11.0.0.0/8' }] }] } }],
    ['config-reload'], ['lease4-wipe', { 'subnet-id': 9 }],
  ],
  dhcp6: [
    ['lease6-add', lease6], ['lease6-add', prefix], ['lease6-add', {}], ['lease6-get', { 'ip-address': '2001:db8:1::99' }],
    ['lease6-get', { 'ip-address': '2001:db8:1:8ff0::', type: 'IA_PD' }], ['lease6-get-page', { from: 'start', limit: 1 }],
    ['lease6-get-by-duid', { duid: '01:02:03:05' }], ['lease6-get-by-hostname', { hostname: 'none' }],
    ['lease6-update', { ...lease6, 'subnet-id': 1, hostname: 'x' }], ['lease6-del', { 'ip-address': '2001:db8:1::99' }],
    ['stat-lease6-get'], ['config-test', { Dhcp6: {} }], ['config-reload'],
  ],
  d2: [['config-test', { DhcpDdns: {} }]],
}

/** Asks both daemons the same questions. */
async function compare(t: Test, service: Service, realSocket: string, asked: typeof common): Promise<void> {
  const made = makeDaemon(service, path.join(temporaryDirectory(t), service))
  await made.start()
  t.teardown(() => made.stop())
  for (const [command, input] of asked) {
    const name = input === undefined ? command : `${command} ${JSON.stringify(input)}`
    const ask = (socket: string): ReturnType<typeof askSocket> => askSocket(socket, command, input)
    const [theirs, ours] = await Promise.all([ask(realSocket), ask(made.path)])
    t.equal(ours.result, theirs.result, `${name}: ${theirs.text ?? ''} / ${ours.text ?? ''}`)
    // Where Kea says nothing, a text beside it harms no one, and neither does one less.
    t.same(differences(theirs.arguments ?? {}, ours.arguments ?? {}), [], name)
  }
}

for (const service of ['dhcp4', 'dhcp6', 'd2'] as const) {
  t.test(`as ${daemonNames[service]} answers`, { skip: skipWithout(daemonNames[service]) }, async (t) => {
    const real = await startDaemon(t, service, configurations[service]())
    await compare(t, service, real.socket, [...common, ...questions[service]])
  })
}

/** Commands whose libraries come with Kea from 3.0 on. */
function managed(family: 4 | 6): typeof common {
  const ofSubnet = { 'subnet-id': 1 }
  const identifier = family === 4 ? { 'hw-address': '1a:1b:1c:1d:1e:1f' } : { duid: '01:02:03:09' }
  const [type = '', value = ''] = Object.entries(identifier)[0] ?? []
  const byIdentifier = { ...ofSubnet, 'identifier-type': type, identifier: value }
  const target = { 'operation-target': 'memory' }
  const reservation = { ...ofSubnet, ...identifier, hostname: 'new' }
  return [
    [`subnet${family}-list`], [`subnet${family}-get`, { id: 1 }], [`subnet${family}-get`, { id: 9 }], [`subnet${family}-get`, {}],
    [`network${family}-list`], [`network${family}-get`, { name: 'campus' }], [`network${family}-get`, { name: 'none' }],
    ['reservation-get-all', ofSubnet], ['reservation-get-all', {}], ['reservation-get-page', { ...ofSubnet, limit: 10 }],
    ['reservation-get-page', { limit: 10, from: 1000, 'source-index': 1 }], ['reservation-get-page', {}],
    ['reservation-add', { reservation, ...target }], ['reservation-add', { reservation, ...target }], ['reservation-add', {}],
    ['reservation-get', byIdentifier], ['reservation-get', { ...byIdentifier, identifier: '01:02' }], ['reservation-get', {}],
    ['reservation-get-by-hostname', { hostname: 'new' }], ['reservation-get-by-id', { 'identifier-type': type, identifier: value }],
    ['reservation-del', { ...byIdentifier, ...target }], ['reservation-del', { ...byIdentifier, ...target }],
    ['status-get'], ['config-hash-get'], ['version-get'],
  ]
}

for (const family of [4, 6] as const) {
  t.test(`as kea-dhcp${family} 3 answers about subnets and reservations`, { skip: skipWithoutKea3() }, async (t) => {
    const libraries = ['host', 'subnet'].map((name) => ({ library: `libdhcp_${name}_cmds.so` }))
    const extra = { ...configurations[`dhcp${family}`](), 'hooks-libraries': libraries }
    const real = await startKea3Daemon(t, `dhcp${family}`, { extra })
    await compare(t, `dhcp${family}`, real.socket, managed(family))
  })
}
