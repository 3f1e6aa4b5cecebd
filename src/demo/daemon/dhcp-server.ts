// The state of a demonstration DHCP server: configuration, leases, reservations and statistics.

import type { Printable } from '../../json/text/print.ts'
import type { Family } from './address.ts'
import { contains } from './address.ts'
import type { DhcpConfig } from './dhcp-config.ts'
import { printDhcpConfig } from './dhcp-config.ts'
import type { Lease } from './lease.ts'
import { LeaseStore, isAssigned } from './lease.ts'
import type { Shown } from './print-config.ts'
import type { Reservation } from './reservation.ts'
import { Statistics } from './statistics.ts'
import type { Subnet } from './subnet.ts'

export class DhcpServer {
  readonly family: Family
  readonly leases = new LeaseStore()
  readonly statistics = new Statistics()
  #config: DhcpConfig
  #reservations: readonly Reservation[] = []

  constructor(config: DhcpConfig) {
    this.family = config.family
    this.#config = config
    this.configure(config)
  }

  get config(): DhcpConfig {
    return this.#config
  }

  get reservations(): readonly Reservation[] {
    return this.#reservations
  }

  set reservations(all: readonly Reservation[]) {
    this.#reservations = all
  }

  /** Puts a configuration in force. Leases stay, as in Kea; reservations are those of the configuration again. */
  configure(config: DhcpConfig): void {
    this.#config = config
    this.#reservations = config.subnets.flatMap(({ reservations }) => reservations)
    for (const name of this.statistics.names()) if (name.startsWith('subnet[')) this.statistics.remove(name)
    for (const subnet of config.subnets) this.#count(subnet)
  }

  subnet(id: number): Subnet | null {
    return this.#config.subnets.find((subnet) => subnet.id === id) ?? null
  }

  /** The subnet that an address lies in. */
  subnetOf(bits: bigint): Subnet | null {
    return this.#config.subnets.find(({ range }) => contains(range, bits)) ?? null
  }

  /** As `config-get` shows it. */
  shown(): Shown {
    return printDhcpConfig(this.#config, ({ id }): Printable[] =>
      this.#reservations.flatMap(({ subnetId, shown }) => (subnetId === id ? [shown] : [])),
    )
  }

  /** Adds a lease, or replaces the one with the same address. */
  keepLease(lease: Lease): void {
    const before = this.leases.get(lease)
    this.leases.set(lease)
    if (before !== null) this.#adjust(before, -1n)
    this.#adjust(lease, 1n)
  }

  deleteLease(lease: Lease): void {
    this.leases.delete(lease)
    this.#adjust(lease, -1n)
  }

  #adjust(lease: Lease, by: bigint): void {
    const { subnetId, state } = lease
    if (isAssigned(lease)) this.statistics.add(`subnet[${subnetId}].${assignedName(lease)}`, by)
    if (state !== 1) return
    this.statistics.add(`subnet[${subnetId}].declined-addresses`, by)
    this.statistics.add('declined-addresses', by)
  }

  #count({ id, addresses, prefixes }: Subnet): void {
    const leases = this.leases.all().filter(({ subnetId }) => subnetId === id)
    const set = (name: string, value: bigint | number): void => {
      this.statistics.set(`subnet[${id}].${name}`, BigInt(value))
    }
    for (const name of this.family === 4 ? ['addresses'] : ['nas', 'pds']) {
      const assigned = leases.filter((lease) => isAssigned(lease) && assignedName(lease) === `assigned-${name}`).length
      set(`total-${name}`, name === 'pds' ? prefixes : addresses)
      set(`assigned-${name}`, assigned)
      set(`cumulative-assigned-${name}`, assigned)
    }
    set('declined-addresses', leases.filter(({ state }) => state === 1).length)
    set('reclaimed-declined-addresses', 0)
    set('reclaimed-leases', 0)
    if (this.family === 4) set('v4-reservation-conflicts', 0)
  }
}

function assignedName({ type }: Lease): string {
  return { V4: 'assigned-addresses', IA_NA: 'assigned-nas', IA_PD: 'assigned-pds' }[type]
}
