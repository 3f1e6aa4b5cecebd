// The three demonstration daemons, put together from their parts.

import path from 'node:path'
import { parseJson } from '../json/text/parser.ts'
import { configCommands } from './daemon/commands/config-commands.ts'
import type { Configurable } from './daemon/commands/config-commands.ts'
import { ddnsDefaults, ddnsExtras } from './daemon/config-defaults.ts'
import type { CommandTable } from './daemon/commands/command-table.ts'
import { DemoDaemon } from './daemon/demo-daemon.ts'
import { readDhcpConfig } from './daemon/dhcp-config.ts'
import { DhcpServer } from './daemon/dhcp-server.ts'
import { Fields } from './daemon/fields.ts'
import { leaseChanges } from './daemon/commands/lease-changes.ts'
import { leaseQueries } from './daemon/commands/lease-queries.ts'
import { checkMembers, withDefaults } from './daemon/print-config.ts'
import { processCommands } from './daemon/commands/process-commands.ts'
import { reservationCommands } from './daemon/commands/reservation-commands.ts'
import type { Service } from './sample-config.ts'
import { sampleConfig } from './sample-config.ts'
import { sampleLeases4, sampleLeases6 } from './sample-leases.ts'
import { countPackets, countUpdates } from './sample-statistics.ts'
import { DhcpService } from './daemon/commands/service-commands.ts'
import { statisticCommands } from './daemon/commands/statistic-commands.ts'
import { Statistics } from './daemon/statistics.ts'
import { statisticsBySubnet } from './daemon/commands/statistics-by-subnet.ts'
import { subnetChanges } from './daemon/commands/subnet-changes.ts'
import { subnetCommands } from './daemon/commands/subnet-commands.ts'

/**
 * Makes a daemon with its made-up data; it takes commands after its `start`.
 * @param socket the path of its control socket
 */
export function makeDaemon(service: Service, socket: string): DemoDaemon {
  if (service === 'd2') return ddnsDaemon(socket)
  return dhcpDaemon(service === 'dhcp4' ? 4 : 6, socket)
}

function dhcpDaemon(family: 4 | 6, socket: string): DemoDaemon {
  const member = `Dhcp${family}`
  const atStart = readDhcpConfig(ownMap(sampleConfig(`dhcp${family}`, socket), member), family)
  const server = new DhcpServer(atStart)
  countPackets(server.statistics, family)
  const now = Math.floor(Date.now() / 1000)
  for (const lease of family === 4 ? sampleLeases4(now) : sampleLeases6(now)) server.leases.set(lease)
  server.statistics.set('declined-addresses', BigInt(server.leases.all().filter(({ state }) => state === 1).length))
  server.configure(atStart)
  const service = new DhcpService(family)
  const configurable: Configurable = {
    member,
    file: path.join(path.dirname(socket), `kea-dhcp${family}.conf`),
    shown: () => server.shown(),
    prepare: (given) => {
      const config = readDhcpConfig(given, family)
      return () => server.configure(config)
    },
    reload: () => server.configure(atStart),
  }
  return new DemoDaemon(socket, {
    ...common(`kea-dhcp${family}`, configurable, server.statistics, () => service.status()),
    ...service.commands(),
    ...leaseQueries(server),
    ...leaseChanges(server),
    ...statisticsBySubnet(server),
    ...subnetCommands(server),
    ...subnetChanges(server),
    ...reservationCommands(server),
  })
}

function ddnsDaemon(socket: string): DemoDaemon {
  const member = 'DhcpDdns'
  const statistics = new Statistics()
  countUpdates(statistics)
  const read = (given: Fields): ReturnType<Configurable['shown']> => {
    checkMembers(given, ddnsDefaults, ddnsExtras)
    return withDefaults(given, ddnsDefaults)
  }
  const atStart = read(ownMap(sampleConfig('d2', socket), member))
  let shown = atStart
  const configurable: Configurable = {
    member,
    file: path.join(path.dirname(socket), 'kea-dhcp-ddns.conf'),
    shown: () => shown,
    prepare: (given) => {
      const next = read(given)
      return () => (shown = next)
    },
    reload: () => (shown = atStart),
  }
  return new DemoDaemon(socket, common('kea-dhcp-ddns', configurable, statistics, () => ({})))
}

type Status = ReturnType<DhcpService['status']>

function common(name: string, configurable: Configurable, statistics: Statistics, more: () => Status): CommandTable {
  const startedAt = Date.now()
  let configuredAt = startedAt
  return {
    ...processCommands(name, () => ({ startedAt, configuredAt, more: more() })),
    ...statisticCommands(statistics),
    ...configCommands(configurable, () => (configuredAt = Date.now())),
  }
}

/** The map in a sample configuration, which is always well formed. */
function ownMap(text: string, member: string): Fields {
  const { root } = parseJson(text, { dialect: 'file' })
  return Fields.of(Fields.of(root ?? undefined, 'the configuration').node(member), member)
}
