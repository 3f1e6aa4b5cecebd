// Two agents one behind the other, before real daemons: keagate asks a second keagate and Debian's kea-ctrl-agent by
// the service that each of them knows its daemon by.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'
import { makeCertificates } from './certificates.ts'
import { startDaemon } from './daemons.ts'
import { openDoor, password, user } from './door.ts'
import { executable, skipWithout } from './installed.ts'
import { post } from './post.ts'

interface Answer {
  readonly result: number
  readonly text?: string
  readonly arguments?: unknown
}

const programs = ['kea-ctrl-agent', 'kea-dhcp4', 'kea-dhcp6', 'kea-dhcp-ddns'] as const

t.test('daemons behind a second agent', { skip: skipWithout(...programs) }, async (t) => {
  const certificates = await makeCertificates(t)
  const [dhcp4, dhcp6, d2] = await Promise.all([startDaemon(t, 'dhcp4'), startDaemon(t, 'dhcp6'), startDaemon(t, 'd2')])
  const sockets = { dhcp4: dhcp4.socket, dhcp6: dhcp6.socket, d2: d2.socket }
  const agent = executable('kea-ctrl-agent')
  const old = await openDoor(t, { tls: 'off', basic: true }, certificates, { sockets, executable: agent })
  const second = await openDoor(t, { tls: 'mutual', basic: true }, certificates, { sockets })
  const { ca, client } = certificates
  const login = { user, password }
  const toOld = { 'socket-type': 'http', 'socket-port': old.port, ...login }
  const toSecond = {
    'socket-type': 'https', 'socket-port': second.port, ...login,
    'trust-anchor': ca, 'cert-file': client.cert, 'key-file': client.key,
  }
  const members = {
    dhcp4: { 'socket-type': 'unix', 'socket-name': dhcp4.socket },
    ...Object.fromEntries(Object.keys(sockets).flatMap((service) => [
      [`${service}-old`, { ...toOld, service }], [`${service}-second`, { ...toSecond, service }],
    ])),
  }
  const config = { 'control-sockets': members }
  const front = await openDoor(t, { tls: 'off', basic: false }, certificates, { config })
  const bytes = async (body: unknown, way = '/'): Promise<string> => {
    const reply = await post(front, JSON.stringify(body), way)
    t.equal(reply.status, 200)
    return reply.body.toString()
  }
  const ask = async (body: unknown, way?: string): Promise<Answer[]> => JSON.parse(await bytes(body, way)) as Answer[]

  for (const behind of ['old', 'second']) {
    await t.test(behind, async (t) => {
      const services = Object.keys(sockets).map((service) => `${service}-${behind}`)
      const configs = await ask({ command: 'config-get', service: services })
      t.same(configs.map(({ result }) => result), [0, 0, 0])
      t.same(configs.map((each) => Object.keys(each.arguments as object)[0]), ['Dhcp4', 'Dhcp6', 'DhcpDdns'])
      t.match(await ask({ command: 'version-get', service: ['dhcp4', `dhcp4-${behind}`, `dhcp4-${behind}`] }), [
        { result: 0, text: '2.2.0' }, { result: 0, text: '2.2.0' }, { result: 0, text: '2.2.0' },
      ])
      const direct = await bytes({ command: 'list-commands', service: ['dhcp4'] })
      t.equal(await bytes({ command: 'list-commands' }, `/dhcp4-${behind}`), direct, 'by path, the same bytes')
      t.match(await ask({ command: 'nope', service: services }), [{ result: 2 }, { result: 2 }, { result: 2 }])
      const lease = { 'ip-address': '192.0.2.44', 'hw-address': '1a:1b:1c:1d:1e:1f' }
      const service = [`dhcp4-${behind}`]
      t.match(await ask({ command: 'lease4-add', service, arguments: lease }), [{ result: 0 }])
      t.match(await ask({ command: 'lease4-get', service, arguments: lease }), [{ result: 0, arguments: lease }])
      t.match(await ask({ command: 'lease4-del', service, arguments: lease }), [{ result: 0 }])
    })
  }

  await t.test('the doctor knows an agent of either kind from a daemon', async (t) => {
    const directory = temporaryDirectory(t)
    const file = path.join(directory, 'keagate.conf')
    const all = { ...members, 'old-itself': toOld, 'second-itself': toSecond }
    writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': await freePort(), 'control-sockets': all } }))
    const env = { KEA_PIDFILE_DIR: directory }
    const { stdout } = await run(process.execPath, [mainFile, 'doctor', '-c', file], { env })
    for (const { arguments: names } of await ask({ command: 'list-commands', service: Object.keys(members) })) {
      t.ok((names as string[]).some((name) => name.startsWith('statistic-')), 'every daemon has what no agent has')
    }
    for (const name of Object.keys(members)) {
      t.match(stdout, new RegExp(`^ok +control socket ${name}: .* answers, version 2\\.2\\.0$`, 'm'))
    }
    for (const name of ['old-itself', 'second-itself']) {
      t.match(stdout, new RegExp(`^warning +control socket ${name}: an agent answers at .*; add "service"`, 'm'))
    }
  })

  await t.test('a daemon that has ended is offline, in the words of the agent behind', async (t) => {
    await d2.stop()
    const answers = await ask({ command: 'version-get', service: ['d2-old', 'd2-second', 'dhcp4-old', 'dhcp4-second'] })
    t.same(answers.map(({ result }) => result), [1, 1, 0, 0])
    for (const { text } of answers.slice(0, 2)) t.match(text, /likely to be offline\.?$/)
  })
})
