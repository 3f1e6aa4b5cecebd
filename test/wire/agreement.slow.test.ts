// Three who count the same commands: the clients, the audit log and the metrics. They agree to the last one after a
// mixed load with reloads and restarts of the daemon. KEAGATE_LOAD_SECONDS makes it longer than a test should be.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

const seconds = Number(process.env['KEAGATE_LOAD_SECONDS'] ?? '6')

/** Counts by `COMMAND SERVICE RESULT`. */
class Tally {
  readonly counts = new Map<string, number>()

  add(command: string, service: string | null, result: string | number | null, times = 1): void {
    const key = `${command} ${service ?? '(agent)'} ${result ?? '(none)'}`
    this.counts.set(key, (this.counts.get(key) ?? 0) + times)
  }

  sorted(): readonly (readonly [string, number])[] {
    return [...this.counts].sort()
  }
}

interface Reply {
  readonly status: number
  readonly text: string
}

function post(agent: http.Agent, port: number, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const request = http.request({ agent, port, method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text })).once('error', reject)
    })
    request.once('error', reject).end(body)
  })
}

const questions = [
  { command: 'version-get', service: ['dhcp4'] }, { command: 'version-get' }, { command: 'lease4-get', service: ['dhcp4', 'dhcp4'] },
  { command: 'lease4-del', service: ['dhcp4'] }, { command: 'config-reload' }, { command: 'status-get' },
  { command: 'statistic-get-all', service: ['d2'] }, { command: 'list-commands', service: ['dhcp4'] },
]

t.test('clients, audit log and metrics agree', async (t) => {
  const directory = temporaryDirectory(t)
  const socket = join(directory, 'socket')
  const listen = (): Promise<FakeDaemon> => FakeDaemon.listen(answering('{ "result": 0, "text": "here" }'), socket)
  let daemon = await listen()
  t.teardown(() => daemon.close())
  const program = await startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-name': socket }, d2: { 'socket-name': join(directory, 'nobody') } },
    'audit-log': { output: join(directory, 'audit.json'), maxsize: 1, maxver: 10_000 },
    'access-control': { 'assign-role-method': 'remote-address', roles: [{ name: '127.0.0.1', 'accept-commands': 'READ' }] },
    monitoring: { 'http-port': 0 },
  })
  const monitoring = /KEAGATE_MONITORING_STARTED .* port (\d+)/.exec(program.output())?.[1] ?? ''
  // From the first reload on: a long load would say more than a test can remember.
  const quiet = '"loggers": [ { "name": "kea-ctrl-agent", "severity": "ERROR", "output-options": [ { "output": "stderr" } ] } ], '
  writeFileSync(program.configFile, readFileSync(program.configFile, 'utf8').replace('"audit-log"', `${quiet}"audit-log"`))
  process.kill(program.pid, 'SIGHUP')
  const counted = new Tally()
  const end = performance.now() + seconds * 1000
  const agents = Array.from({ length: 12 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }))
  t.teardown(() => agents.forEach((agent) => agent.destroy()))
  const load = Promise.all(agents.map(async (agent, client) => {
    for (let n = client; performance.now() < end; n++) {
      const question = questions[n % questions.length] ?? { command: '' }
      const { status, text } = await post(agent, program.port, JSON.stringify(question))
      const services = question.service ?? [null]
      const answers = status === 403 ? [] : JSON.parse(text) as readonly { readonly result: number }[]
      for (const [index, service] of services.entries()) {
        counted.add(question.command, service, status === 403 ? 'refused' : (answers[index]?.result ?? null))
      }
    }
  }))
  for (let turn = 1; performance.now() < end; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    process.kill(program.pid, 'SIGHUP')
    if (turn % 3 !== 0) continue
    await daemon.close()
    daemon = await listen()
  }
  await load
  const metrics = await (await fetch(`http://127.0.0.1:${monitoring}/metrics`)).text()
  t.equal(await program.stop(), 0)

  const measured = new Tally()
  const samples = /^keagate_commands_total\{command="([^"]+)",service="([^"]+)",result="([^"]+)",role="127\.0\.0\.1"\} (\d+)$/gm
  for (const [, command = '', service = '', result = '', count] of metrics.matchAll(samples)) {
    measured.add(command, service, result, Number(count))
  }
  const recorded = new Tally()
  const files = readdirSync(directory).filter((name) => name.startsWith('audit.json'))
  const lines = files.flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1))
  for (const line of lines) {
    const { command, decision, services, answers } = JSON.parse(line) as {
      command: string
      decision: string
      services: readonly string[]
      answers: readonly { service: string | null; result: number | null }[]
    }
    if (decision === 'allowed') for (const { service, result } of answers) recorded.add(command, service, result)
    else for (const service of services.length === 0 ? [null] : services) recorded.add(command, service, 'refused')
  }
  t.same(recorded.sorted(), counted.sorted(), 'the audit log and the clients')
  t.same(measured.sorted(), counted.sorted(), 'the metrics and the clients')
  const kinds = [...counted.counts.keys()].join(', ')
  t.match(kinds, /version-get dhcp4 0.*/)
  t.match(kinds, /lease4-get dhcp4 1/, 'the daemon was away now and then')
  const reloads = /keagate_config_reloads_total\{command="[^"]*",result="taken"\} ([1-9]\d*)/.exec(metrics)?.[1]
  t.comment(`${lines.length} records in ${files.length} files, ${reloads ?? 'no'} reloads in ${seconds} s`)
  t.comment(counted.sorted().map(([key, count]) => `${key}: ${count}`).join(', '))
})
