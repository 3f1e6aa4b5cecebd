// Leases in memory.

import type { Printable } from '../../json/text/print.ts'
import { sorted } from './print-config.ts'

export type LeaseType = 'V4' | 'IA_NA' | 'IA_PD'

/** 0 in use, 1 declined, 2 expired and reclaimed, as Kea's numbers. */
export type LeaseState = number

export interface Lease {
  readonly type: LeaseType
  readonly bits: bigint
  /** In the shortest form. */
  readonly ipAddress: string
  readonly subnetId: number
  readonly hwAddress: string | null
  readonly clientId: string | null
  /** DHCPv6 only, and never null there. */
  readonly duid: string | null
  readonly iaid: number
  readonly prefixLength: number
  readonly preferredLifetime: number
  readonly hostname: string
  readonly fqdnForward: boolean
  readonly fqdnReverse: boolean
  readonly state: LeaseState
  /** Seconds. */
  readonly validLifetime: number
  /** When the client was last heard, in seconds since 1970. */
  readonly transmitted: number
  readonly userContext: Printable | null
}

export interface LeaseKey {
  readonly type: LeaseType
  readonly bits: bigint
}

/** A lease as answers show it. */
export function printLease(lease: Lease): Printable {
  const members = new Map<string, Printable>([
    ['cltt', lease.transmitted],
    ['fqdn-fwd', lease.fqdnForward],
    ['fqdn-rev', lease.fqdnReverse],
    ['hostname', lease.hostname],
    ['ip-address', lease.ipAddress],
    ['state', lease.state],
    ['subnet-id', lease.subnetId],
    ['valid-lft', lease.validLifetime],
  ])
  if (lease.hwAddress !== null) members.set('hw-address', lease.hwAddress)
  if (lease.clientId !== null) members.set('client-id', lease.clientId)
  if (lease.userContext !== null) members.set('user-context', lease.userContext)
  if (lease.duid !== null) {
    members.set('duid', lease.duid).set('iaid', lease.iaid).set('type', lease.type)
    members.set('preferred-lft', lease.preferredLifetime)
    if (lease.type === 'IA_PD') members.set('prefix-len', lease.prefixLength)
  }
  return sorted(members)
}

export class LeaseStore {
  readonly #leases = new Map<string, Lease>()
  /** In the order of addresses; null after a change. */
  #ordered: readonly Lease[] | null = null

  get size(): number {
    return this.#leases.size
  }

  get(key: LeaseKey): Lease | null {
    return this.#leases.get(keyText(key)) ?? null
  }

  /** Adds a lease, or replaces the one with the same key. */
  set(lease: Lease): void {
    this.#leases.set(keyText(lease), lease)
    this.#ordered = null
  }

  delete(lease: Lease): void {
    this.#leases.delete(keyText(lease))
    this.#ordered = null
  }

  /** In the order of addresses; for the same address, IA_NA comes before IA_PD. */
  all(): readonly Lease[] {
    return (this.#ordered ??= [...this.#leases.values()].sort((a, b) => {
      if (a.bits !== b.bits) return a.bits < b.bits ? -1 : 1
      return a.type < b.type ? -1 : 1
    }))
  }
}

/** Whether the lease counts as assigned: in use or declined. */
export function isAssigned({ state }: Lease): boolean {
  return state === 0 || state === 1
}

/** Whether the lease was not renewed in time and is not reclaimed yet. @param now seconds since 1970 */
export function isExpired({ transmitted, validLifetime, state }: Lease, now: number): boolean {
  return state !== 2 && transmitted + validLifetime < now
}


function keyText({ type, bits }: LeaseKey): string {
  return `${type} ${bits}`
}
