// Subnets of a DHCP server's configuration.

import type { AddressRange, Family } from './address.ts'
import { addressBits, contains, poolRange, prefixRange } from './address.ts'
import { CommandRefused } from './answer.ts'
import { networkDefaults, subnetDefaults } from './config-defaults.ts'
import type { Fields } from './fields.ts'
import type { Shown } from './print-config.ts'
import { withDefaults, without } from './print-config.ts'
import { readReservation } from './reservation.ts'
import type { Reservation } from './reservation.ts'

export interface Subnet {
  readonly id: number
  /** Such as `192.0.2.0/24`. */
  readonly prefix: string
  readonly range: AddressRange
  /** The name of the shared network that it belongs to. */
  readonly sharedNetwork: string | null
  /** How many addresses its pools have. */
  readonly addresses: bigint
  /** How many prefixes can be delegated from it. */
  readonly prefixes: bigint
  /** Seconds. */
  readonly validLifetime: number
  readonly reservations: readonly Reservation[]
  /** As `subnet4-get` shows it. */
  readonly shown: Shown
}

/** What a subnet does not say itself: the name of its shared network, and the id that it gets where it has none. */
interface Membership {
  readonly sharedNetwork: string | null
  readonly id?: number
}

/**
 * @param lifetime seconds that a lease is valid where the subnet does not say
 * @throws CommandRefused
 */
export function readSubnet(given: Fields, family: Family, lifetime: number, membership: Membership): Subnet {
  const { sharedNetwork, id = given.integer('id') } = membership
  const prefix = given.string('subnet')
  if (id === 0) throw new CommandRefused(`the subnet ${prefix} needs an 'id' from 1 up`)
  const range = prefixRange(prefix, family)
  const pools = given.maps('pools')
  const ranges = pools.map((pool) => poolRange(pool.string('pool'), family))
  for (const [index, pool] of ranges.entries()) {
    if (!contains(range, pool.first) || !contains(range, pool.last)) {
      throw new CommandRefused(`the pool ${pools[index]?.string('pool') ?? ''} does not lie in its subnet ${prefix}`)
    }
  }
  const validLifetime = given.optionalInteger('valid-lifetime') ?? lifetime
  const shownPools = (name: string): Shown[] => {
    return given.maps(name).map((pool) => withDefaults(pool, { 'option-data': [] }))
  }
  const own = {
    id,
    ...lifetimes(given, family, validLifetime),
    pools: shownPools('pools'),
    ...(family === 4 ? {} : { 'pd-pools': shownPools('pd-pools') }),
  }
  const shown = withDefaults(given, { ...networkDefaults[family], ...subnetDefaults[family] }, own)
  return {
    id, prefix, range, sharedNetwork, validLifetime,
    shown: without(shown, 'reservations'),
    addresses: ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n),
    prefixes: given.maps('pd-pools').reduce((sum, pool) => sum + delegated(pool), 0n),
    reservations: given.maps('reservations').map((each) => readReservation(each, family, id)),
  }
}

/** The lifetimes that a subnet or a shared network shows, configured or not. */
export function lifetimes(given: Fields, family: Family, valid: number): Record<string, number> {
  const preferred = given.optionalInteger('preferred-lifetime') ?? Math.floor(valid / 2)
  return {
    'valid-lifetime': valid,
    'min-valid-lifetime': given.optionalInteger('min-valid-lifetime') ?? valid,
    'max-valid-lifetime': given.optionalInteger('max-valid-lifetime') ?? valid,
    ...(family === 4 ? {} : {
      'preferred-lifetime': preferred,
      'min-preferred-lifetime': given.optionalInteger('min-preferred-lifetime') ?? preferred,
      'max-preferred-lifetime': given.optionalInteger('max-preferred-lifetime') ?? preferred,
    }),
  }
}

function delegated(pool: Fields): bigint {
  const [length, part] = [pool.integer('prefix-len'), pool.integer('delegated-len')]
  addressBits(pool.string('prefix'), 6)
  if (length > part || part > 128) throw new CommandRefused(`'delegated-len' has to be ${length} to 128, not ${part}`)
  return 1n << BigInt(part - length)
}
