// The configuration of a demonstration DHCP server. It is checked only as far as the commands need it.

import { createHash } from 'node:crypto'
import type { Family } from './address.ts'
import { CommandRefused } from './answer.ts'
import { networkDefaults, serverDefaults, serverExtras } from './config-defaults.ts'
import type { Fields } from './fields.ts'
import { printCompact } from '../../json/text/print.ts'
import type { Printable } from '../../json/text/print.ts'
import type { Shown } from './print-config.ts'
import { checkMembers, sorted, withDefaults } from './print-config.ts'
import type { Subnet } from './subnet.ts'
import { lifetimes, readSubnet } from './subnet.ts'

export interface SharedNetwork {
  readonly name: string
  readonly subnets: readonly Subnet[]
  /** Without its subnets. */
  readonly shown: Shown
}

export interface DhcpConfig {
  readonly family: Family
  /** Seconds that a lease is valid where no subnet says otherwise. */
  readonly validLifetime: number
  /** With those of shared networks, in the order of their ids. */
  readonly subnets: readonly Subnet[]
  readonly sharedNetworks: readonly SharedNetwork[]
  /** Without subnets and shared networks. */
  readonly shown: Shown
}

/**
 * @param given the map `Dhcp4` or `Dhcp6`
 * @throws CommandRefused
 */
export function readDhcpConfig(given: Fields, family: Family): DhcpConfig {
  checkMembers(given, serverDefaults[family], serverExtras)
  const own = `subnet${family}`
  const validLifetime = given.optionalInteger('valid-lifetime') ?? 7200
  const sharedNetworks = given.maps('shared-networks').map((network) => {
    const name = network.string('name')
    const valid = network.optionalInteger('valid-lifetime') ?? validLifetime
    const subnets = network.maps(own).map((subnet) => readSubnet(subnet, family, valid, { sharedNetwork: name }))
    return { name, subnets, shown: withDefaults(network, networkDefaults[family], lifetimes(network, family, valid)) }
  })
  const alone = given.maps(own).map((subnet) => readSubnet(subnet, family, validLifetime, { sharedNetwork: null }))
  const subnets = [...alone, ...sharedNetworks.flatMap((network) => network.subnets)].sort((a, b) => a.id - b.id)
  refuseTwice(subnets.map(({ id }) => `subnet id ${id}`))
  refuseTwice(subnets.map(({ prefix }) => `subnet ${prefix}`))
  refuseTwice(sharedNetworks.map(({ name }) => `shared network ${name}`))
  return { family, validLifetime, subnets, sharedNetworks, shown: withDefaults(given, serverDefaults[family]) }
}

/** The whole configuration for `config-get`, with the reservations of the moment. */
export function printDhcpConfig(config: DhcpConfig, reservations: (subnet: Subnet) => readonly Printable[]): Shown {
  const own = `subnet${config.family}`
  const print = (subnet: Subnet): Shown => sorted(new Map(subnet.shown).set('reservations', reservations(subnet)))
  const alone = config.subnets.filter(({ sharedNetwork }) => sharedNetwork === null).map(print)
  const networks = config.sharedNetworks.map(({ shown, subnets }) => {
    return sorted(new Map(shown).set(own, subnets.map(print)))
  })
  return sorted(new Map(config.shown).set(own, alone).set('shared-networks', networks))
}

/** The hash of a configuration as `config-get` shows it: 64 hexadecimal digits. */
export function configHash(shown: Shown): string {
  return createHash('sha256').update(printCompact(shown)).digest('hex').toUpperCase()
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new CommandRefused(`${twice} stands in the configuration twice`)
}
