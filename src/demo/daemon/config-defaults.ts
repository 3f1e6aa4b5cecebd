// The defaults that `config-get` of a daemon shows besides what was configured: those of Kea 2.2, and those of 3.0.

import type { Printable } from '../../json/text/print.ts'
import type { Family } from './address.ts'

export type Defaults = Readonly<Record<string, Printable>>

const none: readonly Printable[] = []

const dhcp: Defaults = {
  allocator: 'iterative',
  'cache-threshold': 0.25,
  'ddns-conflict-resolution-mode': 'check-with-dhcid',
  'ddns-generated-prefix': 'myhost',
  'ddns-override-client-update': false,
  'ddns-override-no-update': false,
  'ddns-qualifying-suffix': '',
  'ddns-replace-client-name': 'never',
  'ddns-send-updates': true,
  'ddns-update-on-renew': false,
  'ddns-use-conflict-resolution': true,
  'decline-probation-period': 86_400,
  'dhcp-ddns': {
    'enable-updates': false, 'max-queue-size': 1024, 'ncr-format': 'JSON', 'ncr-protocol': 'UDP',
    'sender-ip': '0.0.0.0', 'sender-port': 0, 'server-ip': '127.0.0.1', 'server-port': 53_001,
  },
  'dhcp4o6-port': 0,
  'early-global-reservations-lookup': false,
  'expired-leases-processing': {
    'flush-reclaimed-timer-wait-time': 25, 'hold-reclaimed-time': 3600, 'max-reclaim-leases': 100,
    'max-reclaim-time': 250, 'reclaim-timer-wait-time': 10, 'unwarned-reclaim-cycles': 5,
  },
  'hooks-libraries': none,
  'hostname-char-replacement': '',
  'hostname-char-set': '[^A-Za-z0-9.-]',
  'interfaces-config': { interfaces: none, 're-detect': true },
  'ip-reservations-unique': true,
  'lease-database': { persist: false, type: 'memfile' },
  loggers: none,
  'multi-threading': { 'enable-multi-threading': true, 'packet-queue-size': 64, 'thread-pool-size': 0 },
  'option-data': none,
  'option-def': none,
  'parked-packet-limit': 256,
  'reservations-global': false,
  'reservations-in-subnet': true,
  'reservations-lookup-first': false,
  'reservations-out-of-pool': false,
  'sanity-checks': { 'extended-info-checks': 'fix', 'lease-checks': 'warn' },
  'server-tag': '',
  'shared-networks': none,
  'statistic-default-sample-age': 0,
  'statistic-default-sample-count': 20,
  'store-extended-info': false,
  't1-percent': 0.5,
  'valid-lifetime': 7200,
}

const queue = { capacity: 64, 'enable-queue': false }

/** Of the whole map `Dhcp4` or `Dhcp6`. */
export const serverDefaults: Readonly<Record<Family, Defaults>> = {
  4: {
    'stash-agent-options': false,
    ...dhcp,
    authoritative: false,
    'boot-file-name': '',
    'calculate-tee-times': false,
    'dhcp-queue-control': { ...queue, 'queue-type': 'kea-ring4' },
    'echo-client-id': true,
    'host-reservation-identifiers': ['hw-address', 'duid', 'circuit-id', 'client-id'],
    'match-client-id': true,
    'next-server': '0.0.0.0',
    'server-hostname': '',
    subnet4: none,
    't2-percent': 0.875,
  },
  6: {
    ...dhcp,
    'calculate-tee-times': true,
    'dhcp-queue-control': { ...queue, 'queue-type': 'kea-ring6' },
    'host-reservation-identifiers': ['hw-address', 'duid'],
    'mac-sources': ['any'],
    'preferred-lifetime': 3600,
    'relay-supplied-options': ['65'],
    'server-id': { 'enterprise-id': 0, htype: 0, identifier: '', persist: true, time: 0, type: 'LLT' },
    subnet6: none,
    't2-percent': 0.8,
  },
}

/** Of the map `DhcpDdns`. */
export const ddnsDefaults: Defaults = {
  'dns-server-timeout': 100,
  'forward-ddns': { 'ddns-domains': none },
  'hooks-libraries': none,
  'ip-address': '127.0.0.1',
  loggers: none,
  'ncr-format': 'JSON',
  'ncr-protocol': 'UDP',
  port: 53_001,
  'reverse-ddns': { 'ddns-domains': none },
  'tsig-keys': none,
}

const network = {
  allocator: 'iterative', 'cache-threshold': 0.25,
  'option-data': none, relay: { 'ip-addresses': none }, 'store-extended-info': false, 't1-percent': 0.5,
}

/** Of a shared network, and of a subnet. */
export const networkDefaults: Readonly<Record<Family, Defaults>> = {
  4: { ...network, 'calculate-tee-times': false, 't2-percent': 0.875 },
  6: { ...network, 'calculate-tee-times': true, 'pd-allocator': 'iterative', 'rapid-commit': false, 't2-percent': 0.8 },
}

/** Of a subnet, besides those of a network. */
export const subnetDefaults: Readonly<Record<Family, Defaults>> = {
  4: { '4o6-interface': '', '4o6-interface-id': '', '4o6-subnet': '', pools: none },
  6: { 'pd-pools': none, pools: none },
}

/** Of a reservation. */
export const reservationDefaults: Readonly<Record<Family, Defaults>> = {
  4: {
    'boot-file-name': '', 'client-classes': none, hostname: '', 'next-server': '0.0.0.0', 'option-data': none,
    'server-hostname': '',
  },
  6: { 'client-classes': none, hostname: '', 'ip-addresses': none, 'option-data': none, prefixes: none },
}

/** The parameters of a DHCP server that have no default, with the types of their values. */
export const serverExtras: Readonly<Record<string, 'map' | 'list' | 'string' | 'integer' | 'float' | 'boolean'>> = {
  allocator: 'string', 'cache-max-age': 'integer', 'cache-threshold': 'float', 'client-classes': 'list',
  comment: 'string', compatibility: 'map', 'config-control': 'map', 'control-socket': 'map',
  'control-sockets': 'list', 'ddns-conflict-resolution-mode': 'string', 'ddns-ttl': 'integer',
  'ddns-ttl-max': 'integer', 'ddns-ttl-min': 'integer', 'ddns-ttl-percent': 'float', 'hosts-database': 'map',
  'hosts-databases': 'list', 'max-preferred-lifetime': 'integer', 'max-valid-lifetime': 'integer',
  'min-preferred-lifetime': 'integer', 'min-valid-lifetime': 'integer', 'offer-lifetime': 'integer',
  'pd-allocator': 'string', 'rebind-timer': 'integer', 'renew-timer': 'integer', 'reservation-mode': 'string',
  reservations: 'list', 'stash-agent-options': 'boolean', 'user-context': 'map',
}

/** The same for `DhcpDdns`. */
export const ddnsExtras: typeof serverExtras = {
  comment: 'string', 'control-socket': 'map', 'control-sockets': 'list', 'user-context': 'map',
}
