// `reservation-get` and its relatives, as Kea's library of host commands has them.

import type { Printable } from '../../../json/text/print.ts'
import { addressBits, addressText } from '../address.ts'
import type { Answer } from '../answer.ts'
import { CommandRefused, found } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import type { DhcpServer } from '../dhcp-server.ts'
import { Fields } from '../fields.ts'
import { sorted } from '../print-config.ts'
import type { Reservation } from '../reservation.ts'
import { identifierText, readReservation } from '../reservation.ts'

export function reservationCommands(server: DhcpServer): CommandTable {
  const inSubnet = (id: number | null): readonly Reservation[] =>
    server.reservations.filter(({ subnetId }) => id === null || subnetId === id)
  const list = (hosts: readonly Reservation[], members: Readonly<Record<string, Printable>> = {}): Answer => {
    const shown = sorted(new Map<string, Printable>([...Object.entries(members), ['hosts', hosts.map(printHost)]]))
    return found(hosts.length, `IPv${server.family} reservation`, shown)
  }
  return {
    'reservation-get': (input) => {
      const host = findHost(server, input)
      if (host === undefined) return { result: 3, text: 'there is no such reservation' }
      return { result: 0, text: 'reservation found', arguments: printHost(host) }
    },
    'reservation-get-all': (input) => list(inSubnet(input.integer('subnet-id'))),
    'reservation-get-page': (input) => {
      const limit = input.integer('limit')
      if (limit === 0) throw new CommandRefused(`'limit' has to be at least 1`)
      const from = input.optionalInteger('from') ?? 0
      // All reservations are in memory, which is source 0. After the last page Kea's clients ask once more, from where
      // that page ended, and get an empty one.
      const hosts = (input.optionalInteger('source-index') ?? 0) > 0 ? [] : inSubnet(input.optionalInteger('subnet-id'))
      const page = hosts.slice(from, from + limit)
      const next = page.length === 0 ? {} : { next: { from: from + page.length, 'source-index': 0 } }
      return list(page, { count: page.length, ...next })
    },
    'reservation-get-by-hostname': (input) => {
      const hostname = input.string('hostname').toLowerCase()
      const hosts = inSubnet(input.optionalInteger('subnet-id'))
      return list(hosts.filter((host) => host.hostname.toLowerCase() === hostname))
    },
    'reservation-get-by-address': (input) => {
      const address = shortAddress(server, input)
      return list(inSubnet(input.optionalInteger('subnet-id')).filter(({ addresses }) => addresses.includes(address)))
    },
    'reservation-get-by-id': (input) => list(inSubnet(null).filter(hasIdentifier(input))),
    'reservation-add': (input) => {
      const given = Fields.of(input.node('reservation'), `'reservation'`)
      const subnetId = given.integer('subnet-id')
      if (server.subnet(subnetId) === null) throw new CommandRefused(`there is no subnet with the id ${subnetId}`)
      const host = readReservation(given, server.family, subnetId)
      refuseDouble(inSubnet(subnetId), host)
      server.reservations = [...server.reservations, host]
      return { result: 0, text: 'reservation added' }
    },
    'reservation-del': (input) => {
      const host = findHost(server, input)
      if (host === undefined) return { result: 3, text: 'there is no such reservation' }
      server.reservations = server.reservations.filter((each) => each !== host)
      return { result: 0, text: 'reservation deleted' }
    },
  }
}

/** By its address or its identifier, in one subnet. @throws CommandRefused */
function findHost(server: DhcpServer, input: Fields): Reservation | undefined {
  const id = input.integer('subnet-id')
  const hosts = server.reservations.filter(({ subnetId }) => subnetId === id)
  if (!input.has('ip-address')) return hosts.find(hasIdentifier(input))
  const address = shortAddress(server, input)
  return hosts.find(({ addresses }) => addresses.includes(address))
}

function hasIdentifier(input: Fields): (host: Reservation) => boolean {
  const type = input.string('identifier-type')
  const identifier = identifierText(input.string('identifier'), 'identifier')
  return (host) => host.identifierType === type && host.identifier === identifier
}

function shortAddress({ family }: DhcpServer, input: Fields): string {
  return addressText(addressBits(input.string('ip-address'), family), family)
}

function refuseDouble(hosts: readonly Reservation[], { identifierType, identifier, addresses }: Reservation): void {
  const same = hosts.find((host) => host.identifierType === identifierType && host.identifier === identifier)
  if (same !== undefined) throw new CommandRefused(`there is a reservation for ${identifier} in this subnet already`)
  const taken = addresses.find((address) => hosts.some((host) => host.addresses.includes(address)))
  if (taken !== undefined) throw new CommandRefused(`${taken} is reserved already`)
}

/** A reservation as answers show it: with its subnet. */
function printHost({ shown, subnetId }: Reservation): Printable {
  return sorted(new Map(shown).set('subnet-id', subnetId))
}
