// The made-up clients: the same at every start, but for the times.

import { addressText } from './daemon/address.ts'
import type { Lease } from './daemon/lease.ts'
import { campusLeases, officeLeases } from './sample-config.ts'

const names = ['laptop', 'phone', 'tablet', 'camera', 'sensor', 'desk', 'till', 'screen']

/** Seconds. */
const lifetime = 86_400

/** @param now seconds since 1970 */
export function sampleLeases4(now: number): readonly Lease[] {
  const office = Array.from({ length: officeLeases }, (_, index) => {
    return lease4(0xc0_00_02_14n + BigInt(index), 1, index, now)
  })
  const campus = Array.from({ length: campusLeases }, (_, index) => {
    return lease4(0x0a_14_00_14n + BigInt(2 * index), 2, 1000 + index, now)
  })
  return [...office, ...campus]
}

/** @param now seconds since 1970 */
export function sampleLeases6(now: number): readonly Lease[] {
  const addresses = Array.from({ length: 100 }, (_, index) => {
    return lease6('IA_NA', 0x2001_0db8_0001_0000_0000_0000_0000_1000n + BigInt(index), 128, index, now)
  })
  const prefixes = Array.from({ length: 20 }, (_, index) => {
    return lease6('IA_PD', 0x2001_0db8_0001_8000_0000_0000_0000_0000n + (BigInt(index) << 68n), 60, 100 + index, now)
  })
  return [...addresses, ...prefixes]
}

function lease4(bits: bigint, subnetId: number, index: number, now: number): Lease {
  const hwAddress = `02:00:00:00:${byte(index >> 8)}:${byte(index)}`
  // Every third client sends an identifier; every fiftieth address was found in use by another host.
  const clientId = index % 3 === 0 ? `01:${hwAddress}` : null
  const declined = index % 50 === 49
  return {
    ...common(bits, 4, subnetId, index, now),
    type: 'V4', clientId, duid: null, iaid: 0, prefixLength: 32, preferredLifetime: 0,
    ...(declined ? { hwAddress: '', hostname: '', state: 1, fqdnForward: false, fqdnReverse: false } : { hwAddress }),
    ...(declined ? { clientId: null } : {}),
  }
}

function lease6(type: 'IA_NA' | 'IA_PD', bits: bigint, prefixLength: number, index: number, now: number): Lease {
  return {
    ...common(bits, 6, 1, index, now),
    type, clientId: null, hwAddress: null, prefixLength, iaid: 1000 + index, preferredLifetime: lifetime / 2,
    duid: `00:03:00:01:02:00:00:06:${byte(index >> 8)}:${byte(index)}`,
  }
}

type Common = Pick<
  Lease,
  | 'bits' | 'ipAddress' | 'subnetId' | 'hostname' | 'fqdnForward' | 'fqdnReverse' | 'state' | 'validLifetime'
  | 'transmitted' | 'userContext'
>

function common(bits: bigint, family: 4 | 6, subnetId: number, index: number, now: number): Common {
  const named = index % 7 !== 6
  return {
    bits, subnetId, state: 0, validLifetime: lifetime, userContext: null,
    ipAddress: addressText(bits, family),
    hostname: named ? `${names[index % names.length] ?? ''}-${index}.office.example` : '',
    fqdnForward: named,
    fqdnReverse: named,
    // Spread over half of the lifetime, after which a client renews its lease.
    transmitted: now - ((index * 7919) % (lifetime / 2)),
  }
}

function byte(value: number): string {
  return (value & 0xff).toString(16).padStart(2, '0')
}
