// kea-shell and curl reach three real daemons through the built program, whichever way the door is entered.

import t from 'tap'
import { curl, keaShell } from '../clients/command-line.ts'
import { makeCertificates } from './certificates.ts'
import { startDaemon } from './daemons.ts'
import type { Door } from './door.ts'
import { openDoor, wayName, ways } from './door.ts'
import { skipWithout } from './installed.ts'

interface Answer {
  readonly result: number
  readonly text?: string
  readonly arguments?: unknown
}

type Ask = (
  door: Door,
  command: string,
  services: readonly string[],
  args?: string,
  path?: string,
) => Promise<readonly Answer[]>

/** Both clients, given the members of `arguments` as text. */
const clients: Readonly<Record<string, Ask>> = {
  'kea-shell': async (door, command, services, args, path = '/') =>
    JSON.parse(await keaShell(door, command, services, args, path.slice(1))) as Answer[],
  curl: async (door, command, services, args = '', path) => {
    const service = services.length === 0 ? '' : `"service": ${JSON.stringify(services)}, `
    const body = `{ ${service}"arguments": {${args}}, "command": "${command}" }`
    return JSON.parse(await curl(door, body, [], path)) as Answer[]
  },
}

const services = ['dhcp4', 'dhcp6', 'd2'] as const
const programs = ['kea-dhcp4', 'kea-dhcp6', 'kea-dhcp-ddns', 'kea-shell', 'curl'] as const

t.test('real daemons answer through every way in', { skip: skipWithout(...programs) }, async (t) => {
  const certificates = await makeCertificates(t)
  const [dhcp4, dhcp6, d2] = await Promise.all([
    startDaemon(t, 'dhcp4'),
    startDaemon(t, 'dhcp6'),
    startDaemon(t, 'd2'),
  ])
  const sockets = { dhcp4: dhcp4.socket, dhcp6: dhcp6.socket, d2: d2.socket }

  for (const way of ways) {
    await t.test(wayName(way), async (t) => {
      const door = await openDoor(t, way, certificates, { sockets })
      for (const [name, ask] of Object.entries(clients)) {
        await t.test(name, async (t) => {
          const configs = await ask(door, 'config-get', services)
          t.same(configs.map((each) => each.result), [0, 0, 0], 'config-get of all three')
          t.same(
            configs.map((each) => Object.keys(each.arguments as object)[0]),
            ['Dhcp4', 'Dhcp6', 'DhcpDdns'],
            'each entry is the answer of the service at its place',
          )

          const [commands] = await ask(door, 'list-commands', ['dhcp4'])
          t.ok((commands?.arguments as string[]).includes('lease4-add'), 'list-commands of the daemon')

          const [statistics] = await ask(door, 'statistic-get-all', ['dhcp4'])
          t.match(statistics?.arguments, { 'pkt4-received': [[0]] }, 'statistic-get-all')

          const lease = '"ip-address": "192.0.2.77", "hw-address": "1a:1b:1c:1d:1e:1f"'
          const [added] = await ask(door, 'lease4-add', ['dhcp4'], lease)
          t.match(added, { result: 0 }, 'lease4-add')
          const [got] = await ask(door, 'lease4-get', ['dhcp4'], '"ip-address": "192.0.2.77"')
          t.match(got, { result: 0, arguments: { 'hw-address': '1a:1b:1c:1d:1e:1f' } }, 'lease4-get')
          const [deleted] = await ask(door, 'lease4-del', ['dhcp4'], '"ip-address": "192.0.2.77"')
          t.match(deleted, { result: 0 }, 'lease4-del')
          const [gone] = await ask(door, 'lease4-get', ['dhcp4'], '"ip-address": "192.0.2.77"')
          t.match(gone, { result: 3 }, 'the deleted lease is gone')

          const [pathAnswer] = await ask(door, 'list-commands', [], '', '/dhcp4')
          t.same(pathAnswer, { result: 0, arguments: commands?.arguments }, 'the path /dhcp4 stands for the service')

          const versions = await ask(door, 'version-get', ['d2', 'dhcp4', 'dhcp6'])
          t.same(versions.map((each) => each.result), [0, 0, 0], 'version-get of three services')
          const backends = versions.map((each) => /Memfile backend (\d)/.exec(JSON.stringify(each.arguments))?.[1])
          t.same(backends, [undefined, '2', '4'], 'in the order asked: d2, dhcp4, dhcp6')
        })
      }
    })
  }
})
