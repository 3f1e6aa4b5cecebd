// The same request gets the same answer through the real kea-ctrl-agent and through keagate: byte for byte where a
// daemon answers, status and result where the agent does (its texts are its own).

import t from 'tap'
import { makeCertificates } from './certificates.ts'
import { startDaemon } from './daemons.ts'
import { openDoor } from './door.ts'
import { executable, skipWithout } from './installed.ts'
import type { Reply } from './post.ts'
import { post } from './post.ts'

const lease = '"ip-address": "192.0.2.33", "hw-address": "1a:1b:1c:1d:1e:1f", "valid-lft": 60, "expire": 1900000000'

/** A life of one lease, after which everything is as before. */
const leaseCommands: readonly string[] = ['lease4-add', 'lease4-add', 'lease4-get', 'lease4-del', 'lease4-get'].map(
  (command) => `{ "command": "${command}", "service": [ "dhcp4" ], "arguments": { ${lease} } }`,
)

/** Answered by daemons. */
const forwarded: readonly string[] = [
  '{ "command": "version-get", "service": [ "d2", "dhcp6", "dhcp4" ] }',
  '{ "command": "list-commands", "service": [ "dhcp4", "dhcp4" ] }',
  '{ "command": "config-get", "service": [ "dhcp4", "dhcp6", "d2" ] }',
  '{ "command": "statistic-get-all", "service": [ "dhcp4", "dhcp6" ] }',
  '{ "command": "lease4-get", "service": [ "dhcp4" ], "arguments": { "ip-address": 1 } }',
  '{ "command": "lease4-get", "service": [ "dhcp4" ], "arguments": [ 1, ] }',
  '{ "command": "lease4-get", "service": [ "dhcp4" ] }',
  '{ "command": "nope", "service": [ "dhcp4", "dhcp6", "d2" ] }',
  '{ "command": "", "service": [ "dhcp4" ] }',
  '{ "command": "nope", "command": "version-get", "service": [ "d2" ], "service": [ "dhcp4" ] }',
  '{ "command": "config-test", "service": [ "dhcp4" ], "arguments": {} }',
]

/** Answered by the agent. */
const own: readonly string[] = [
  '{ "command": "version-get" }',
  '{ "command": "list-commands", "service": [] }',
  '{ "command": "nope" }',
  '{ "command": " version-get" }',
  '{ "command": "" }',
  '{ "command": "version-get", "service": [ "dhcp4", "nosuch", "", "DHCP4", "dhcp6" ] }',
  '{ "command": "version-get", "service": [ "ca" ] }',
  '{ "command": "version-get", "service": "dhcp4" }',
  '{ "command": "version-get", "service": null }',
  '{ "command": "version-get", "service": [ 1 ] }',
  '{ "command": "version-get", "extra": 1 }',
  '{ "command": 1 }',
  '{ "service": [ "dhcp4" ] }',
  '{ "arguments": {} }',
  '{}',
  '[]',
  '[ { "command": "version-get" } ]',
  '"version-get"',
  'null',
  '17',
  '',
  ' ',
  '{',
  '{ "command": "version-get", }',
  '{ "command": "version-get" } x',
  '{ "command": "version-get", "arguments": { "a": 01, "b": +1, "c": .5, "d": [ 1, ] } }',
  '{ "command": "version-get", "arguments": { "a": 1-2 } }',
  '{ "command": "version-get", "arguments": { "a": NaN } }',
  '// comment\n{ "command": "version-get" }',
  '{ "command": "version-get\t" }',
  '{ "command": "shutdown", "arguments": { "exit-value": "1" } }',
  '{ "command": "shutdown", "arguments": [] }',
  '{ "command": "config-set" }',
  '{ "command": "config-test", "arguments": {} }',
  '{ "command": "config-test", "arguments": { "Control-agent": [] } }',
  '{ "command": "config-test", "arguments": { "Control-agent": { "http-port": 70000 } } }',
  '{ "command": "config-test", "arguments": { "Control-agent": { "http-port": 8001 } } }',
  '{ "command": "config-write", "arguments": { "filename": 1 } }',
  '{ "command": "config-reload" }',
]

const programs = ['kea-ctrl-agent', 'kea-dhcp4', 'kea-dhcp6', 'kea-dhcp-ddns'] as const

t.test('the real agent and keagate', { skip: skipWithout(...programs) }, async (t) => {
  const [dhcp4, dhcp6, d2] = await Promise.all([
    startDaemon(t, 'dhcp4'),
    startDaemon(t, 'dhcp6'),
    startDaemon(t, 'd2'),
  ])
  const sockets = { dhcp4: dhcp4.socket, dhcp6: dhcp6.socket, d2: d2.socket }
  const certificates = await makeCertificates(t)
  const way = { tls: 'off', basic: false } as const
  const real = await openDoor(t, way, certificates, { sockets, executable: executable('kea-ctrl-agent') })
  const keagate = await openDoor(t, way, certificates, { sockets })

  for (const body of forwarded) {
    const [expected, got] = [await post(real, body), await post(keagate, body)]
    t.equal(got.status, expected.status)
    t.equal(got.body.toString(), expected.body.toString(), body)
  }
  const lives: string[][] = []
  for (const door of [real, keagate]) {
    const answers: string[] = []
    for (const body of leaseCommands) answers.push((await post(door, body)).body.toString())
    lives.push(answers)
  }
  t.same(lives[1], lives[0], 'the life of a lease')
  for (const body of own) {
    const [expected, got] = [await post(real, body), await post(keagate, body)]
    t.same(outcome(got), outcome(expected), body)
    t.same(headerNames(got), headerNames(expected))
  }
})

/** The status, and the results in their list or the map of an HTTP error. */
function outcome(reply: Reply): unknown {
  const body = JSON.parse(reply.body.toString()) as { result: number } | { result: number }[]
  return [reply.status, Array.isArray(body) ? body.map((each) => each.result) : { result: body.result }]
}

/** Kea's headers; what others an agent sends besides does not matter to its clients. */
function headerNames(reply: Reply): string[] {
  return ['content-length', 'content-type', 'date'].filter((name) => reply.headers[name] !== undefined)
}
