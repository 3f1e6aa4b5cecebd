// `lease4-add` and `lease6-add` with their relatives: the commands that change leases.

import { addressBits, addressText, contains, hexText } from '../address.ts'
import { CommandRefused } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import type { DhcpServer } from '../dhcp-server.ts'
import type { Fields } from '../fields.ts'
import type { Lease } from '../lease.ts'
import { isExpired } from '../lease.ts'
import { findLease, leaseType } from './lease-queries.ts'
import type { Subnet } from '../subnet.ts'

export function leaseChanges(server: DhcpServer): CommandTable {
  const { family, leases } = server
  const name = `IPv${family} lease`
  return {
    [`lease${family}-add`]: (input) => {
      const lease = readLease(server, input)
      if (leases.get(lease) !== null) throw new CommandRefused(`there is an ${name} for ${lease.ipAddress} already`)
      server.keepLease(lease)
      return { result: 0, text: `${name} for ${lease.ipAddress} added to subnet ${lease.subnetId}` }
    },
    [`lease${family}-update`]: (input) => {
      const lease = readLease(server, input)
      const isNew = leases.get(lease) === null
      if (isNew && !input.boolean('force-create', false)) {
        throw new CommandRefused(`there is no ${name} for ${lease.ipAddress} to update; "force-create" would add it`)
      }
      server.keepLease(lease)
      return { result: 0, text: `${name} ${isNew ? 'added' : 'updated'}` }
    },
    [`lease${family}-del`]: (input) => {
      const lease = findLease(server, input)
      if (lease === null) return { result: 3, text: `there is no such ${name}` }
      server.deleteLease(lease)
      return { result: 0, text: `${name} deleted` }
    },
    [`lease${family}-wipe`]: (input) => {
      const id = input.optionalInteger('subnet-id') ?? 0
      const gone = leases.all().filter(({ subnetId }) => id === 0 || subnetId === id)
      for (const lease of gone) server.deleteLease(lease)
      return { result: gone.length === 0 ? 3 : 0, text: `${gone.length} ${name}s deleted` }
    },
    'leases-reclaim': (input) => {
      const remove = input.boolean('remove')
      const expired = leases.all().filter((lease) => isExpired(lease, Date.now() / 1000))
      for (const lease of expired) {
        if (remove) server.deleteLease(lease)
        else server.keepLease({ ...lease, state: 2 })
        server.statistics.add('reclaimed-leases', 1n)
      }
      return { result: 0, text: `${expired.length} expired ${name}s reclaimed` }
    },
  }
}

/** @throws CommandRefused */
function readLease(server: DhcpServer, input: Fields): Lease {
  const { family } = server
  const type = leaseType(server, input)
  const bits = addressBits(input.string('ip-address'), family)
  const ipAddress = addressText(bits, family)
  const subnet = subnetFor(server, input, bits, ipAddress, type === 'IA_PD')
  const validLifetime = input.optionalInteger('valid-lft') ?? subnet.validLifetime
  const expire = input.optionalInteger('expire')
  const bytes = (name: string): string | null => (input.has(name) ? hexText(input.string(name), name) : null)
  return {
    type, bits, ipAddress, subnetId: subnet.id, validLifetime,
    hwAddress: family === 4 ? hexText(input.string('hw-address'), 'hw-address') : bytes('hw-address'),
    clientId: family === 4 ? bytes('client-id') : null,
    duid: family === 6 ? hexText(input.string('duid'), 'duid') : null,
    iaid: family === 6 ? input.integer('iaid') : 0,
    prefixLength: type === 'IA_PD' ? input.integer('prefix-len') : 128,
    preferredLifetime: input.optionalInteger('preferred-lft') ?? validLifetime,
    hostname: (input.optionalString('hostname') ?? '').toLowerCase(),
    fqdnForward: input.boolean('fqdn-fwd', false),
    fqdnReverse: input.boolean('fqdn-rev', false),
    state: leaseState(input),
    transmitted: (expire ?? Math.floor(Date.now() / 1000) + validLifetime) - validLifetime,
    userContext: input.printable('user-context'),
  }
}

/** @param anywhere whether the address may lie outside the subnet, as a delegated prefix may */
function subnetFor(server: DhcpServer, input: Fields, bits: bigint, address: string, anywhere: boolean): Subnet {
  const id = input.optionalInteger('subnet-id') ?? 0
  const subnet = id === 0 ? server.subnetOf(bits) : server.subnet(id)
  if (subnet === null) {
    throw new CommandRefused(id === 0 ? `no subnet has the address ${address}` : `there is no subnet with the id ${id}`)
  }
  if (!anywhere && !contains(subnet.range, bits)) {
    throw new CommandRefused(`the address ${address} does not lie in subnet ${subnet.id}, ${subnet.prefix}`)
  }
  return subnet
}

function leaseState(input: Fields): number {
  const state = input.optionalInteger('state') ?? 0
  if (state > 2) throw new CommandRefused(`'state' has to be 0, 1 or 2`)
  return state
}
