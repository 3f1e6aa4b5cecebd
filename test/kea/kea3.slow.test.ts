// Daemons of Kea 3 at their own listeners, side by side with daemons of Kea 2.2 at UNIX sockets, through one door.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { run } from '../support/child.ts'
import { kind, makeCertificates } from './certificates.ts'
import { startDaemon } from './daemons.ts'
import { openDoor } from './door.ts'
import { skipWithout } from './installed.ts'
import { kea3Version, skipWithoutKea3, startKea3Daemon } from './kea3.ts'
import { post } from './post.ts'

interface Answer {
  readonly result: number
  readonly text?: string
  readonly arguments?: unknown
}

const skip = skipWithoutKea3() || skipWithout('kea-dhcp4', 'kea-dhcp6')

t.test('Kea 3 with https and client certificates beside Kea 2 with UNIX sockets', { skip }, async (t) => {
  const certificates = await makeCertificates(t, true)
  const { ca, server, client } = certificates
  const login = { user: 'door', password: 'up stream: secret' }
  const authentication = { realm: 'kea', clients: [login] }
  const [old4, old6, new4, new6, newD2] = await Promise.all([
    startDaemon(t, 'dhcp4'),
    startDaemon(t, 'dhcp6'),
    startKea3Daemon(t, 'dhcp4', { tls: { ca, server } }),
    startKea3Daemon(t, 'dhcp6', { tls: { ca, server }, authentication }),
    startKea3Daemon(t, 'd2', { authentication }),
  ])
  const https = { 'socket-type': 'https', 'trust-anchor': ca, 'cert-file': client.cert, 'key-file': client.key }
  const foreign = kind(certificates, 'client-foreign')
  const door = await openDoor(t, { tls: 'mutual', basic: false }, certificates, {
    config: {
      'control-sockets': {
        dhcp4: { 'socket-type': 'unix', 'socket-name': old4.socket },
        dhcp6: { 'socket-type': 'unix', 'socket-name': old6.socket },
        'dhcp4-fra1': { ...https, 'socket-port': new4.port },
        'dhcp6-fra1': { ...https, 'socket-port': new6.port, ...login },
        'd2-fra1': { 'socket-type': 'http', 'socket-port': newD2.port, ...login },
        'dhcp4-unix': { 'socket-type': 'unix', 'socket-name': new4.socket },
        bare: { 'socket-type': 'https', 'socket-port': new4.port, 'trust-anchor': ca },
        foreign: { ...https, 'socket-port': new4.port, 'cert-file': foreign.cert, 'key-file': foreign.key },
        'wrong-password': { 'socket-type': 'http', 'socket-port': newD2.port, user: 'door', password: 'other' },
        'not-tls': { ...https, 'socket-port': newD2.port },
        'not-plain': { 'socket-type': 'http', 'socket-port': new4.port },
      },
    },
  })
  const ask = async (command: string, services: readonly string[], path = '/', args?: unknown): Promise<Answer[]> => {
    const body = { command, ...(services.length === 0 ? {} : { service: services }), arguments: args }
    const { status, body: bytes } = await post(door, JSON.stringify(body), path)
    t.equal(status, 200)
    return JSON.parse(bytes.toString()) as Answer[]
  }

  const services = ['dhcp4', 'dhcp4-fra1', 'dhcp6', 'dhcp6-fra1', 'd2-fra1', 'dhcp4-unix']
  const versions = await ask('version-get', services)
  const three = kea3Version()
  t.same(versions.map(({ result, text }) => [result, text]), [
    [0, '2.2.0'], [0, three], [0, '2.2.0'], [0, three], [0, three], [0, three],
  ], 'one command for all of them')
  const configs = await ask('config-get', services.slice(0, 5))
  t.same(
    configs.map((each) => Object.keys(each.arguments as object)[0]),
    ['Dhcp4', 'Dhcp4', 'Dhcp6', 'Dhcp6', 'DhcpDdns'],
  )
  for (const path of ['/dhcp4-fra1', '/dhcp6-fra1/']) {
    t.match(await ask('version-get', [], path), [{ result: 0, text: three }], `the path ${path} stands for the service`)
  }
  t.match(await ask('no-such', ['dhcp4-fra1', 'd2-fra1']), [{ result: 2 }, { result: 2 }], 'results pass as they are')

  await t.test('the answer is the bytes that the listener sent, without its list', async (t) => {
    const tls = ['--cacert', ca, '--cert', client.cert, '--key', client.key]
    const type = ['-H', 'Content-Type: application/json']
    const direct = await run('curl', ['-s', ...tls, ...type, '-d', '{"command":"list-commands"}', `https://127.0.0.1:${new4.port}/`])
    const through = await post(door, '{"command":"list-commands"}', '/dhcp4-fra1')
    t.equal(through.body.toString(), direct.stdout)
  })

  await t.test('what does not fit is said for its service, and the others are served', async (t) => {
    const wrong = ['bare', 'foreign', 'wrong-password', 'not-tls', 'not-plain']
    const answers = await ask('version-get', [...wrong, 'dhcp4-fra1'])
    t.match(answers.map(({ text }) => text), [
      /service bare: the daemon demands a client certificate; give this control socket a cert-file/,
      /service foreign: the daemon refuses our certificate /,
      /service wrong-password: it answered with HTTP status 401: Unauthorized; give this control socket a user/,
      /service not-tls: what answers there does not speak TLS; write socket-type "http"/,
      /service not-plain: (what answers there does not speak HTTP|End of file)/,
      three,
    ])
    t.same(answers.map(({ result }) => result), [1, 1, 1, 1, 1, 0])
  })

  await t.test('a daemon that has ended is offline, and status-get says so without asking', async (t) => {
    await new6.stop()
    t.match(await ask('version-get', ['dhcp6-fra1', 'dhcp4-fra1']), [
      { result: 1, text: /Connection refused; server is likely to be offline$/ },
      { result: 0 },
    ])
    const [status] = await ask('status-get', [])
    const { daemons } = status?.arguments as { daemons: { service: string; reachable: boolean; answered: number }[] }
    const seen = new Map(daemons.map((daemon) => [daemon.service, daemon]))
    t.match(seen.get('dhcp6-fra1'), { reachable: false, 'last-error': { text: 'Connection refused' } })
    t.match(seen.get('dhcp4-fra1'), { reachable: true, address: `https://127.0.0.1:${new4.port}/` })
    t.ok((seen.get('dhcp4-fra1')?.answered ?? 0) > 3)
  })

  await t.test('neither password nor key is in the log or in what config-get shows', async (t) => {
    const { body } = await post(door, '{"command":"config-get"}')
    for (const text of [body.toString(), door.output()]) {
      t.notMatch(text, login.password)
      t.notMatch(text, Buffer.from(`${login.user}:${login.password}`).toString('base64'))
      t.notMatch(text, readFileSync(client.key, 'utf8').split('\n')[1])
    }
  })
})
