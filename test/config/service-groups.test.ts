// `service-groups`: what they may hold, and what a name for several services stands for.

import t from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { errorLines } from '../../src/config/parse/issue.ts'
import { printConfig } from '../../src/config/print/print.ts'
import { ServiceGroups } from '../../src/config/service-groups.ts'
import { decide } from '../../src/access/decide.ts'
import { compilePolicy } from '../../src/access/policy.ts'
import type { AgentConfig } from '../../src/config/types.ts'
import { printCompact } from '../../src/json/text/print.ts'

const sockets = Object.fromEntries(['dhcp4-fra1', 'dhcp4-ber1', 'd2'].map((name) => [name, { 'socket-name': name }]))

function load(members: object): AgentConfig {
  const text = JSON.stringify({ 'Control-agent': { 'control-sockets': sockets, ...members } })
  return loadConfigText('a.conf', text, { dialect: 'command', env: {}, pathChecks: false, current: null }).config
}

function mistakes(members: object): string {
  try {
    load(members)
    return ''
  } catch (error) {
    return errorLines(error).join('\n')
  }
}

t.test('a group is replaced by its members, in their order and where it stands', async (t) => {
  const { serviceGroups } = load({ 'service-groups': { all4: ['dhcp4-ber1', 'dhcp4-fra1'], names: ['d2'] } })
  t.same(serviceGroups.expand(['d2', 'all4', 'dhcp4-fra1']), ['d2', 'dhcp4-ber1', 'dhcp4-fra1', 'dhcp4-fra1'])
  t.same(serviceGroups.expand(['dhcp6']), ['dhcp6'], 'what is no group stays')
  t.same(serviceGroups.groupsOf('d2'), ['names'])
  const plain = ['d2']
  t.equal(new ServiceGroups().expand(plain), plain)
})

t.test('config-get shows them as they are written, and nothing without any', async (t) => {
  const groups = { all4: ['dhcp4-ber1', 'dhcp4-fra1'] }
  t.match(printCompact(printConfig(load({ 'service-groups': groups }), { secrets: 'shown' })), /"service-groups": ?\{ ?"all4": ?\[ ?"dhcp4-ber1", ?"dhcp4-fra1" ?\] ?\}/)
  t.notMatch(printCompact(printConfig(load({}), { secrets: 'shown' })), /service-groups/)
})

t.test('a group that cannot work is refused, with its place and what was meant', async (t) => {
  const rows: readonly [groups: object, says: RegExp][] = [
    [{ all4: ['dhcp4-fra2'] }, /a\.conf:1:\d+.*there is no control socket "dhcp4-fra2".*did you mean "dhcp4-fra1"/],
    [{ all4: ['d2', 'd2'] }, /"d2" is named twice/],
    [{ all4: [] }, /"all4" has no members/],
    [{ d2: ['dhcp4-fra1'] }, /"d2" is a control socket, too/],
    [{ all4: ['d2'], all: ['all4'] }, /"all4" is a group itself.*groups hold no groups/],
    [{ 'all 4': ['d2'] }, /all 4/],
    [{ all4: 'd2' }, /must be a list/],
    [{ all4: [7] }, /must be a string/],
    [{ all4: Array.from({ length: 65 }, (_, index) => `s${index}`) }, /64/],
  ]
  for (const [groups, says] of rows) t.match(mistakes({ 'service-groups': groups }), says, JSON.stringify(groups).slice(0, 60))
})

t.test('rules may name a group, and a command for a group needs the right for every member', async (t) => {
  const config = load({
    'service-groups': { all4: ['dhcp4-ber1', 'dhcp4-fra1'] },
    'access-control': {
      'assign-role-method': 'basic-authentication',
      'default-role': { 'accept-commands': { and: ['ALL', { services: ['all4'] }] } },
    },
  })
  const { access, serviceGroups, controlSockets } = config
  if (access === null) throw new Error('no rules')
  const policy = compilePolicy(access, { tls: false, services: controlSockets.keys(), serviceGroups, handlers: [] })
  const caller = { remoteAddress: '127.0.0.1', user: null, tls: null }
  const allowed = (...services: string[]): boolean => decide(policy, caller, 'lease4-get', serviceGroups.expand(services)).allowed
  t.same([allowed('all4'), allowed('dhcp4-fra1'), allowed('d2'), allowed('all4', 'd2')], [true, true, false, false])
})
