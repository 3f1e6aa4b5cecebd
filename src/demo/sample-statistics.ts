// Counters of packets and updates, as if the daemons had run for a while.

import type { Statistics } from './daemon/statistics.ts'

const packets = {
  4: {
    'pkt4-discover-received': 812, 'pkt4-offer-sent': 810, 'pkt4-request-received': 4120, 'pkt4-ack-sent': 4098,
    'pkt4-nak-sent': 22, 'pkt4-decline-received': 10, 'pkt4-release-received': 61, 'pkt4-inform-received': 7,
    'pkt4-received': 5012, 'pkt4-sent': 4930, 'pkt4-parse-failed': 1, 'pkt4-receive-drop': 3, 'pkt4-ack-received': 0,
    'pkt4-nak-received': 0, 'pkt4-offer-received': 0, 'pkt4-unknown-received': 0, 'v4-allocation-fail': 2,
    'v4-allocation-fail-classes': 0, 'v4-allocation-fail-no-pools': 0, 'v4-allocation-fail-shared-network': 1,
    'v4-allocation-fail-subnet': 1, 'v4-reservation-conflicts': 0, 'cumulative-assigned-addresses': 561,
  },
  6: {
    'pkt6-solicit-received': 140, 'pkt6-advertise-sent': 140, 'pkt6-request-received': 138, 'pkt6-reply-sent': 1310,
    'pkt6-renew-received': 1160, 'pkt6-rebind-received': 4, 'pkt6-release-received': 8, 'pkt6-decline-received': 0,
    'pkt6-infrequest-received': 12, 'pkt6-received': 1462, 'pkt6-sent': 1450, 'pkt6-parse-failed': 0,
    'pkt6-receive-drop': 0, 'pkt6-advertise-received': 0, 'pkt6-reply-received': 0, 'pkt6-unknown-received': 0,
    'pkt6-dhcpv4-query-received': 0, 'pkt6-dhcpv4-response-received': 0, 'pkt6-dhcpv4-response-sent': 0,
    'v6-allocation-fail': 0, 'v6-allocation-fail-classes': 0, 'v6-allocation-fail-no-pools': 0,
    'v6-allocation-fail-shared-network': 0, 'v6-allocation-fail-subnet': 0, 'cumulative-assigned-nas': 113,
    'cumulative-assigned-pds': 20,
  },
} as const

const shared = { 'reclaimed-declined-addresses': 0, 'reclaimed-leases': 0 }

const updates = {
  'ncr-received': 902, 'ncr-invalid': 0, 'ncr-error': 0, 'update-sent': 1804, 'update-signed': 0,
  'update-unsigned': 1804, 'update-success': 1801, 'update-timeout': 3, 'update-error': 0,
}

export function countPackets(statistics: Statistics, family: 4 | 6): void {
  count(statistics, { ...packets[family], ...shared })
}

export function countUpdates(statistics: Statistics): void {
  count(statistics, updates)
}

function count(statistics: Statistics, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) statistics.set(name, BigInt(value))
}
