// The lines of the table: what is done, what is measured, and how near keagate has to come.

import type { Profile } from './contestants.ts'

/**
 * Which daemons are behind the door: real ones; fakes with large answers; a fake that is quick beside one that hangs.
 */
export type Daemons = 'real' | 'large' | 'hung'

export type Work =
  /** Throughput of that many clients, or the median time of one answer. */
  | { readonly kind: 'load'; readonly command: string; readonly clients: number; readonly measured: 'perSecond' | 'p50' }
  /** The time of one answer. */
  | { readonly kind: 'answer'; readonly command: string }
  | { readonly kind: 'handshakes'; readonly session: 'full' | 'resumed' }
  /** The 99th percentile of clients whose daemon is well, while commands to another one never end. */
  | { readonly kind: 'beside-hung' }
  | { readonly kind: 'start' }
  | { readonly kind: 'memory'; readonly state: 'idle' | 'connections' | 'large-answer' }

export interface Line {
  readonly id: string
  readonly title: string
  readonly unit: '/s' | 'ms' | 'MB'
  readonly profile: Profile
  readonly daemons: Daemons
  readonly work: Work
  /** keagate divided by the other: at least this where more is better (`/s`), else at most. null: no demand. */
  readonly agentRatio: number | null
  readonly floorRatio: number | null
  /** At most this, whatever the others do. */
  readonly limit?: number
  /** The old agent cannot do it at all. */
  readonly notAgent?: true
}

const own = '{ "command": "version-get" }'
const forwarded = '{ "command": "version-get", "service": [ "dhcp4" ] }'
const statistics = '{ "command": "statistic-get-all", "service": [ "dhcp4" ] }'
const configurations = '{ "command": "config-get", "service": [ "dhcp4", "dhcp6", "d2" ] }'

const plain = { profile: 'plain', daemons: 'real', unit: '/s' } as const

const perSecond = (command: string, clients = 32) => ({ kind: 'load', command, clients, measured: 'perSecond' }) as const
const p50 = (command: string) => ({ kind: 'load', command, clients: 1, measured: 'p50' }) as const

export const lines: readonly Line[] = [
  { ...plain, id: 'own-1', title: 'own command, 1 client, p50', unit: 'ms', work: p50(own), agentRatio: null, floorRatio: null },
  { ...plain, id: 'own-32', title: 'own command, 32 clients', work: perSecond(own), agentRatio: 2, floorRatio: 0.6 },
  { ...plain, id: 'forward-1', title: 'forwarded to kea-dhcp4, 1 client, p50', unit: 'ms', work: p50(forwarded), agentRatio: 1, floorRatio: 1.25 },
  { ...plain, id: 'forward-32', title: 'forwarded to kea-dhcp4, 32 clients', work: perSecond(forwarded), agentRatio: 2.7, floorRatio: 0.85 },
  { ...plain, id: 'logging', title: 'the same, INFO logging to a file', profile: 'logging', work: perSecond(forwarded), agentRatio: 2.7, floorRatio: 0.85 },
  { ...plain, id: 'guarded', title: 'the same, basic auth, access control, audit', profile: 'guarded', work: perSecond(forwarded), agentRatio: 2.7, floorRatio: 0.85 },
  { ...plain, id: 'statistics', title: '`statistic-get-all`, 32 clients', work: perSecond(statistics), agentRatio: 5, floorRatio: 0.75 },
  { ...plain, id: 'config-get', title: 'three-service `config-get`, 32 clients', work: perSecond(configurations), agentRatio: 5, floorRatio: 0.75 },
  { ...plain, id: 'large-1', title: '1 MB answers, 8 clients', daemons: 'large', work: perSecond(forwarded, 8), agentRatio: 50, floorRatio: null },
  { ...plain, id: 'https-own', title: 'HTTPS kept open, own command, 32 clients', profile: 'https', work: perSecond(own), agentRatio: 2, floorRatio: 0.6 },
  { ...plain, id: 'https-basic', title: 'HTTPS with basic auth, forwarded, 32 clients', profile: 'https-basic', work: perSecond(forwarded), agentRatio: 2.7, floorRatio: 0.85 },
  { ...plain, id: 'tls-full', title: 'new mutual-TLS connections, full handshake', profile: 'mutual', work: { kind: 'handshakes', session: 'full' }, agentRatio: null, floorRatio: 0.9 },
  { ...plain, id: 'tls-resumed', title: 'the same, resumed', profile: 'mutual', work: { kind: 'handshakes', session: 'resumed' }, agentRatio: null, floorRatio: 0.9, notAgent: true },
  { ...plain, id: 'beside-hung', title: '8 clients beside a hung daemon, p99', unit: 'ms', daemons: 'hung', work: { kind: 'beside-hung' }, agentRatio: null, floorRatio: 1.5 },
  { ...plain, id: 'start', title: 'start to first answer', unit: 'ms', work: { kind: 'start' }, agentRatio: null, floorRatio: null, limit: 300 },
  { ...plain, id: 'memory-idle', title: 'memory, idle', unit: 'MB', work: { kind: 'memory', state: 'idle' }, agentRatio: null, floorRatio: null },
  { ...plain, id: 'memory-1000', title: 'memory, 1,000 idle connections', unit: 'MB', work: { kind: 'memory', state: 'connections' }, agentRatio: null, floorRatio: null },
  { ...plain, id: 'memory-20', title: 'peak memory, one 20 MB answer', unit: 'MB', daemons: 'large', work: { kind: 'memory', state: 'large-answer' }, agentRatio: 0.5, floorRatio: 1.5 },
  { ...plain, id: 'large-20', title: 'one 20 MB answer', unit: 'ms', daemons: 'large', work: { kind: 'answer', command: '{ "command": "version-get", "service": [ "dhcp6" ] }' }, agentRatio: null, floorRatio: null },
]

/** @throws when a name fits none; a name that ends in `*` stands for all that begin so */
export function chosenLines(names: readonly string[]): readonly Line[] {
  for (const name of names) {
    if (!lines.some(({ id }) => fits(id, name))) {
      throw new Error(`no line "${name}"; there are ${lines.map(({ id }) => id).join(', ')}`)
    }
  }
  return names.length === 0 ? lines : lines.filter(({ id }) => names.some((name) => fits(id, name)))
}

function fits(id: string, name: string): boolean {
  return name.endsWith('*') ? id.startsWith(name.slice(0, -1)) : id === name
}
