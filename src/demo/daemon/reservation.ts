// Host reservations of a subnet.

import type { Family } from './address.ts'
import { addressBits, addressText, hexText } from './address.ts'
import { CommandRefused } from './answer.ts'
import { reservationDefaults } from './config-defaults.ts'
import type { Fields } from './fields.ts'
import type { Shown } from './print-config.ts'
import { withDefaults, without } from './print-config.ts'

const identifierTypes: Readonly<Record<Family, readonly string[]>> = {
  4: ['hw-address', 'duid', 'circuit-id', 'client-id', 'flex-id'],
  6: ['hw-address', 'duid', 'flex-id'],
}

export interface Reservation {
  readonly subnetId: number
  readonly identifierType: string
  readonly identifier: string
  /** In the shortest form. */
  readonly addresses: readonly string[]
  readonly hostname: string
  /** As `config-get` shows it: inside its subnet, so without the id of that. */
  readonly shown: Shown
}

/** @throws CommandRefused */
export function readReservation(given: Fields, family: Family, subnetId: number): Reservation {
  const types = identifierTypes[family]
  const [identifierType, ...more] = types.filter((type) => given.has(type))
  if (identifierType === undefined || more.length > 0) {
    throw new CommandRefused(`a reservation needs one identifier: ${types.join(', ')}`)
  }
  const identifier = identifierText(given.string(identifierType), identifierType)
  const written = family === 4 ? [given.optionalString('ip-address')] : addressList(given)
  const addresses = written.flatMap((text) => (text === null ? [] : [addressText(addressBits(text, family), family)]))
  const own = { [identifierType]: identifier }
  const shown = without(withDefaults(given, reservationDefaults[family], own), 'subnet-id')
  return { subnetId, identifierType, identifier, addresses, hostname: given.optionalString('hostname') ?? '', shown }
}

/** Bytes with colons between them; a text in quotes stays as it is. */
export function identifierText(text: string, type: string): string {
  return /^'.*'$/.test(text) ? text : hexText(text, type)
}

function addressList(given: Fields): string[] {
  return given.list('ip-addresses').map((node) => {
    if (node.kind !== 'string') throw new CommandRefused(`'ip-addresses' has to be a list of strings`)
    return node.value
  })
}
