// Who may do what, with a real daemon behind the door and certificates in front of it: nothing refused ever reaches it.

import { writeFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import t from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { run } from '../support/child.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import { startDaemon } from './daemons.ts'
import { skipWithout } from './installed.ts'
import { startRecorder } from './recorder.ts'

/** Asks, as one caller. */
type Ask = (
  command: string,
  service?: string,
  args?: unknown,
) => Promise<{ readonly status: number; readonly body: string }>

t.test('reader, operator and nobody', { skip: skipWithout('kea-dhcp4', 'kea-dhcp-ddns') }, async (t) => {
  const database = { type: 'memfile', persist: false, name: 'leases', user: 'kea', password: 'database password' }
  const dhcp4 = await startRecorder(t, (await startDaemon(t, 'dhcp4', { 'lease-database': database })).socket)
  const d2 = await startRecorder(t, (await startDaemon(t, 'd2')).socket)
  const directory = temporaryDirectory(t)
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(directory, name), text, { mode: 0o600 })
    return path.join(directory, name)
  }
  const ca = await makeAuthority('keagate test CA')
  const server = await makeServer(ca)
  const program = await startProgram(t, {
    'trust-anchor': file('ca.crt', ca.certificate),
    'cert-file': file('server.crt', server.certificate),
    'key-file': file('server.key', server.key),
    'control-sockets': { dhcp4: { 'socket-name': dhcp4.socket }, d2: { 'socket-name': d2.socket } },
    'access-control': {
      'assign-role-method': 'cert-subject',
      roles: [
        {
          name: 'reader', 'accept-commands': 'READ', 'response-filters': ['list-commands', 'redact-secrets'],
        },
        {
          name: 'operator', 'accept-commands': { and: [{ services: ['dhcp4'] }, { or: ['READ', { commands: ['reservation-add'] }] }] },
        },
      ],
    },
  })
  const asks = async (commonName: string): Promise<Ask> => {
    const client = await makeClient(ca, { commonName })
    const agent = new https.Agent({ keepAlive: true, ca: ca.certificate, cert: client.certificate, key: client.key })
    t.teardown(() => agent.destroy())
    return (command, service, args) => new Promise((resolve, reject) => {
      const body = JSON.stringify({
        command,
        ...(service === undefined ? {} : { service: [service] }),
        arguments: args,
      })
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
      const request = https.request({ agent, port: program.port, method: 'POST', headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      })
      request.once('error', reject).end(body)
    })
  }
  const [reader, operator, nobody] = [await asks('reader'), await asks('operator'), await asks('somebody else')]
  const lease = { 'ip-address': '192.0.2.10' }

  await t.test('a reader reads', async (t) => {
    t.match(await reader('statistic-get-all', 'dhcp4'), { status: 200, body: /"result": 0/ })
    t.match(await reader('lease4-get', 'dhcp4', lease), { status: 200, body: /"result": 3/ })
    const { status, body } = await reader('config-get', 'dhcp4')
    t.equal(status, 200)
    t.match(body, /"password": "\*{5}"/)
    t.notMatch(body, /database password/)
    const unfiltered = await operator('config-get', 'dhcp4')
    t.match(unfiltered.body, /database password/, 'which the daemon did tell')
    t.equal(body.replace(/"password": "\*{5}"/, '"password": "database password"'), unfiltered.body, 'and nothing else is touched')
  })
  await t.test('his list of commands is what he may run', async (t) => {
    for (const service of ['dhcp4', undefined]) {
      const { body } = await reader('list-commands', service)
      const [{ arguments: names }] = JSON.parse(body) as [{ arguments: string[] }]
      t.ok(names.includes('config-get') && names.includes('list-commands'))
      for (const name of ['lease4-del', 'config-set', 'shutdown', 'config-reload']) t.notOk(names.includes(name), name)
      for (const name of names) t.not((await reader(name, service, lease)).status, 403, name)
    }
  })
  const before = dhcp4.exchanges().length
  await t.test('nothing else reaches the daemon', async (t) => {
    for (const command of ['lease4-del', 'config-set', 'shutdown', 'lease4-wipe', 'made-up']) {
      t.match(await reader(command, 'dhcp4', lease), { status: 403, body: /"result": 403,? .*is not allowed to you; your role is 'reader'/ }, command)
      t.match(await reader(command, undefined, lease), { status: 403 }, command)
      for (const service of ['dhcp4', 'd2', undefined]) {
        t.match(await nobody(command, service, lease), { status: 403, body: /your role is 'unknown-role'/ }, `${command} of nobody`)
        t.match(await operator(command, service, lease), { status: 403, body: /your role is 'operator'/ }, `${command} of the operator`)
      }
    }
    for (const command of ['version-get', 'lease4-get', 'list-commands']) {
      t.match(await nobody(command, 'dhcp4'), { status: 403 })
      t.match(await nobody(command), { status: 403 })
      t.match(await operator(command, 'd2'), { status: 403 }, 'nothing on d2')
      t.match(await operator(command), { status: 403 }, 'nor of the agent')
    }
    t.match(await operator('reservation-add', 'd2'), { status: 403 })
    t.equal(dhcp4.exchanges().length, before)
  })
  await t.test('an operator adds a reservation on dhcp4', async (t) => {
    t.match(await operator('reservation-add', 'dhcp4', {}), { status: 200 })
    t.match(dhcp4.exchanges().at(-1)?.received.toString(), /"reservation-add"/)
  })
  await t.test('at the sockets of the daemons', async (t) => {
    const commands = [...dhcp4.exchanges(), ...d2.exchanges()].map(({ received }) => received.toString()).filter((text) => text !== '')
    t.ok(commands.length > 10)
    for (const text of commands) t.notMatch(text, /lease4-del|config-set|shutdown|lease4-wipe|made-up/)
    t.notOk(d2.exchanges().some(({ received }) => received.length > 0), 'd2 was never asked')
  })
  await t.test('keagate access says the same', async (t) => {
    const says = async (...words: string[]): Promise<{ readonly code: number | null; readonly stdout: string }> => {
      return run(process.execPath, [mainFile, 'access', '-c', program.configFile, ...words])
    }
    t.match(await says('--cert-subject', 'reader', 'lease4-get', 'dhcp4'), {
      code: 0, stdout: 'allowed: lease4-get for dhcp4\nrole:    reader\nrule:    accept-commands of reader: "READ" (subject of the certificate reader)\n',
    })
    t.match(await says('--cert-subject', 'CN=operator', 'version-get', 'd2'), { code: 2, stdout: /^refused: version-get for d2\nrole: {4}operator\n/ })
    t.match(await says('lease4-get', 'dhcp4'), { code: 2, stdout: /^note: .*no caller gets this far without a certificate\n.*\nrole: {4}default-role\n/ })
    const table = await says('--cert-subject', 'operator')
    t.equal(table.code, 0)
    t.match(table.stdout, /^reservation-add +write +dhcp4$/m)
    t.notMatch(table.stdout, /d2|\(agent\)|lease4-del/)
    t.match(await says('--cert-subject', 'stranger'), { code: 0, stdout: /^role: {4}unknown-role .*\n0 of \d+ known commands\n$/ })
    t.match(await says('--adress', 'x'), { code: 1, stderr: /Unknown option '--adress'; did you mean --address\?\n\nUsage: keagate access -c FILE/ })
    t.match(await says('--address', 'x'), { code: 1, stderr: /x is no IP address/ })
  })
})
