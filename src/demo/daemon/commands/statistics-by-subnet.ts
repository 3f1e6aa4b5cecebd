// `stat-lease4-get` and `stat-lease6-get`: a table with a row for each subnet.

import type { Answer } from '../answer.ts'
import { CommandRefused } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import type { DhcpServer } from '../dhcp-server.ts'
import { Fields } from '../fields.ts'
import { timestamp } from '../statistics.ts'
import type { Subnet } from '../subnet.ts'

const columns = {
  4: ['total-addresses', 'cumulative-assigned-addresses', 'assigned-addresses', 'declined-addresses'],
  6: [
    'total-nas', 'cumulative-assigned-nas', 'assigned-nas', 'declined-addresses',
    'total-pds', 'cumulative-assigned-pds', 'assigned-pds',
  ],
} as const

export function statisticsBySubnet(server: DhcpServer): CommandTable {
  return { [`stat-lease${server.family}-get`]: (input) => table(server, chosen(server, input)) }
}

/** @throws CommandRefused for a selection that makes no sense */
function chosen({ config: { subnets } }: DhcpServer, input: Fields): readonly Subnet[] {
  if (input.has('subnet-id')) return subnets.filter(({ id }) => id === input.integer('subnet-id'))
  if (!input.has('subnet-range')) return subnets
  const range = Fields.of(input.node('subnet-range'), `'subnet-range'`)
  const [first, last] = [range.integer('first-subnet-id'), range.integer('last-subnet-id')]
  if (first > last) throw new CommandRefused(`'first-subnet-id' is larger than 'last-subnet-id'`)
  return subnets.filter(({ id }) => first <= id && id <= last)
}

function table({ family, statistics }: DhcpServer, subnets: readonly Subnet[]): Answer {
  if (subnets.length === 0) return { result: 3, text: 'there is no such subnet', arguments: {} }
  const rows = subnets.map(({ id }) => {
    return [id, ...columns[family].map((name) => statistics.value(`subnet[${id}].${name}`))]
  })
  // The column of declined addresses of DHCPv6 has another name than the statistic.
  const names = columns[family].map((name) => (family === 6 && name === 'declined-addresses' ? 'declined-nas' : name))
  const set = { columns: ['subnet-id', ...names], rows, timestamp: timestamp() }
  return { result: 0, text: `${rows.length} subnets found`, arguments: { 'result-set': set } }
}
