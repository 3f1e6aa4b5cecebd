// `lease4-get` and `lease6-get` with their relatives: the commands that only read leases.

import { addressBits, hexText } from '../address.ts'
import { CommandRefused, found } from '../answer.ts'
import type { Answer } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import type { DhcpServer } from '../dhcp-server.ts'
import type { Fields } from '../fields.ts'
import type { Lease, LeaseType } from '../lease.ts'
import { printLease } from '../lease.ts'

/** The most leases of one page that Kea allows. */
const maxPage = 4_294_967_295

export function leaseQueries(server: DhcpServer): CommandTable {
  const { family } = server
  const prefix = `lease${family}-get`
  const by = (name: string, read: (text: string) => string, of: (lease: Lease) => string | null): CommandTable => ({
    [`${prefix}-by-${name}`]: (input) => {
      const wanted = read(input.string(name))
      return leaseList(server, server.leases.all().filter((lease) => of(lease) === wanted))
    },
  })
  const bytes = (name: string) => (text: string): string => hexText(text, name)
  return {
    [prefix]: (input) => {
      const lease = findLease(server, input)
      if (lease === null) return { result: 3, text: `there is no such IPv${family} lease` }
      return { result: 0, text: `IPv${family} lease found`, arguments: printLease(lease) }
    },
    [`${prefix}-all`]: (input) => {
      const wanted = input.has('subnets') ? subnetIds(input) : null
      return leaseList(server, server.leases.all().filter(({ subnetId }) => wanted?.has(subnetId) ?? true))
    },
    [`${prefix}-page`]: (input) => leasePage(server, input),
    ...by('hostname', (text) => text.toLowerCase(), ({ hostname }) => hostname),
    ...(family === 4
      ? {
          ...by('hw-address', bytes('hw-address'), ({ hwAddress }) => hwAddress),
          ...by('client-id', bytes('client-id'), ({ clientId }) => clientId),
        }
      : by('duid', bytes('duid'), ({ duid }) => duid)),
  }
}

/**
 * The lease that a command names: by its address, or by its subnet and the client's identifier.
 * @throws CommandRefused where neither is there
 */
export function findLease(server: DhcpServer, input: Fields): Lease | null {
  const { family, leases } = server
  const type = leaseType(server, input)
  const address = input.optionalString('ip-address')
  if (address !== null) return leases.get({ type, bits: addressBits(address, family) })
  const subnetId = input.integer('subnet-id')
  const kind = input.string('identifier-type')
  const known = family === 4 ? ['hw-address', 'client-id'] : ['duid', 'hw-address']
  if (!known.includes(kind)) throw new CommandRefused(`'identifier-type' has to be one of ${known.join(', ')}`)
  const identifier = hexText(input.string('identifier'), 'identifier')
  const iaid = family === 6 ? input.optionalInteger('iaid') : null
  return leases.all().find((lease) => {
    const own = { 'hw-address': lease.hwAddress, 'client-id': lease.clientId, duid: lease.duid }[kind]
    if (lease.subnetId !== subnetId || lease.type !== type) return false
    return own === identifier && (iaid ?? lease.iaid) === lease.iaid
  }) ?? null
}

/** @throws CommandRefused for an unknown type */
export function leaseType({ family }: DhcpServer, input: Fields): LeaseType {
  if (family === 4) return 'V4'
  const type = input.optionalString('type') ?? 'IA_NA'
  if (type === 'IA_NA' || type === 'IA_PD') return type
  throw new CommandRefused(`'type' has to be IA_NA or IA_PD, not '${type}'`)
}

function leasePage(server: DhcpServer, input: Fields): Answer {
  const { family, leases } = server
  const from = input.string('from')
  const limit = input.integer('limit')
  if (limit === 0 || limit > maxPage) throw new CommandRefused(`'limit' has to be 1 to ${maxPage}`)
  // The address of the last lease of the page before.
  const after = from === 'start' ? -1n : addressBits(from, family)
  const page = leases.all().filter(({ bits }) => bits > after).slice(0, limit)
  return leaseList(server, page, { count: page.length })
}

function leaseList({ family }: DhcpServer, leases: readonly Lease[], count: { readonly count?: number } = {}): Answer {
  return found(leases.length, `IPv${family} lease`, { ...count, leases: leases.map(printLease) })
}

function subnetIds(input: Fields): ReadonlySet<number> {
  return new Set(input.list('subnets').map((node) => {
    if (node.kind !== 'integer') throw new CommandRefused(`'subnets' has to be a list of subnet ids`)
    return Number(node.text)
  }))
}
