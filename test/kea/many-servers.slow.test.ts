// One keagate in front of twenty servers under host names: kea-dhcp4 of Kea 3, two of them down and one hung.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import { skipWithoutKea3, startKea3Daemon } from './kea3.ts'

t.setTimeout(300_000)

const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0
const skip = skipWithoutKea3() || (namespaces ? false : 'no mount namespaces here')

/** Seconds that a daemon may take for one command. */
const totalTimeout = 4

const names = Array.from({ length: 20 }, (_, i) => `dhcp4-${String(i + 1).padStart(2, '0')}`)
const [down, hung] = [new Set(['dhcp4-05', 'dhcp4-16']), 'dhcp4-11']

interface Answer {
  readonly result: number
  readonly text: string
  readonly arguments?: { readonly pid?: number }
}

interface Told {
  readonly status: number
  readonly services: string | null
  readonly answers: readonly Answer[]
  readonly milliseconds: number
}

async function ask(port: number, command: string, service: string): Promise<Told> {
  const begin = performance.now()
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ command, service: [service] }),
  })
  const answers = (await response.json()) as readonly Answer[]
  const { status, headers } = response
  return { status, services: headers.get('keagate-services'), answers, milliseconds: performance.now() - begin }
}

/** Takes connections and answers nothing. */
async function hungDaemon(t: Test, address: string): Promise<number> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as net.AddressInfo).port
}

t.test('a command to twenty servers, two down and one hung; one moves to another address', { skip }, async (t) => {
  const addressOf = (name: string): string => `127.1.0.${names.indexOf(name) + 1}`
  const real = names.filter((name) => !down.has(name) && name !== hung)
  const ports = new Map([...down].map((name) => [name, 9]))
  ports.set(hung, await hungDaemon(t, addressOf(hung)))
  const pids = new Map<string, number | undefined>()
  for (const name of real) {
    const daemon = await startKea3Daemon(t, 'dhcp4', { address: addressOf(name) })
    ports.set(name, daemon.port)
    pids.set(name, daemon.pid)
  }
  // The same port as that of the first, for the move.
  const moved = await startKea3Daemon(t, 'dhcp4', { address: '127.1.1.1', port: ports.get('dhcp4-01') ?? 0 })
  const hosts = path.join(temporaryDirectory(t), 'hosts')
  const records = (first: string): string => names.map((name) => `${name === 'dhcp4-01' ? first : addressOf(name)} ${name}.example\n`).join('')
  writeFileSync(hosts, records(addressOf('dhcp4-01')))
  const sockets = names.map((name) => [name, {
    'socket-type': 'http', 'socket-address': `${name}.example`, 'socket-port': ports.get(name),
    limits: { 'total-timeout-seconds': totalTimeout },
  }])
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"'
  const program = await startProgram(t, {
    'control-sockets': Object.fromEntries(sockets) as Record<string, unknown>,
    'service-groups': { all: names, first: names.slice(0, 4) },
  }, { executable: 'unshare', args: ['-rm', 'sh', '-c', script, hosts, process.execPath, mainFile] })

  const whole = ask(program.port, 'status-get', 'all')
  const others: Told[] = []
  for (let i = 0; i < 20; i++) {
    others.push(await ask(program.port, 'status-get', i % 2 === 0 ? 'dhcp4-20' : 'first'))
    await setTimeout(50)
  }
  const { status, services, answers, milliseconds } = await whole
  t.equal(status, 200)
  t.equal(services, names.join(', '), 'in the order of the group')
  t.same(answers.map(({ result }) => result), names.map((name) => (real.includes(name) ? 0 : 1)))
  for (const [i, name] of names.entries()) {
    const answer = answers[i]
    if (real.includes(name)) t.equal(answer?.arguments?.pid, pids.get(name), name)
    else t.match(answer?.text, name === hung ? /limit of 4 s in all was reached/ : /Connection refused/, name)
  }
  t.ok(milliseconds < (totalTimeout + 4) * 1000, 'and not later than the hung one is given up')
  t.ok(others.every(({ answers }) => answers.every(({ result }) => result === 0)), 'others are answered meanwhile')
  const worst = Math.max(...others.map((each) => each.milliseconds))
  t.comment(`the group took ${milliseconds.toFixed(0)} ms; of ${others.length} other commands meanwhile the slowest took ${worst.toFixed(0)} ms`)
  t.ok(worst < totalTimeout * 1000, 'none of them waited for the hung one')

  writeFileSync(hosts, records('127.1.1.1'))
  // The pooled connection to the old address ends with its daemon.
  process.kill(pids.get('dhcp4-01') ?? 0)
  const found = async (): Promise<number | undefined> => {
    for (let left = 50; ; left--) {
      const [answer] = (await ask(program.port, 'status-get', 'dhcp4-01')).answers
      if (answer?.result === 0 && answer.arguments?.pid !== pids.get('dhcp4-01')) return answer.arguments?.pid
      if (left === 0) throw new Error(answer?.text)
      await setTimeout(100)
    }
  }
  t.equal(await found(), moved.pid, 'at its new address')
})
