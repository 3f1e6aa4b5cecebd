// The lists that Kea's answers have, and the columns that people look for in them.

import { memberOf } from '../../json/text/node.ts'
import type { MapNode } from '../../json/text/node.ts'
import { cell, numberIn } from './cell.ts'
import type { Column } from './table.ts'
import { expiryText } from './time.ts'

export interface KindColumn extends Column {
  readonly text: (item: MapNode) => string
}

const member = (title: string, name: string): KindColumn => ({ title, text: (item) => cell(memberOf(item, name)) })
const rigid = (title: string, name: string): KindColumn => ({ ...member(title, name), rigid: true })
const minor = (title: string, name: string): KindColumn => ({ ...member(title, name), minor: true })
const number = (title: string, name: string): KindColumn => ({ ...rigid(title, name), right: true })

/** Kea's lease states (kea/src/lib/dhcpsrv/lease.h). */
const states = ['assigned', 'declined', 'reclaimed', 'released', 'registered']

/** What identifies the client of a reservation. */
const identifiers = ['hw-address', 'client-id', 'duid', 'circuit-id', 'flex-id']

const leases: readonly KindColumn[] = [
  { title: 'ADDRESS', rigid: true, text: addressOf },
  rigid('TYPE', 'type'),
  rigid('HW ADDRESS', 'hw-address'),
  member('HOSTNAME', 'hostname'),
  number('SUBNET', 'subnet-id'),
  { title: 'STATE', rigid: true, text: stateOf },
  { title: 'EXPIRES', rigid: true, text: expiryOf },
  minor('DUID', 'duid'),
  { ...number('IAID', 'iaid'), minor: true },
  minor('CLIENT ID', 'client-id'),
  minor('CONTEXT', 'user-context'),
]

const subnets: readonly KindColumn[] = [
  number('ID', 'id'),
  rigid('SUBNET', 'subnet'),
  member('NETWORK', 'shared-network-name'),
  { title: 'POOLS', text: (item) => ranges(item, 'pools', 'pool') },
  { title: 'PREFIX POOLS', text: (item) => ranges(item, 'pd-pools', 'prefix') },
  { title: 'LIFETIME', right: true, text: (item) => cell(memberOf(item, 'valid-lifetime')) },
  { title: 'RESERVED', right: true, text: (item) => countOf(item, 'reservations') },
]

const hosts: readonly KindColumn[] = [
  { title: 'CLIENT', text: identifierOf },
  { title: 'ADDRESS', text: addressesOf },
  member('HOSTNAME', 'hostname'),
  number('SUBNET', 'subnet-id'),
  member('CLASSES', 'client-classes'),
]

const networks: readonly KindColumn[] = [
  member('NAME', 'name'),
  { title: 'SUBNETS', text: (item) => ranges(item, 'subnet4', 'subnet') || ranges(item, 'subnet6', 'subnet') },
]

/** Of the agent's own `status-get`. */
const daemons: readonly KindColumn[] = [
  rigid('SERVICE', 'service'),
  member('ADDRESS', 'address'),
  rigid('REACHABLE', 'reachable'),
  number('ANSWERED', 'answered'),
  number('FAILED', 'failed'),
  { ...number('IN FLIGHT', 'in-flight'), minor: true },
  { ...number('WAITING', 'waiting'), minor: true },
  { title: 'MEDIAN MS', right: true, minor: true, text: (item) => answerTime(item, 'median') },
  { title: '99% MS', right: true, minor: true, text: (item) => answerTime(item, 'p99') },
  minor('HOST', 'host'),
]

/** By the name of the list. */
export const kinds: ReadonlyMap<string, readonly KindColumn[]> = new Map([
  ['leases', leases],
  ['deleted-leases', leases],
  ['subnets', subnets],
  ['subnet4', subnets],
  ['subnet6', subnets],
  ['hosts', hosts],
  ['reservations', hosts],
  ['shared-networks', networks],
  ['daemons', daemons],
])

function addressOf(item: MapNode): string {
  const [address, length] = [cell(memberOf(item, 'ip-address')), cell(memberOf(item, 'prefix-len'))]
  return cell(memberOf(item, 'type')) === 'IA_PD' && length !== '' ? `${address}/${length}` : address
}

/** Kea's name of the state of a lease. */
export function stateOf(item: MapNode): string {
  const text = cell(memberOf(item, 'state'))
  return /^\d$/.test(text) ? (states[Number(text)] ?? text) : text
}

/** When a lease expires; empty if the map is no lease. */
export function expiryOf(item: MapNode): string {
  const [cltt, lifetime] = [numberIn(item, 'cltt'), numberIn(item, 'valid-lft')]
  return cltt === null || lifetime === null ? '' : expiryText(cltt, lifetime)
}

function identifierOf(item: MapNode): string {
  const name = identifiers.find((each) => memberOf(item, each) !== undefined)
  return name === undefined ? '' : `${name} ${cell(memberOf(item, name))}`
}

function addressesOf(item: MapNode): string {
  const all = [memberOf(item, 'ip-address'), ...['ip-addresses', 'prefixes'].flatMap((name) => itemsOf(item, name))]
  return all.map(cell).filter((text) => text !== '').join(', ')
}

function itemsOf(item: MapNode, name: string): MapNode['members'][number]['value'][] {
  const list = memberOf(item, name)
  return list?.kind === 'list' ? [...list.items] : []
}

function ranges(item: MapNode, list: string, name: string): string {
  return itemsOf(item, list).map((each) => (each.kind === 'map' ? cell(memberOf(each, name)) : cell(each))).join(', ')
}

function answerTime(item: MapNode, name: string): string {
  const times = memberOf(item, 'answer-milliseconds')
  return times?.kind === 'map' ? cell(memberOf(times, name)) : ''
}

function countOf(item: MapNode, name: string): string {
  const { length } = itemsOf(item, name)
  return length === 0 ? '' : String(length)
}
