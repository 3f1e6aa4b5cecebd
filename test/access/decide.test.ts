// Who may do what, as a table: each configuration of access control, and what it decides.

import t from 'tap'
import type { RoleFacts } from '../../src/access/assign-role.ts'
import { decide } from '../../src/access/decide.ts'
import { Guard } from '../../src/access/guard.ts'
import type { Policy } from '../../src/access/policy.ts'
import { compilePolicy } from '../../src/access/policy.ts'
import { loadConfigText } from '../../src/config/load.ts'
import type { Log } from '../../src/log/message.ts'

/** One decision: who asks, the command, its services (`-`: the agent itself), what is decided, and in which role. */
type Row = readonly [caller: string, command: string, services: string, allowed: boolean, role: string]

interface Table {
  readonly name: string
  /** What stands under `access-control`. */
  readonly access: Readonly<Record<string, unknown>>
  readonly tls?: boolean
  readonly rows: readonly Row[]
}

/** `user NAME`, `subject NAME`, `issuer NAME`, an address, or `nobody`: no certificate and no user. */
function callerOf(text: string): RoleFacts {
  const [, kind = '', name = ''] = /^(user|subject|issuer) (.*)$/s.exec(text) ?? []
  const nobody: RoleFacts = { remoteAddress: '127.0.0.1', tls: null, user: null }
  switch (kind) {
    case 'user':
      return { ...nobody, user: name }
    case 'subject':
      return { ...nobody, tls: { subject: name, issuer: 'CN=ca' } }
    case 'issuer':
      return { ...nobody, tls: { subject: 'CN=client', issuer: name } }
    default:
      return text === 'nobody' ? nobody : { ...nobody, remoteAddress: text }
  }
}

function policyOf({ access, tls = false }: Table): Policy {
  const text = JSON.stringify({ 'Control-agent': {
    'access-control': access,
    'control-sockets': Object.fromEntries(['dhcp4', 'dhcp6', 'd2'].map((name) => [name, { 'socket-name': `/s/${name}` }])),
  } })
  const { config } = loadConfigText('table', text, { env: {}, pathChecks: false, dialect: 'command', current: null })
  if (config.access === null) throw new Error('no access control')
  const handlers = [{ name: 'uptime-text', access: 'read' as const }, { name: 'lease4-wipe', access: 'read' as const }]
  const { controlSockets, serviceGroups } = config
  return compilePolicy(config.access, { tls, services: controlSockets.keys(), serviceGroups, handlers })
}

/** By the name of a list, on one role of everybody. */
function byList(name: string, list: unknown, rows: readonly (readonly [string, string, boolean])[]): Table {
  return {
    name,
    access: { 'assign-role-method': 'remote-address', 'default-role': {}, 'unknown-role': { 'accept-commands': list } },
    rows: rows.map(([command, services, allowed]) => ['192.0.2.1', command, services, allowed, 'unknown-role'] as const),
  }
}

const user = (accept: unknown, rest = {}): Record<string, unknown> => ({ name: 'u', 'accept-commands': accept, ...rest })
const withUser = (role: unknown, rest = {}): Table['access'] => {
  return { 'assign-role-method': 'basic-authentication', roles: [role], ...rest }
}

const tables: readonly Table[] = [
  byList('ALL', 'ALL', [
    ['lease4-get', 'dhcp4', true], ['lease4-wipe', 'dhcp4', true], ['shutdown', '-', true], ['config-set', 'd2', true],
    ['made-up', 'dhcp4', false], ['uptime-text', '-', true], ['Shutdown', '-', false], ['', '-', false],
  ]),
  byList('NONE', 'NONE', [['lease4-get', 'dhcp4', false], ['list-commands', '-', false], ['version-get', 'd2', false]]),
  byList('READ', 'READ', [
    ['lease4-get', 'dhcp4', true], ['lease4-del', 'dhcp4', false], ['statistic-get-all', 'dhcp6', true],
    ['statistic-reset-all', 'dhcp6', false], ['config-get', '-', true], ['config-set', '-', false],
    ['config-test', 'dhcp4', false], ['config-write', '-', false], ['shutdown', '-', false], ['leases-reclaim', 'dhcp4', false],
    ['uptime-text', '-', true], ['dhcp-disable', 'dhcp4', false], ['made-up', '-', false],
  ]),
  byList('WRITE', 'WRITE', [
    ['lease4-get', 'dhcp4', false], ['lease4-del', 'dhcp4', true], ['config-reload', '-', true],
    ['version-get', '-', false], ['made-up', '-', false], ['reservation-add', 'dhcp4', true],
  ]),
  byList('not', { not: 'WRITE' }, [
    ['lease4-get', 'dhcp4', true], ['lease4-del', 'dhcp4', false], ['made-up', 'dhcp4', false], ['shutdown', '-', false],
  ]),
  byList('not not', { not: { not: 'READ' } }, [['lease4-get', 'dhcp4', true], ['lease4-del', 'dhcp4', false]]),
  byList('and', { and: ['READ', { hook: 'lease_cmds' }] }, [
    ['lease4-get', 'dhcp4', true], ['lease4-del', 'dhcp4', false], ['version-get', 'dhcp4', false],
    ['lease6-get-all', 'dhcp6', true],
  ]),
  byList('and of three', { and: ['READ', { hook: 'lease_cmds' }, { services: ['dhcp6'] }] }, [
    ['lease6-get', 'dhcp6', true], ['lease4-get', 'dhcp4', false], ['lease6-get', 'dhcp4', false],
  ]),
  byList('or', { or: [{ commands: ['shutdown'] }, { hook: 'stat_cmds' }] }, [
    ['shutdown', '-', true], ['shutdown', 'dhcp4', true], ['stat-lease4-get', 'dhcp4', true], ['lease4-get', 'dhcp4', false],
  ]),
  byList('commands', { commands: ['lease4-get', 'made-up'] }, [
    ['lease4-get', 'dhcp4', true], ['lease4-get-all', 'dhcp4', false], ['lease4-ge', 'dhcp4', false],
    ['made-up', 'dhcp4', true], ['made-up', '-', true], ['LEASE4-GET', 'dhcp4', false], ['lease4-get ', 'dhcp4', false],
    ['lease4_get', 'dhcp4', false],
  ]),
  byList('command', { command: ['lease4-get'] }, [['lease4-get', 'dhcp4', true], ['lease4-add', 'dhcp4', false]]),
  byList('commands of nothing', { commands: [] }, [['lease4-get', 'dhcp4', false], ['__proto__', '-', false]]),
  byList('access read', { access: 'read' }, [['lease4-get', 'dhcp4', true], ['lease4-del', 'dhcp4', false]]),
  byList('access write', { access: 'write' }, [['lease4-get', 'dhcp4', false], ['lease4-del', 'dhcp4', true]]),
  byList('hook', { hook: 'lease_cmds' }, [
    ['lease4-get', 'dhcp4', true], ['lease4-wipe', 'dhcp4', true], ['reservation-get', 'dhcp4', false],
    ['version-get', '-', false], ['uptime-text', '-', false],
  ]),
  byList('hook of nothing', { hook: '' }, [
    ['version-get', '-', true], ['shutdown', 'dhcp4', true], ['lease4-get', 'dhcp4', false], ['uptime-text', '-', true],
  ]),
  byList('services', { services: ['dhcp4', '(agent)'] }, [
    ['lease4-get', 'dhcp4', true], ['lease6-get', 'dhcp6', false], ['version-get', '-', true], ['shutdown', '-', true],
    ['version-get', 'dhcp4,dhcp6', false], ['version-get', 'dhcp4,dhcp4', true], ['version-get', 'Dhcp4', false],
    ['version-get', '(agent)', true],
  ]),
  byList('every service by itself', { or: [{ and: [{ services: ['dhcp4'] }, 'WRITE'] }, 'READ'] }, [
    ['config-set', 'dhcp4', true], ['config-set', 'dhcp4,dhcp6', false], ['config-set', 'dhcp6,dhcp4', false],
    ['config-get', 'dhcp4,dhcp6', true], ['config-set', '-', false], ['config-set', 'unheard-of', false],
    ['config-get', 'unheard-of', true],
  ]),
  {
    name: 'named lists, one made of others',
    access: {
      'assign-role-method': 'remote-address',
      'access-control-lists': [
        { leases: { hook: 'lease_cmds' } }, { look: { and: ['leases', 'READ'] } }, { 'all but look': { not: 'look' } },
        { __proto__x: 'NONE' },
      ],
      roles: [
        { name: '192.0.2.1', 'accept-commands': 'look' }, { name: '192.0.2.2', 'accept-commands': 'all but look' },
        { name: '192.0.2.3', 'accept-commands': { or: ['look', { commands: ['version-get'] }] } },
      ],
    },
    rows: [
      ['192.0.2.1', 'lease4-get', 'dhcp4', true, '192.0.2.1'], ['192.0.2.1', 'lease4-del', 'dhcp4', false, '192.0.2.1'],
      ['192.0.2.1', 'version-get', '-', false, '192.0.2.1'], ['192.0.2.2', 'lease4-get', 'dhcp4', false, '192.0.2.2'],
      ['192.0.2.2', 'lease4-del', 'dhcp4', true, '192.0.2.2'], ['192.0.2.2', 'made-up', 'dhcp4', false, '192.0.2.2'],
      ['192.0.2.3', 'version-get', '-', true, '192.0.2.3'], ['192.0.2.3', 'lease6-get', 'dhcp6', true, '192.0.2.3'],
    ],
  },
  {
    name: 'accept first',
    access: withUser(user('READ', { 'reject-commands': { commands: ['config-get', 'lease4-del'] } })),
    rows: [
      ['user u', 'config-get', '-', true, 'u'], ['user u', 'lease4-del', 'dhcp4', false, 'u'],
      ['user u', 'lease4-add', 'dhcp4', false, 'u'], ['user u', 'version-get', '-', true, 'u'],
    ],
  },
  {
    name: 'reject first',
    access: withUser(user('READ', { 'reject-commands': { commands: ['config-get'] }, 'list-match-first': 'reject' })),
    rows: [
      ['user u', 'config-get', '-', false, 'u'], ['user u', 'version-get', '-', true, 'u'],
      ['user u', 'config-set', '-', false, 'u'],
    ],
  },
  {
    name: 'other-commands accept',
    access: withUser({ name: 'u', 'reject-commands': 'WRITE', 'other-commands': 'accept' }),
    rows: [
      ['user u', 'config-get', '-', true, 'u'], ['user u', 'config-set', '-', false, 'u'],
      ['user u', 'made-up', '-', false, 'u'], ['user u', 'uptime-text', '-', true, 'u'],
    ],
  },
  {
    name: 'other-commands reject is the default',
    access: withUser({ name: 'u', 'reject-commands': 'WRITE' }),
    rows: [['user u', 'config-get', '-', false, 'u'], ['user u', 'config-set', '-', false, 'u']],
  },
  {
    name: 'a command that is named is known, in any list',
    access: withUser({ name: 'u', 'reject-commands': { commands: ['made-up'] }, 'other-commands': 'accept' }),
    rows: [['user u', 'made-up', '-', false, 'u'], ['user u', 'made-upper', '-', false, 'u']],
  },
  {
    name: 'reject-commands alone, of a command that nobody knows',
    access: withUser({ name: 'u', 'reject-commands': { and: ['READ', { commands: ['made-up'] }] }, 'other-commands': 'accept' }),
    rows: [['user u', 'made-up', '-', true, 'u']],
  },
  {
    name: 'commands: what the table lacks, or has otherwise',
    access: {
      ...withUser(user('READ')),
      commands: [
        { name: 'made-up', access: 'read', hook: 'mine' }, { name: 'config-get', access: 'write' },
        { name: 'uptime-text', access: 'write' },
      ],
    },
    rows: [
      ['user u', 'made-up', 'dhcp4', true, 'u'], ['user u', 'config-get', '-', false, 'u'],
      ['user u', 'version-get', '-', true, 'u'], ['user u', 'uptime-text', '-', false, 'u'],
    ],
  },
  {
    name: 'a hook that only commands name',
    access: { ...withUser(user({ hook: 'mine' })), commands: [{ name: 'made-up', access: 'write', hook: 'mine' }] },
    rows: [['user u', 'made-up', 'd2', true, 'u'], ['user u', 'version-get', 'd2', false, 'u']],
  },
  {
    name: 'both fall-backs are there',
    access: {
      ...withUser(user('ALL')),
      'default-role': { 'accept-commands': { commands: ['version-get'] } },
      'unknown-role': { 'accept-commands': { commands: ['list-commands'] } },
    },
    rows: [
      ['nobody', 'version-get', '-', true, 'default-role'], ['nobody', 'list-commands', '-', false, 'default-role'],
      ['user stranger', 'version-get', '-', false, 'unknown-role'], ['user stranger', 'list-commands', '-', true, 'unknown-role'],
      ['user u', 'shutdown', '-', true, 'u'], ['user ', 'version-get', '-', true, 'default-role'],
      ['user default-role', 'version-get', '-', false, 'unknown-role'], ['user U', 'list-commands', '-', true, 'unknown-role'],
      ['subject CN=u', 'shutdown', '-', false, 'default-role'],
    ],
  },
  {
    name: 'neither fall-back is there',
    access: withUser(user('ALL')),
    rows: [
      ['nobody', 'version-get', '-', false, 'default-role'], ['user stranger', 'version-get', '-', false, 'unknown-role'],
      ['user __proto__', 'version-get', '-', false, 'unknown-role'], ['user constructor', 'shutdown', '-', false, 'unknown-role'],
    ],
  },
  {
    name: 'by address',
    access: {
      'assign-role-method': 'remote-address',
      roles: [
        { name: '192.0.2.0/24', 'accept-commands': 'READ' }, { name: '192.0.2.7', 'accept-commands': 'ALL' },
        { name: '192.0.2.64/26', 'accept-commands': 'WRITE' }, { name: '2001:db8::/32', 'accept-commands': 'READ' },
        { name: '2001:DB8:0:0::1', 'accept-commands': 'ALL' }, { name: '10.0.0.0/8', 'accept-commands': 'ALL' },
        { name: 'not an address', 'accept-commands': 'ALL' }, { name: '::ffff:198.51.100.0/120', 'accept-commands': 'READ' },
        { name: '::ffff:198.51.100.64/122', 'accept-commands': 'WRITE' }, { name: '::ffff:0:0/95', 'accept-commands': 'ALL' },
        { name: '::ffff:c633:6409', 'accept-commands': 'ALL' }, { name: 'fe80::/10', 'accept-commands': 'READ' },
        { name: '198.51.100.8/33', 'accept-commands': 'ALL' }, { name: '198.51.100.8/', 'accept-commands': 'ALL' },
      ],
    },
    rows: [
      ['192.0.2.1', 'lease4-get', 'dhcp4', true, '192.0.2.0/24'], ['192.0.2.1', 'lease4-del', 'dhcp4', false, '192.0.2.0/24'],
      ['192.0.2.7', 'lease4-del', 'dhcp4', true, '192.0.2.7'], ['192.0.2.65', 'lease4-get', 'dhcp4', false, '192.0.2.64/26'],
      ['192.0.2.65', 'lease4-del', 'dhcp4', true, '192.0.2.64/26'], ['192.0.2.128', 'lease4-get', 'dhcp4', true, '192.0.2.0/24'],
      ['192.0.3.1', 'lease4-get', 'dhcp4', false, 'unknown-role'], ['2001:db8::2', 'lease6-get', 'dhcp6', true, '2001:db8::/32'],
      ['2001:db8::1', 'shutdown', 'dhcp6', true, '2001:DB8:0:0::1'], ['2001:db9::1', 'lease6-get', 'dhcp6', false, 'unknown-role'],
      ['::ffff:192.0.2.7', 'lease4-del', 'dhcp4', true, '192.0.2.7'], ['fe80::1%eth0', 'version-get', '-', true, 'fe80::/10'],
      ['198.51.100.8', 'version-get', '-', true, '::ffff:198.51.100.0/120'], ['198.51.100.65', 'version-get', '-', false, '::ffff:198.51.100.64/122'],
      ['::ffff:198.51.100.65', 'shutdown', '-', true, '::ffff:198.51.100.64/122'], ['198.51.100.9', 'shutdown', '-', true, '::ffff:c633:6409'],
      ['198.51.101.1', 'version-get', '-', false, 'unknown-role'], ['::ffff:c633:6408', 'shutdown', '-', false, '::ffff:198.51.100.0/120'],
      ['10.255.255.255', 'shutdown', '-', true, '10.0.0.0/8'], ['11.0.0.0', 'shutdown', '-', false, 'unknown-role'],
    ],
  },
  {
    name: 'a network of everybody',
    access: { 'assign-role-method': 'remote-address', roles: [
      { name: '0.0.0.0/0', 'accept-commands': 'READ' }, { name: '::/0', 'accept-commands': 'WRITE' },
    ] },
    rows: [
      ['203.0.113.9', 'version-get', '-', true, '0.0.0.0/0'], ['2001:db8::1', 'version-get', '-', false, '::/0'],
      ['::1', 'shutdown', '-', true, '::/0'],
    ],
  },
  {
    name: 'by subject',
    tls: true,
    access: {
      'assign-role-method': 'cert-subject',
      roles: [
        { name: 'reader', 'accept-commands': 'READ' }, { name: 'O=keagate, CN=admin', 'accept-commands': 'ALL' },
        { name: 'with, comma', 'accept-commands': 'WRITE' },
      ],
    },
    rows: [
      ['subject CN=reader', 'version-get', '-', true, 'reader'], ['subject CN=reader', 'shutdown', '-', false, 'reader'],
      ['subject O=keagate, CN=reader', 'version-get', '-', true, 'reader'],
      ['subject O=keagate, CN=admin', 'shutdown', '-', true, 'O=keagate, CN=admin'],
      ['subject o=keagate,  cn=admin', 'shutdown', '-', true, 'O=keagate, CN=admin'],
      ['subject CN=admin', 'shutdown', '-', false, 'unknown-role'], ['subject O=other, CN=admin', 'shutdown', '-', false, 'unknown-role'],
      ['subject CN=admin, O=keagate', 'shutdown', '-', false, 'unknown-role'],
      ['subject CN=O\\=keagate\\, CN\\=admin', 'shutdown', '-', false, 'unknown-role'],
      ['subject CN=with\\, comma', 'shutdown', '-', true, 'with, comma'], ['subject CN=Reader', 'version-get', '-', false, 'unknown-role'],
      ['subject O=reader', 'version-get', '-', false, 'default-role'], ['subject ', 'version-get', '-', false, 'default-role'],
      ['nobody', 'version-get', '-', false, 'default-role'], ['user reader', 'version-get', '-', false, 'default-role'],
      ['issuer CN=reader', 'version-get', '-', false, 'unknown-role'],
    ],
  },
  {
    name: 'by issuer',
    tls: true,
    access: {
      'assign-role-method': 'cert-issuer', roles: [{ name: 'site CA', 'accept-commands': 'READ' }],
      'default-role': { 'accept-commands': { commands: ['version-get'] } },
    },
    rows: [
      ['issuer O=x, CN=site CA', 'lease4-get', 'dhcp4', true, 'site CA'], ['issuer CN=other CA', 'lease4-get', 'dhcp4', false, 'unknown-role'],
      ['subject CN=site CA', 'lease4-get', 'dhcp4', false, 'unknown-role'], ['nobody', 'version-get', '-', true, 'default-role'],
    ],
  },
  {
    name: 'require-tls, which certificates imply, over plain HTTP',
    access: { 'assign-role-method': 'cert-subject', 'default-role': { 'accept-commands': 'ALL' } },
    rows: [['nobody', 'version-get', '-', false, 'default-role'], ['nobody', 'lease4-get', 'dhcp4', false, 'default-role']],
  },
  {
    name: 'require-tls over TLS',
    tls: true,
    access: { 'assign-role-method': 'remote-address', 'require-tls': true, 'unknown-role': { 'accept-commands': 'ALL' } },
    rows: [['127.0.0.1', 'version-get', '-', true, 'unknown-role']],
  },
  {
    name: 'require-tls false, by certificate and over plain HTTP',
    access: { 'assign-role-method': 'cert-subject', 'require-tls': false, 'default-role': { 'accept-commands': 'READ' } },
    rows: [['nobody', 'version-get', '-', true, 'default-role'], ['nobody', 'shutdown', '-', false, 'default-role']],
  },
  {
    name: 'nothing but the method',
    access: { 'assign-role-method': 'basic-authentication' },
    rows: [['user u', 'version-get', '-', false, 'unknown-role'], ['nobody', 'list-commands', '-', false, 'default-role']],
  },
]

t.test('what each configuration decides', async (t) => {
  let decisions = 0
  for (const table of tables) {
    const policy = policyOf(table)
    for (const [caller, command, services, allowed, role] of table.rows) {
      const decision = decide(policy, callerOf(caller), command, services === '-' ? [] : services.split(','))
      const name = `${table.name}: ${caller} asks ${command} of ${services}`
      t.same({ allowed: decision.allowed, role: decision.role.name }, { allowed, role }, name, { rule: decision.rule })
      decisions++
    }
  }
  t.ok(decisions >= 150, `${decisions} decisions`)
})

t.test('a decision is the same when it is asked again', async (t) => {
  for (const table of tables) {
    const policy = policyOf(table)
    for (const [caller, command, services] of [...table.rows, ...table.rows]) {
      const ask = (): unknown => decide(policy, callerOf(caller), command, services === '-' ? [] : services.split(','))
      t.same(ask(), ask())
    }
  }
})

t.test('what is kept of decisions changes none, also where names run into each other', async (t) => {
  const log: Log = { write: () => undefined, enabled: () => false }
  const forged = ['user u1', 'user 1', 'user ', 'user version-getu'] as const
  for (const table of tables) {
    const policy = policyOf(table)
    const guard = new Guard(policy, log)
    const more = forged.map((caller) => [caller, 'version-get', 'dhcp4'] as const)
    for (const [caller, name, services] of [...table.rows, ...more, ...table.rows, ...more]) {
      const facts = callerOf(caller)
      const tls = facts.tls === null ? null : { ...facts.tls, ...restOfCertificate }
      const command = { name, services: services === '-' ? [] : services.split(','), arguments: null, caller: { ...facts, tls } }
      t.same(guard.decide(command), decide(policy, facts, name, command.services), `${table.name}: ${caller} asks ${name}`)
    }
  }
})

const restOfCertificate = { serial: '1', fingerprint: 'AA', subjectAltNames: [], notBefore: 0, notAfter: 0 }

t.test('the rule is told in words', async (t) => {
  const table = tables.find(({ name }) => name === 'accept first')
  if (table === undefined) throw new Error('no such table')
  const rule = (caller: string, command: string): string => decide(policyOf(table), callerOf(caller), command, []).rule
  t.equal(rule('user u', 'config-get'), 'accept-commands of u: "READ" (user u)')
  t.equal(rule('user u', 'shutdown'), 'other-commands of u: reject (user u)')
  t.equal(rule('user u', 'made-up'), 'no known command, and u does not name it (user u)')
  t.equal(rule('user v', 'config-get'), 'unknown-role is not configured and so rejects everything (no role is named as the user v)')
  t.equal(rule('nobody', 'config-get'), 'default-role is not configured and so rejects everything (no user to take a role from)')
})

t.test('of many networks the smallest with the address counts', async (t) => {
  const names = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3', '::/0', '2001:db8::/32', '2001:db8::1']
  const more = Array.from({ length: 900 }, (_, index) => `172.16.${index >> 8}.${index & 255}`)
  const roles = [...names, ...more].map((name) => ({ name, 'accept-commands': 'ALL' }))
  const policy = policyOf({ name: 'networks', access: { 'assign-role-method': 'remote-address', roles }, rows: [] })
  const role = (address: string): string => decide(policy, callerOf(address), 'version-get', []).role.name
  const rows = [
    ['192.0.2.1', '0.0.0.0/0'], ['10.9.9.9', '10.0.0.0/8'], ['10.1.9.9', '10.1.0.0/16'], ['10.1.2.9', '10.1.2.0/24'],
    ['10.1.2.3', '10.1.2.3'], ['::ffff:10.1.2.3', '10.1.2.3'], ['2001:db9::1', '::/0'], ['2001:db8::2', '2001:db8::/32'],
    ['2001:db8:0::1', '2001:db8::1'], ['172.16.3.131', '172.16.3.131'], ['172.16.3.132', '0.0.0.0/0'],
  ] as const
  for (const [address, name] of rows) t.equal(role(address), name, address)
})

t.test('a command that nobody knows is named through lists of lists', async (t) => {
  const lists = [{ a: { or: ['b', 'b', 'READ'] } }, { b: { and: ['ALL', { not: { commands: ['made-up'] } }] } }, { c: 'a' }]
  const table = { name: 'named', access: withUser(user('NONE', { 'reject-commands': 'c', 'other-commands': 'accept' }), { 'access-control-lists': lists }), rows: [] }
  const asked = (command: string): unknown => {
    const { allowed, rule } = decide(policyOf(table), callerOf('user u'), command, [])
    return [allowed, rule.replace(/ \(.*/s, '')]
  }
  t.same(asked('made-up'), [true, 'other-commands of u: accept'])
  t.same(asked('made-up-too'), [false, 'no known command, and u does not name it'])
  t.same(asked('shutdown'), [false, 'reject-commands of u: "c"'])
})
