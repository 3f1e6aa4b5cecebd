// `subnet4-add`, `subnet4-update`, `subnet4-del` and the same for DHCPv6: changes of the subnets in force.

import type { Answer } from '../answer.ts'
import { CommandRefused } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import type { DhcpServer } from '../dhcp-server.ts'
import { Fields } from '../fields.ts'
import type { Subnet } from '../subnet.ts'
import { readSubnet } from '../subnet.ts'

export function subnetChanges(server: DhcpServer): CommandTable {
  const { family } = server
  return {
    [`subnet${family}-add`]: (input) => {
      const { subnets } = server.config
      const given = givenSubnet(server, input)
      const id = given.optionalInteger('id') ?? Math.max(0, ...subnets.map((each) => each.id)) + 1
      const added = readSubnet(given, family, server.config.validLifetime, { id, sharedNetwork: null })
      refuseTwice(added, subnets)
      put(server, [...subnets, added], [...server.reservations, ...added.reservations])
      return changed('added', added, family)
    },
    [`subnet${family}-update`]: (input) => {
      const given = givenSubnet(server, input)
      const before = server.subnet(given.integer('id'))
      if (before === null) return missing(given.integer('id'))
      const { id, sharedNetwork } = before
      const now = readSubnet(given, family, server.config.validLifetime, { id, sharedNetwork })
      const others = server.config.subnets.filter((each) => each.id !== id)
      refuseTwice(now, others)
      put(server, [...others, now], [...reservationsOutside(server, id), ...now.reservations])
      return changed('updated', now, family)
    },
    [`subnet${family}-del`]: (input) => {
      const id = input.integer('id')
      const removed = server.subnet(id)
      if (removed === null) return missing(id)
      const others = server.config.subnets.filter((each) => each.id !== id)
      put(server, others, reservationsOutside(server, id))
      return changed('deleted', removed, family)
    },
  }
}

/** Kea takes a list that has to hold exactly one subnet. */
function givenSubnet({ family }: DhcpServer, input: Fields): Fields {
  const name = `subnet${family}`
  const [node, ...more] = input.list(name)
  if (more.length > 0) throw new CommandRefused(`'${name}' has to hold one subnet, not ${more.length + 1}`)
  return Fields.of(node, `'${name}[0]'`)
}

function refuseTwice({ id, prefix }: Subnet, others: readonly Subnet[]): void {
  const same = others.find((each) => each.id === id || each.prefix === prefix)
  if (same !== undefined) throw new CommandRefused(`the subnet ${same.prefix} (id ${same.id}) exists already`)
}

/** Puts subnets in force. Leases stay, as in Kea; so do reservations that commands have added. */
function put(server: DhcpServer, all: readonly Subnet[], reservations: DhcpServer['reservations']): void {
  const subnets = all.toSorted((a, b) => a.id - b.id)
  const sharedNetworks = server.config.sharedNetworks.map((network) => {
    return { ...network, subnets: subnets.filter(({ sharedNetwork }) => sharedNetwork === network.name) }
  })
  server.configure({ ...server.config, subnets, sharedNetworks })
  server.reservations = reservations
}

function reservationsOutside({ reservations }: DhcpServer, id: number): DhcpServer['reservations'] {
  return reservations.filter(({ subnetId }) => subnetId !== id)
}

function changed(how: string, { id, prefix }: Subnet, family: number): Answer {
  const text = `IPv${family} subnet ${prefix} (id ${id}) ${how}`
  return { result: 0, text, arguments: { subnets: [{ id, subnet: prefix }] } }
}

function missing(id: number): Answer {
  return { result: 3, text: `there is no subnet with the id ${id}` }
}
