// No spelling of a request gets past a rule: thousands of disguises of refused commands, sent to the built program,
// and what its daemon received of them.

import fc from 'fast-check'
import http from 'node:http'
import t from 'tap'
import { parseJson } from '../../src/json/text/parser.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { startProgram } from '../support/program.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

/** All that may reach the daemon. */
const allowed = new Set(['lease4-get', 'statistic-get-all'])

const refused = ['lease4-del', 'config-set', 'shutdown', 'lease4-wipe', 'leases-reclaim', 'config-get', 'list-commands']

/** A change to the text of a request; `n` is any number from 0 on. */
type Disguise = (text: string, n: number) => string

const within = (text: string, n: number): number => n % (text.length + 1)
const insert =
  (what: string): Disguise =>
  (text, n) =>
    text.slice(0, within(text, n)) + what + text.slice(within(text, n))
const replace = (from: RegExp | string, to: string | ((n: number) => string)): Disguise => (text, n) => {
  return text.replace(from, () => (typeof to === 'string' ? to : to(n)))
}
const members = (more: string): Disguise => (text) => text.replace(/\}\s*$/, `, ${more} }`)
const first = (more: string): Disguise => (text) => text.replace(/^\s*\{/, `{ ${more}, `)
const pick = (...texts: string[]) => (n: number): string => texts[n % texts.length] ?? ''
const refusedName = pick(...refused)

const disguises: readonly Disguise[] = [
  // The name, spelt otherwise.
  (text, n) => text.replace(/[a-z](?=[a-z0-9-]*")/g, (letter, at: number) => {
    return (at + n) % 3 === 0 ? `\\u00${letter.charCodeAt(0).toString(16)}` : letter
  }),
  (text, n) => text.replace(/"[a-z0-9-]+"/g, (word) => (n % 2 === 0 ? word.toUpperCase() : word.replace('c', 'C'))),
  replace('lease4-del', pick('lease4-de\\u006c', 'Lease4-del', ' lease4-del', 'lease4-del\\u0000', 'lease4\\u002ddel', 'lease４-del')),
  replace('shutdown', pick('sh\\u0075tdown', 'shutdown\\n', '\\tshutdown', 'shut\\/down', 'ſhutdown')),
  // A second name, before or after the first.
  members('"command": "lease4-get"'), first('"command": "lease4-get"'), members('"Command": "lease4-get"'),
  members('"comm\\u0061nd": "lease4-get"'), first('"comm\\u0061nd": "statistic-get-all"'),
  (text, n) => members(`"comm\\u0061nd": "${refusedName(n)}"`)(text, n),
  (text, n) => members(`"command": "${refusedName(n)}"`)(text.replace(/"command": "[^"]*"/, '"command": "lease4-get"'), n),
  (text, n) => first(`"command": "${refusedName(n)}"`)(text.replace(/"command": "[^"]*"/, '"command": "lease4-get"'), n),
  // A name in a name, a name in a place where none belongs.
  (text, n) => members(`"x\\", \\"command\\": \\"${refusedName(n)}": 1`)(text, n),
  (text, n) => members(`"remark": { "command": "${refusedName(n)}" }`)(text, n),
  (text, n) => text.replace(/"arguments": \{[^}]*\}/, `"arguments": { "command": "${refusedName(n)}", "service": [ "dhcp4" ] }`),
  (text, n) => text.replace(/"command": "[^"]*"/, `"command": "lease4-get", "arguments": "}, \\"command\\": \\"${refusedName(n)}\\""`),
  replace(/"command": "([^"]*)"/, pick('"command": [ "lease4-del" ]', '"command": { "x": "lease4-del" }', '"command": null')),
  // Services of every kind.
  replace('[ "dhcp4" ]', pick('"dhcp4"', '[ [ "dhcp4" ] ]', '[ "dhcp4", "dhcp4" ]', '[ ]', '[ "" ]', '[ "DHCP4" ]', '[ "dhcp4\\u0000" ]',
    '[ "\\u0064hcp4" ]', '{ "0": "dhcp4" }', '[ 4 ]', 'null', '[ "dhcp4", [ "dhcp4" ] ]')),
  members('"service": [ "dhcp4" ]'), members('"service": [ ]'), first('"service": [ "d2" ]'), members('"serv\\u0069ce": [ "dhcp4" ]'),
  // What only files may hold, and what no JSON holds.
  insert('/* */'), insert('# x\n'), insert('// x\n'), insert(','), insert('\u0000'), insert('\ufeff'), insert('"'), insert('}'),
  insert('{'), insert('['), insert('\\'), insert('\u2028'), insert('\r\n'), insert('<?include "/etc/passwd"?>'), insert("'"),
  (text) => text.replaceAll('"', "'"), (text) => `\ufeff${text}`, (text) => `[ ${text} ]`, (text) => `${text}${text}`,
  (text) => `{ "command": "lease4-get", "service": [ "dhcp4" ] }${text}`, (text) => JSON.stringify(text),
  (text) => text.replace('{', '{\n'.padEnd(70, ' ')), (text, n) => `${'['.repeat(n % 150)}${text}${']'.repeat(n % 150)}`,
  // Letters lost and changed.
  (text, n) => text.slice(0, within(text, n)) + text.slice(within(text, n) + 1),
  (text, n) => text.slice(0, within(text, n)) + String.fromCharCode(32 + (n % 95)) + text.slice(within(text, n) + 1),
  (text, n) => text.slice(0, within(text, n)),
]

/** Where a path names a service too. */
const paths = ['/', '/dhcp4', '/dhcp4/', '//dhcp4', '/%64hcp4', '/DHCP4', '/x?service=dhcp4', '/dhcp4?command=lease4-get']

const requests = fc.record({
  name: fc.constantFrom(...refused),
  service: fc.constantFrom('"service": [ "dhcp4" ], ', ''),
  changes: fc.array(fc.tuple(fc.constantFrom(...disguises), fc.nat()), { minLength: 1, maxLength: 4 }),
  path: fc.constantFrom(...paths),
  encoding: fc.constantFrom('utf8', 'utf8', 'utf8', 'latin1', 'utf16le'),
})

t.test('none of 10,000 disguises of a refused command reaches a daemon', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "answered" }'))
  t.teardown(() => daemon.close())
  const program = await startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
    'access-control': {
      'assign-role-method': 'remote-address',
      roles: [{ name: '127.0.0.1', 'accept-commands': { and: [{ services: ['dhcp4'] }, { commands: [...allowed] }] } }],
    },
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  t.teardown(() => agent.destroy())
  const plain = JSON.stringify({ command: 'lease4-get', service: ['dhcp4'] })
  t.equal(await send(agent, program.port, '/', Buffer.from(plain)), 200, 'what is allowed is answered')
  t.equal(await send(agent, program.port, '/', Buffer.from(plain.replace('get', 'del'))), 403)
  const statuses = new Map<number, number>()
  const waiting = fc.sample(requests, { seed, numRuns: 10_000 })
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { name, service, changes, path, encoding } = next
      const text = `{ "command": "${name}", ${service}"arguments": { "ip-address": "192.0.2.1" } }`
      const body = changes.reduce((changed, [disguise, n]) => disguise(changed, n), text)
      const status = await send(agent, program.port, path, Buffer.from(body, encoding as BufferEncoding))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  t.comment([...statuses].map(([status, count]) => `${status}: ${count}`).join(', '))
  // The agent looks once whether anybody is there, without a word.
  const received = daemon.commands().filter((text) => text !== '')
  const strange = received.filter((text) => !isAllowed(text))
  t.same(strange, [], 'every command that the daemon received is one of the allowed')
  t.ok((statuses.get(403) ?? 0) > 500, 'and many were well-formed, and refused')
  t.ok(received.length > 10, 'while some disguises were of nothing that is refused')
  t.equal(await send(agent, program.port, '/', Buffer.from(plain)), 200, 'it still runs')
})

/**
 * One command, whichever of two the daemon would take. Its arguments are the bytes that came, as lax as Kea takes them.
 */
function isAllowed(text: string): boolean {
  const { root } = parseJson(text, { dialect: 'command' })
  const names = root?.kind === 'map' ? root.members.filter(({ key }) => key === 'command') : []
  return names.length === 1 && names.every(({ value }) => value.kind === 'string' && allowed.has(value.value))
}

/** Resolves to the status, 0 where the connection was closed without one. */
function send(agent: http.Agent, port: number, path: string, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
    const request = http.request({ agent, port, path, method: 'POST', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
    request.once('error', () => resolve(0))
    request.end(body)
  })
}
