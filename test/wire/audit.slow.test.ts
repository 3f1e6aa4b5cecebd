// The audit log of the built program under load: every command has its record, once, before its answer, whatever is
// rotated, reloaded or killed meanwhile.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import t from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import type { Owner } from '../support/child.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import type { Program } from '../support/program.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

interface AuditRecord {
  readonly id: string
  readonly command: string | null
  readonly decision: string
  readonly reason: string | null
  readonly role: string | null
  readonly arguments?: { readonly client: number; readonly n: number }
  readonly answers: readonly { readonly service: string | null; readonly result: number | null }[]
}

interface Setting {
  readonly program: Program
  /** Where the audit log and what was rotated of it are. */
  readonly directory: string
}

async function setUp(owner: Owner): Promise<Setting> {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "answered" }'))
  owner.teardown(() => daemon.close())
  const directory = temporaryDirectory(owner)
  const program = await startProgram(owner, {
    'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
    'audit-log': { output: path.join(directory, 'audit.json'), maxsize: 1, maxver: 1000, arguments: true },
    'access-control': {
      'assign-role-method': 'remote-address',
      roles: [{ name: '127.0.0.1', 'accept-commands': 'READ' }],
    },
  })
  return { program, directory }
}

/** Sends requests over one connection, one after the other. */
class Client {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  readonly #port: number

  constructor(owner: Owner, port: number) {
    this.#port = port
    owner.teardown(() => this.#agent.destroy())
  }

  /** Resolves to the status; 0 where the connection broke off. */
  send(body: string): Promise<number> {
    return new Promise((resolve) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
      const request = http.request({ agent: this.#agent, port: this.#port, method: 'POST', headers }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0)).once('error', () => resolve(0))
      })
      request.once('error', () => resolve(0))
      request.end(body)
    })
  }
}

/** The records of all files, oldest first, and what stands behind the last line end. */
function recordsOf(directory: string): { readonly records: AuditRecord[]; readonly torn: string } {
  const age = (name: string): number => Number(name.slice('audit.json.'.length) || 0)
  const files = readdirSync(directory).sort((one, other) => age(other) - age(one))
  const lines = files.map((name) => readFileSync(path.join(directory, name), 'utf8')).join('').split('\n')
  const torn = lines.pop() ?? ''
  return { records: lines.map((line) => JSON.parse(line) as AuditRecord), torn }
}

const kinds = [
  { command: 'version-get', service: ['dhcp4'], status: 200 },
  { command: 'version-get', service: undefined, status: 200 },
  { command: 'lease4-get', service: ['dhcp4', 'dhcp6'], status: 200 },
  { command: 'lease4-del', service: ['dhcp4'], status: 403 },
  { command: 'made-up', service: undefined, status: 403 },
] as const

t.test('every command is recorded once, in the order of its answers, while files rotate and HUP comes', async (t) => {
  const { program, directory } = await setUp(t)
  const [clients, rounds] = [8, 400]
  let strange = 0
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    const door = new Client(t, program.port)
    for (let n = 0; n < rounds; n++) {
      const { command, service, status } = kinds[(n + client) % kinds.length] ?? kinds[0]
      t.equal(await door.send(JSON.stringify({ command, service, arguments: { client, n } })), status)
      if (n % 50 === 0) {
        strange += 2
        t.equal(await door.send('{ "command": 4 }'), 200)
        t.equal(await door.send('nothing'), 400)
      }
      if (client === 0 && n % 40 === 0) process.kill(program.pid, 'SIGHUP')
    }
  }))
  t.equal(await program.stop(), 0)
  const { records, torn } = recordsOf(directory)
  t.equal(torn, '')
  t.ok(readdirSync(directory).length > 3, `${readdirSync(directory).length} files`)
  t.equal(records.length, clients * rounds + strange)
  t.equal(new Set(records.map(({ id }) => id)).size, records.length, 'every id is another')
  for (let client = 0; client < clients; client++) {
    const own = records.filter(({ arguments: args }) => args?.client === client)
    t.same(own.map(({ arguments: args }) => args?.n), Array.from({ length: rounds }, (_, n) => n), `client ${client}`)
    for (const { command, decision, role, reason, answers, arguments: args } of own) {
      const asked = kinds[((args?.n ?? 0) + client) % kinds.length]
      const allowed = asked?.status === 200
      const found = { command, decision, role, answers: answers.map(({ service }) => service) }
      const services = allowed ? (asked.service ?? [null]) : []
      t.same(found, { command: asked?.command, decision: allowed ? 'allowed' : 'refused', role: '127.0.0.1', answers: services })
      t.match(reason, allowed ? /^accept-commands of 127\.0\.0\.1: "READ"/ : /^other-commands|^no known command/)
    }
  }
  t.equal(records.filter(({ command, decision }) => command === null && decision === 'refused').length, strange)
})

t.test('whatever was answered before a kill is in the file', async (t) => {
  const { program, directory } = await setUp(t)
  const answered: string[] = []
  let asked = 0
  const clients = Array.from({ length: 8 }, async (_, client) => {
    const door = new Client(t, program.port)
    for (let n = 0; ; n++) {
      asked++
      if (await door.send(JSON.stringify({ command: 'version-get', service: ['dhcp4'], arguments: { client, n } })) !== 200) return
      answered.push(`${client} ${n}`)
      if (answered.length === 1500) process.kill(program.pid, 'SIGKILL')
    }
  })
  await Promise.all(clients)
  const { records } = recordsOf(directory)
  const recorded = new Set(records.map(({ arguments: args }) => `${args?.client ?? ''} ${args?.n ?? ''}`))
  t.same(answered.filter((each) => !recorded.has(each)), [])
  t.equal(recorded.size, records.length, 'none twice')
  t.ok(records.length <= asked)
})

t.test('while no record can be written nothing is run, and readiness says so', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const program = await startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
    'audit-log': { output: '/dev/full' },
    monitoring: { 'http-port': 0 },
  }, { args: ['-X'] })
  const ask = async (): Promise<unknown> => {
    const body = JSON.stringify({ command: 'version-get', service: ['dhcp4'] })
    const headers = { 'Content-Type': 'application/json' }
    return (await fetch(`http://127.0.0.1:${program.port}/`, { method: 'POST', headers, body })).json()
  }
  t.match(await ask(), [{ result: 1, text: /was run, but its audit record could not be written/ }])
  const reached = daemon.commands().filter((text) => text !== '').length
  t.match(await ask(), [{ result: 1, text: /was not run: no audit record can be written/ }])
  t.equal(daemon.commands().filter((text) => text !== '').length, reached)
  const port = /KEAGATE_MONITORING_STARTED .* port (\d+)/.exec(program.output())?.[1] ?? ''
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
  t.equal(ready.status, 503)
  t.match(await ready.text(), /no audit record can be written/)
  await program.waitFor(/KEAGATE_AUDIT_FAILED audit log \/dev\/full: .*ENOSPC|no space left/)
})

t.test('every attempt that was refused has its record, with what was shown and why', async (t) => {
  const directory = temporaryDirectory(t)
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(directory, name), text, { mode: 0o600 })
    return path.join(directory, name)
  }
  const [ca, otherCa] = [await makeAuthority('site CA'), await makeAuthority('other CA')]
  const server = await makeServer(ca)
  const [own, foreign] = [await makeClient(ca, { commonName: 'own' }), await makeClient(otherCa, { commonName: 'foreign' })]
  const clients = [{ user: 'anna', password: 'right one' }, { user: 'bert', password: 'right two', 'cert-subject': 'bert' }]
  const program = await startProgram(t, {
    'trust-anchor': file('ca.crt', ca.certificate),
    'cert-file': file('server.crt', server.certificate),
    'key-file': file('server.key', server.key),
    authentication: { type: 'basic', clients, 'lock-out': { failures: 3 } },
    'audit-log': { output: path.join(directory, 'audit.json') },
  })
  const send = (client: typeof own | null, login: string | null, method = 'POST'): Promise<number> => new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', ...(login === null ? {} : { Authorization: login }) }
    const pair = client === null ? {} : { cert: client.certificate, key: client.key }
    const options = { port: program.port, method, headers, ca: ca.certificate, agent: false, ...pair } as const
    https.request(options, (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)))
      .once('error', reject).end('{ "command": "version-get" }')
  })
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  const subject = (text: string): RegExp => new RegExp(`\\bCN=${text}$`)
  const unknown = /^Unauthorized: no configured client has this user and password$/
  const table = [
    [403, null, /^Forbidden: no client certificate was sent/, await send(null, null)],
    [403, subject('foreign'), /^Forbidden: the client certificate was not issued by a trusted CA/, await send(foreign, null)],
    [401, subject('own'), /^Unauthorized: no Authorization header/, await send(own, null)],
    [401, subject('own'), /^Unauthorized: not of the form/, await send(own, 'Bearer abc')],
    [405, subject('own'), /^Method Not Allowed/, await send(own, basic('anna:right one'), 'PUT')],
    [401, subject('own'), unknown, await send(own, basic('anna:right two')), 'anna'],
    [401, subject('own'), unknown, await send(own, basic('nobody:right one')), 'nobody'],
    [401, subject('own'), unknown, await send(own, basic('anna:right two')), 'anna'],
    [401, subject('own'), unknown, await send(own, basic('anna:')), 'anna'],
    [401, subject('own'), /^Unauthorized: user bert: the user is bound to a certificate, not to that of .*CN=own$/,
      await send(own, basic('bert:right two')), 'bert'],
    [429, subject('own'), /^Too Many Requests: too many wrong passwords for this user/,
      await send(own, basic('anna:right one')), 'anna'],
  ] as const
  t.equal(await program.stop(), 0)
  const text = readFileSync(path.join(directory, 'audit.json'), 'utf8')
  const records = text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  t.equal(records.length, table.length, 'one line each')
  for (const [index, [status, shown, reason, got, attempted]] of table.entries()) {
    t.equal(got, status)
    t.equal(records[index]?.['attempted-user'], attempted)
    t.match(records[index], { decision: 'refused', command: null, user: null, subject: shown, reason }, String(reason))
    t.equal(records[index]?.['fingerprint'] === null, shown === null)
  }
  t.notMatch(text, /right (one|two)/)
})
