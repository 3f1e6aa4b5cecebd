// `subnet4-list`, `network4-list` and the like: what the configuration holds.

import type { Printable } from '../../../json/text/print.ts'
import type { Answer } from '../answer.ts'
import { CommandRefused, found } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import type { DhcpServer } from '../dhcp-server.ts'
import type { Fields } from '../fields.ts'
import { sorted } from '../print-config.ts'
import type { Subnet } from '../subnet.ts'

export function subnetCommands(server: DhcpServer): CommandTable {
  const { family } = server
  return {
    [`subnet${family}-list`]: () => {
      const subnets = server.config.subnets.map(({ id, prefix, sharedNetwork }) => {
        return { id, 'shared-network-name': sharedNetwork, subnet: prefix }
      })
      return found(subnets.length, `IPv${family} subnet`, { subnets })
    },
    [`subnet${family}-get`]: (input) => subnetAnswer(server, input),
    [`network${family}-list`]: () => {
      const networks = server.config.sharedNetworks.map(({ name }) => ({ name }))
      return found(networks.length, `IPv${family} shared network`, { 'shared-networks': networks })
    },
    [`network${family}-get`]: (input) => networkAnswer(server, input.string('name')),
  }
}

function subnetAnswer({ family, config: { subnets } }: DhcpServer, input: Fields): Answer {
  if (input.has('id') === input.has('subnet')) throw new CommandRefused(`either 'id' or 'subnet' has to be given`)
  const id = input.optionalInteger('id')
  const prefix = input.optionalString('subnet')
  const subnet = subnets.find((each) => (id === null ? each.prefix === prefix : each.id === id))
  if (subnet === undefined) return { result: 3, text: `there is no subnet ${id ?? prefix}` }
  const text = `IPv${family} subnet ${subnet.prefix} (id ${subnet.id})`
  return { result: 0, text, arguments: { [`subnet${family}`]: [shownSubnet(subnet)] } }
}

function networkAnswer({ family, config: { sharedNetworks } }: DhcpServer, name: string): Answer {
  const network = sharedNetworks.find((each) => each.name === name)
  if (network === undefined) return { result: 3, text: `there is no shared network '${name}'` }
  const shown = sorted(new Map(network.shown).set(`subnet${family}`, network.subnets.map(shownSubnet)))
  return { result: 0, text: `IPv${family} shared network '${name}'`, arguments: { 'shared-networks': [shown] } }
}

function shownSubnet({ shown }: Subnet): Printable {
  return shown
}
