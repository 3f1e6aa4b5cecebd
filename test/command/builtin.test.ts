// The agent's own commands: what they answer, what they ask of the process, which arguments they refuse.

import t from 'tap'
import type { AgentControl, ConfigOutcome } from '../../src/command/agent-control.ts'
import { builtinHandlers } from '../../src/command/builtin/all.ts'
import { statusGet } from '../../src/command/builtin/status-get.ts'
import type { DaemonStatus } from '../../src/command/daemon-status.ts'
import type { Handler } from '../../src/command/handler.ts'
import { Registry } from '../../src/command/registry.ts'
import type { WrittenConfig } from '../../src/config/print/write-file.ts'
import { ServiceGroups } from '../../src/config/service-groups.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import type { Expiring } from '../../src/tls/files/expiry.ts'

/** An agent that writes down what is asked of it. */
class RecordingAgent implements AgentControl {
  readonly serviceGroups = (): ServiceGroups => new ServiceGroups()
  readonly asked: string[] = []
  readonly version = '2.9.9'
  readonly extendedVersion = '2.9.9\nlong'
  readonly buildReport = 'built\nsomehow'
  readonly pid = 4711
  readonly startedAt = 1_000_000
  outcome: ConfigOutcome = { ok: true, text: 'fine' }
  written: WrittenConfig = { ok: true, filename: '/etc/kea/x.conf', size: 663 }
  seen: readonly DaemonStatus[] = []
  configuredAt = (): number => 1_060_500
  ending: readonly Expiring[] = []
  failures: Readonly<Record<string, number>> | null = null
  certificates = (): readonly Expiring[] => this.ending
  tlsFailures = (): Readonly<Record<string, number>> | null => this.failures
  daemons = (): readonly DaemonStatus[] => this.seen
  configGet = async () => rawJson('{ "Control-agent": {  }, "hash": "00" }')
  configHash = async (): Promise<string> => 'AB'.repeat(32)
  configTest = async (bytes: Parameters<AgentControl['configTest']>[0]) => this.#note(`test ${rawToString(bytes)}`)
  configSet = async (bytes: Parameters<AgentControl['configSet']>[0]) => this.#note(`set ${rawToString(bytes)}`)
  configReload = async () => this.#note('reload')
  configWrite = async (filename: string | null) => {
    await this.#note(`write ${String(filename)}`)
    return this.written
  }

  shutdown(exitValue: number): void {
    this.asked.push(`shutdown ${exitValue}`)
  }

  async #note(what: string): Promise<ConfigOutcome> {
    this.asked.push(what)
    return Promise.resolve(this.outcome)
  }
}

const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }

function agentAndRegistry(): { agent: RecordingAgent; registry: Registry } {
  const agent = new RecordingAgent()
  const registry: Registry = new Registry(builtinHandlers(agent, () => registry.names()))
  return { agent, registry }
}

async function run(handler: Handler | undefined, args?: string): Promise<string> {
  if (handler === undefined) throw new Error('no such command')
  const command = { name: handler.name, services: [], arguments: args === undefined ? null : rawJson(args), caller }
  return rawToString(await handler.run(command))
}

const names = [
  'build-report', 'config-get', 'config-hash-get', 'config-reload', 'config-set', 'config-test', 'config-write',
  'list-commands', 'shutdown', 'status-get', 'version-get',
]

t.test('there are eleven commands, and list-commands names them in order', async (t) => {
  const { registry } = agentAndRegistry()
  t.same(registry.names(), names)
  t.same(JSON.parse(await run(registry.find('list-commands'))), { arguments: names, result: 0 })
})

t.test('each command has the access class of Kea', (t) => {
  const { registry } = agentAndRegistry()
  const writing = names.filter((name) => registry.find(name)?.access === 'write')
  t.same(writing, ['config-reload', 'config-set', 'config-test', 'config-write', 'shutdown'])
  t.end()
})

t.test('commands that only report do so, and ignore arguments of any shape', async (t) => {
  const { agent, registry } = agentAndRegistry()
  const expected: Readonly<Record<string, string>> = {
    'build-report': '{ "result": 0, "text": "built\\nsomehow" }',
    'config-get': '{ "arguments": { "Control-agent": {  }, "hash": "00" }, "result": 0 }',
    'config-hash-get': `{ "arguments": { "hash": "${'AB'.repeat(32)}" }, "result": 0 }`,
    'config-reload': '{ "result": 0, "text": "fine" }',
    'version-get': '{ "arguments": { "extended": "2.9.9\\nlong" }, "result": 0, "text": "2.9.9" }',
  }
  for (const [name, text] of Object.entries(expected)) {
    for (const args of [undefined, 'null', '7', '[]', '{ "x": 1 }', `[${'1,'.repeat(600_000)}1]`]) {
      t.equal(await run(registry.find(name), args), text, name)
    }
  }
  t.same(agent.asked, Array.from({ length: 6 }, () => 'reload'))
})

t.test('status-get tells whole seconds, none negative', async (t) => {
  const agent = new RecordingAgent()
  const at = (now: number): Handler => statusGet(agent, () => now)
  const status = (reload: number, uptime: number) =>
    `{ "arguments": { "daemons": [  ], "pid": 4711, "reload": ${reload}, "uptime": ${uptime} }, "result": 0 }`
  t.equal(await run(at(1_061_499)), status(0, 61))
  t.equal(await run(at(1_061_500)), status(1, 61))
  t.equal(await run(at(0)), status(0, 0))
  t.match(JSON.parse(await run(statusGet(agent))), { arguments: { uptime: Number } })
})

t.test('status-get tells when certificates end and how many clients TLS has refused', async (t) => {
  const agent = new RecordingAgent()
  const notAfter = Date.UTC(2026, 5, 7, 8, 9, 10)
  const certificate = { kind: 'certificate', keyword: 'cert-file', file: '/a.crt', subject: 'CN=a', notBefore: 0, notAfter } as const
  agent.ending = [certificate]
  agent.failures = { expired: 2 }
  const at = async (now: number): Promise<unknown> => JSON.parse(await run(statusGet(agent, () => now)))
  const shown = { file: '/a.crt', kind: 'certificate', subject: 'CN=a', 'not-after': '2026-06-07T08:09:10Z' }
  t.match(await at(notAfter - 86_400_000 * 2.5), {
    arguments: { certificates: [{ ...shown, 'days-left': 2 }], 'tls-failures': { expired: 2 } },
  })
  t.match(await at(notAfter + 1), { arguments: { certificates: [{ 'days-left': -1 }] } })
})

t.test('status-get tells of each daemon what has been seen of it', async (t) => {
  const agent = new RecordingAgent()
  const load = { inFlight: 2, waiting: 1, lastHour: null, host: 'fra1.example' }
  const pair = { mode: 'hot-standby', role: 'primary', state: 'hot-standby', active: true }
  const info = { version: '3.0.1', pid: 4, startedAt: 1_000_000, highAvailability: [pair] }
  const certificate = { subject: 'CN=fra1', notBefore: 0, notAfter: Date.UTC(2026, 5, 7) }
  agent.seen = [
    {
      service: 'dhcp4-fra1', address: '/run/kea/s', reachable: false, ...load, answered: 7, failed: 3,
      lastError: { text: 'End of file', at: 1_000_000 }, answerTimes: { median: 1.26, p99: 40.04, highest: 41 },
      info, certificate,
    },
    {
      service: 'd2', address: 'https://[::1]:8000/', reachable: null, ...load, answered: 0, failed: 0,
      lastError: null, answerTimes: null, info: null, certificate: null,
    },
  ]
  t.match(JSON.parse(await run(statusGet(agent))), {
    arguments: {
      daemons: [
        {
          address: '/run/kea/s', 'answer-milliseconds': { highest: 41, median: 1.3, p99: 40 }, answered: 7, failed: 3,
          'in-flight': 2, 'last-error': { text: 'End of file', time: '1970-01-01T00:16:40.000Z' }, reachable: false,
          service: 'dhcp4-fra1', waiting: 1, host: 'fra1.example', version: '3.0.1', 'high-availability': [pair],
          certificate: { subject: 'CN=fra1', 'not-after': '2026-06-07T00:00:00Z' },
        },
        { address: 'https://[::1]:8000/', answered: 0, failed: 0, 'in-flight': 2, service: 'd2', waiting: 1 },
      ],
    },
  })
  const [, fresh] = (JSON.parse(await run(statusGet(agent))) as { arguments: { daemons: object[] } }).arguments.daemons
  t.same(Object.keys(fresh ?? {}), ['address', 'answered', 'failed', 'host', 'in-flight', 'service', 'waiting'])
  agent.seen = agent.seen.map((each) => ({ ...each, reachable: true }))
  const now = (): number => 1_061_000
  t.match(JSON.parse(await run(statusGet(agent, now))), { arguments: { daemons: [{ uptime: 61 }, {}] } })
})

t.test('config-set and config-test hand on the bytes as they came', async (t) => {
  const args = '{"hash":"x", "Control-agent" : {"n":1234567890123456789012345678901234567890,"\u00e9":"\\u00e9"}}'
  for (const [name, verb] of [['config-set', 'set'], ['config-test', 'test']] as const) {
    const { agent, registry } = agentAndRegistry()
    t.equal(await run(registry.find(name), args), '{ "result": 0, "text": "fine" }')
    t.same(agent.asked, [`${verb} ${args}`])
    agent.outcome = { ok: false, result: 5, text: 'port taken' }
    t.equal(await run(registry.find(name), args), '{ "result": 5, "text": "port taken" }')
    agent.outcome = { ok: false, result: 1, text: 'no' }
    t.equal(await run(registry.find(name), args), '{ "result": 1, "text": "no" }')
  }
})

t.test('config-set and config-test refuse what is no configuration', async (t) => {
  const table: readonly (readonly [string | undefined, RegExp])[] = [
    [undefined, /'arguments' are missing/],
    ['null', /'arguments' must be a map, not null/],
    ['[]', /'arguments' must be a map, not a list/],
    ['"Control-agent"', /'arguments' must be a map, not a string/],
    ['12', /'arguments' must be a map, not an integer/],
    ['{}', /'Control-agent' is missing/],
    ['{ "control-agent": {} }', /'Control-agent' is missing/],
    ['{ "Control-agent": null }', /'Control-agent' must be a map, not null/],
    ['{ "Control-agent": {}, "Control-agent": [] }', /'Control-agent' must be a map, not a list/],
    ['{ "Control-agent": 1.5 }', /'Control-agent' must be a map, not a float/],
    ['{ "__proto__": { "Control-agent": {} } }', /'Control-agent' is missing/],
    [`{ "Control-agent": { "user-context": "${'x'.repeat(1_048_577)}" } }`, /bytes/],
  ]
  for (const name of ['config-set', 'config-test']) {
    const { agent, registry } = agentAndRegistry()
    for (const [args, text] of table) {
      const answer = JSON.parse(await run(registry.find(name), args)) as { result: number; text: string }
      t.equal(answer.result, 1, `${name} ${args?.slice(0, 60) ?? 'nothing'}`)
      t.match(answer.text, text)
    }
    t.same(agent.asked, [], 'nothing reaches the agent')
  }
})

t.test('config-write takes a file name, or the start file without one', async (t) => {
  const { agent, registry } = agentAndRegistry()
  const write = registry.find('config-write')
  for (const args of [undefined, '{}', '{ "filename": "" }', '{ "filename": "b\u00e9.conf" }']) {
    t.same(JSON.parse(await run(write, args)), {
      arguments: { filename: '/etc/kea/x.conf', size: 663 },
      result: 0,
      text: 'the configuration was written to /etc/kea/x.conf',
    })
  }
  t.same(agent.asked, ['write null', 'write null', 'write null', 'write b\u00e9.conf'])
  agent.written = { ok: false, text: 'disk full' }
  t.equal(await run(write), '{ "result": 1, "text": "disk full" }')
})

t.test('config-write refuses other arguments and writes nothing', async (t) => {
  const { agent, registry } = agentAndRegistry()
  for (const args of ['null', '[]', '"x"', '1', '{ "filename": 1 }', '{ "filename": null }', '{ "filename": ["x"] }']) {
    const answer: unknown = JSON.parse(await run(registry.find('config-write'), args))
    t.match(answer, { result: 1, text: /must be a (map|string), not / }, args)
  }
  for (const key of ['file-name', 'Filename', '__proto__']) {
    const answer: unknown = JSON.parse(await run(registry.find('config-write'), `{ "${key}": "x.conf" }`))
    t.match(answer, { result: 1, text: `unknown argument '${key}'` })
  }
  t.same(agent.asked, [])
})

t.test('shutdown ends with the exit value modulo 256', async (t) => {
  const { agent, registry } = agentAndRegistry()
  const table: readonly (readonly [string | undefined, number])[] = [
    [undefined, 0], ['{}', 0], ['{ "exit-value": 0 }', 0], ['{ "exit-value": 7 }', 7], ['{ "exit-value": 255 }', 255],
    ['{ "exit-value": 256 }', 0], ['{ "exit-value": 300 }', 44], ['{ "exit-value": -1 }', 255],
    ['{ "exit-value": -256 }', 0], ['{ "exit-value": -0 }', 0], ['{ "exit-value": 007 }', 7],
    ['{ "exit-value": 1234567890123456789012345678901234567890 }', 210],
    ['{ "exit-value": -1234567890123456789012345678901234567890 }', 46],
  ]
  for (const [args, exitValue] of table) {
    agent.asked.length = 0
    t.match(JSON.parse(await run(registry.find('shutdown'), args)), { result: 0, text: String })
    t.same(agent.asked, [`shutdown ${exitValue}`], args ?? 'no arguments')
  }
})

t.test('shutdown refuses anything but an integer, and goes on', async (t) => {
  const { agent, registry } = agentAndRegistry()
  for (const args of [
    'null', '[]', '"7"', '7', '{ "exit-value": "7" }', '{ "exit-value": 7.0 }', '{ "exit-value": 7e0 }',
    '{ "exit-value": true }', '{ "exit-value": null }', '{ "exit-value": {} }',
  ]) {
    t.match(JSON.parse(await run(registry.find('shutdown'), args)), { result: 1, text: /must be an? \w+, not / }, args)
  }
  t.same(agent.asked, [])
})
