// Five hundred control sockets of which most have no daemon, on the built program in a network namespace of its own:
// what that costs while nothing is asked, and how many packets it takes to know it. The figures are printed.

import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import t from 'tap'
import type { Test } from 'tap'
import type { Child } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'

const namespaces = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
const missing = ['curl', 'nsenter'].filter((name) => spawnSync(name, ['--version']).status !== 0)
const skip = !namespaces ? 'no network namespaces here' : missing.length > 0 ? `without ${missing.join(', ')}` : false

const up = 50
const refused = 225
const hanging = 225

/** Milliseconds that a start, a reload or a page may take on a busy machine. */
const limit = 60_000

/** Milliseconds of processor time that each of them may take. */
const cpuLimit = 3000

/** Milliseconds that are looked at: a whole round of probes, which begins once a minute, is among them. */
const idleTime = 70_000

/** What leads to 192.0.2.0/24 is not answered, as by a host behind a firewall. */
const script = 'ip link set lo up && ip route add 192.0.2.0/24 dev lo && exec "$@"'

async function daemons(t: Test): Promise<FakeDaemon[]> {
  const list = await Promise.all(Array.from({ length: up }, () => FakeDaemon.listen(async (connection) => {
    const command = (await connection.command()).toString()
    const answer = command.includes('version-get')
      ? { result: 0, text: '2.2.0' }
      : { result: 0, arguments: { pid: 1, uptime: 100, reload: 100 } }
    connection.socket.end(JSON.stringify(answer))
  })))
  t.teardown(() => Promise.all(list.map((daemon) => daemon.close())))
  return list
}

function socketsOf(list: readonly FakeDaemon[]): Record<string, unknown> {
  const http = (address: string, port: number): unknown => ({ 'socket-type': 'http', 'socket-address': address, 'socket-port': port })
  return Object.fromEntries<unknown>([
    ...list.map(({ path: name }, index) => [`up${index}`, { 'socket-name': name }] as const),
    ...Array.from({ length: refused }, (_, index) => [`refused${index}`, http('127.0.0.1', 20_000 + index)] as const),
    ...Array.from({ length: hanging }, (_, index) => [`hanging${index}`, http(`192.0.2.${index}`, 8004)] as const),
  ])
}

/** Seconds of processor time so far. */
function cpuSeconds({ pid }: Child): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Of the namespace: connections begun, and segments sent, those that refuse included. */
function tcpCounters({ pid }: Child): { readonly begun: number; readonly segments: number } {
  const lines = readFileSync(`/proc/${pid}/net/snmp`, 'latin1').split('\n').filter((line) => line.startsWith('Tcp:'))
  const [names = [], values = []] = lines.map((line) => line.split(' '))
  const value = (name: string): number => Number(values[names.indexOf(name)])
  return { begun: value('ActiveOpens'), segments: value('OutSegs') + value('RetransSegs') + value('OutRsts') }
}

/** A page of monitoring, and the milliseconds that it took. */
async function page({ pid }: Child, where: string): Promise<{ readonly text: string; readonly took: number }> {
  const words = ['-t', String(pid), '-U', '-n', '--preserve-credentials', 'curl', '-s', '-w', '\n%{time_total}', `http://127.0.0.1:8001${where}`]
  const { stdout } = await promisify(execFile)('nsenter', words, { maxBuffer: 10_000_000 })
  const end = stdout.lastIndexOf('\n')
  return { text: stdout.slice(0, end), took: Number(stdout.slice(end)) * 1000 }
}

/** Resolves when so many control sockets were named as without a daemon. */
async function named(program: Child, count: number): Promise<void> {
  const deadline = performance.now() + 120_000
  while ((program.output().match(/KEAGATE_CONTROL_SOCKET_MISSING/g)?.length ?? 0) < count) {
    if (performance.now() > deadline) throw new Error('not all of them were looked at')
    await setTimeout(200)
  }
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

t.test('most of five hundred daemons are down', { skip, timeout: 300_000 }, async (t) => {
  const list = await daemons(t)
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'keagate.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': 8000, monitoring: {}, 'control-sockets': socketsOf(list) } }))
  const words = ['-rn', 'sh', '-c', script, 'sh', process.execPath, mainFile, '-c', file]
  const program = startChild(t, 'unshare', words, { env: { ...process.env, KEA_PIDFILE_DIR: directory } })
  const figures: Record<string, number> = {}
  figures['start, ms'] = await milliseconds(() => program.waitFor(/CTRL_AGENT_STARTED/, limit))
  figures['start, ms of processor time'] = cpuSeconds(program) * 1000
  figures['status page right after the start, ms'] = (await page(program, '/')).took
  await named(program, refused + hanging)
  figures['connections begun by the start'] = tcpCounters(program).begun
  const beforeReload = cpuSeconds(program)
  figures['reload, ms'] = await milliseconds(() => {
    process.kill(program.pid, 'SIGHUP')
    return program.waitFor(/HTTP_SERVICE_UPDATED/, limit)
  })
  figures['reload, ms of processor time'] = (cpuSeconds(program) - beforeReload) * 1000
  await named(program, 2 * (refused + hanging))
  const [cpu, packets] = [cpuSeconds(program), tcpCounters(program)]
  // What is looked at takes a time of its own; there is no event to wait for.
  await setTimeout(idleTime)
  const now = tcpCounters(program)
  figures['idle CPU, %'] = ((cpuSeconds(program) - cpu) / idleTime) * 100_000
  figures['connections begun while idle, a minute'] = ((now.begun - packets.begun) / idleTime) * 60_000
  figures['TCP segments while idle, a minute'] = ((now.segments - packets.segments) / idleTime) * 60_000
  const status = await page(program, '/')
  figures['status page, ms'] = status.took
  figures['status page, bytes'] = status.text.length
  const metrics = await page(program, '/metrics')
  figures['metrics, ms'] = metrics.took
  figures['memory, MiB'] = Number(/^process_resident_memory_bytes (\d+)/m.exec(metrics.text)?.[1]) / 1_048_576
  for (const [what, value] of Object.entries(figures)) t.comment(`${what}: ${value.toFixed(1)}`)
  t.match(status.text, `ready, but ${refused + hanging} of 500 daemons are down`)
  t.equal(metrics.text.match(/^keagate_daemon_info\{.*version="2\.2\.0"\} 1$/gm)?.length, up, 'each that is up was asked')
  for (const what of ['start, ms', 'reload, ms', 'status page, ms', 'status page right after the start, ms']) {
    t.ok((figures[what] ?? Infinity) < limit, what)
  }
  for (const what of ['start', 'reload']) t.ok((figures[`${what}, ms of processor time`] ?? Infinity) < cpuLimit, what)
  t.ok((figures['idle CPU, %'] ?? 100) < 5, 'hardly anything to do')
  t.ok((figures['connections begun while idle, a minute'] ?? Infinity) <= 2 * (refused + hanging), 'each once a minute')
})
