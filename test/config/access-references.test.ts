// Named access lists that are made of each other, and what is said of roles with many of them.

import t from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/parse/issue.ts'

function said(access: Record<string, unknown>, services: readonly string[] = []): string[] {
  const sockets = Object.fromEntries(services.map((name) => [name, { 'socket-name': name }]))
  const agent = { 'access-control': { 'assign-role-method': 'remote-address', ...access }, 'control-sockets': sockets }
  const options = { dialect: 'command', env: {}, pathChecks: true, current: null } as const
  try {
    return loadConfigText('<string>', JSON.stringify({ 'Control-agent': agent }), options).warnings.map(({ text }) => text)
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ text }) => text)
    throw error
  }
}

/** `l0` is READ, and each other one not the one before. */
function chain(length: number): Record<string, unknown>[] {
  return Array.from({ length }, (_, index) => ({ [`l${index}`]: index === 0 ? 'READ' : { not: `l${index - 1}` } }))
}

t.test('lists may be made of lists, but not without end', async (t) => {
  t.same(said({ 'access-control-lists': chain(250) }), [])
  t.same(said({ 'access-control-lists': chain(250).reverse() }), [])
  t.match(said({ 'access-control-lists': chain(1000) }), [/^the list l250 leads through more than 500 lists, one inside/])
  const inner = { not: { not: { not: { not: { not: { not: { not: { not: 'l249' } } } } } } } }
  t.match(said({ 'access-control-lists': [...chain(250), { deep: inner }] }), [/^the list deep leads/])
})

t.test('a circle is told in a line, however long it is', async (t) => {
  const name = (index: number): string => `${'n'.repeat(200)}${index % 900}`
  const lists = Array.from({ length: 900 }, (_, index) => ({
    [name(index)]: { or: [name(index + 1), name(index + 2)] },
  }))
  const texts = said({ 'access-control-lists': lists })
  t.ok(texts.length <= 10, `${texts.length} circles`)
  for (const text of texts) t.ok(text.length < 1024, `${text.length} characters`)
  t.match(texts[0], /^access lists lead back to themselves: n{60}… > .* > \(889 more\) > n{60}…/)
})

t.test('a list that never counts is found, whatever tells commands and services apart', async (t) => {
  const idle = /^reject-commands never counts: accept-commands goes first/
  const role = (accept: unknown, reject: unknown): Record<string, unknown> => {
    return { 'default-role': { 'accept-commands': accept, 'reject-commands': reject } }
  }
  const services = ['dhcp4', 'dhcp6', 'd2']
  t.match(said(role('ALL', 'WRITE'), services), [idle])
  t.match(said(role('READ', { commands: ['lease4-get', 'lease6-get'] }), services), [idle])
  t.same(said(role('READ', { commands: ['lease4-get', 'lease4-del'] }), services), [])
  t.match(said(role({ hook: 'lease_cmds' }, { commands: ['lease4-get'] }), services), [idle])
  t.same(said(role({ hook: 'lease_cmds' }, 'READ'), services), [])
  t.match(said(role({ services: ['dhcp4'] }, { and: [{ services: ['dhcp4'] }, 'WRITE'] }), services), [idle])
  t.same(said(role({ services: ['dhcp4'] }, { services: ['dhcp4', 'dhcp6'] }), services), [])
  t.same(said(role({ services: ['dhcp4', 'dhcp6', 'd2'] }, 'ALL'), services), [], 'the agent itself is left')
  t.match(said(role({ services: ['dhcp4', 'dhcp6', 'd2', '(agent)'] }, 'ALL'), services), [idle])
  t.same(said(role({ not: { services: ['dhcp4'] } }, 'ALL'), services), [])
})

t.test('the search for lists that never count ends, and then nothing is said of any', async (t) => {
  const names = (prefix: string): unknown => ({ commands: Array.from({ length: 1000 }, (_, index) => `${prefix}-${index}`) })
  const roles = Array.from({ length: 700 }, (_, index) => {
    return { name: `10.0.${index >> 8}.${index & 255}`, 'accept-commands': { not: { not: 'ALL' } }, 'reject-commands': 'ALL' }
  })
  const services = Array.from({ length: 100 }, (_, index) => `s${index}`)
  const lists = [{ a: names('x') }, { b: names('y') }, { c: { services } }]
  const texts = said({ 'access-control-lists': lists, roles }, services)
  t.same(texts.filter((text) => text.includes('never counts')), [])
})
