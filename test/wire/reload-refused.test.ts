// Every kind of bad configuration, through SIGHUP, config-reload and config-set: the answer names the mistake with its
// position, and the configuration before answers as if nothing had been.

import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { freePort, startProgram } from '../support/program.ts'
import type { Program } from '../support/program.ts'

interface Place {
  readonly folder: string
  /** A port that another program has. */
  readonly taken: number
  readonly free: number
  /** Names of the test certificates as members of a configuration. */
  readonly tls: (changes?: Record<string, string>) => Record<string, unknown>
}

interface BadKind {
  readonly name: string
  /** What changes in a good configuration; a text is the whole file. */
  readonly change: (place: Place) => Record<string, unknown> | string
  /** A part of the text that is refused, with `@` where the mistake stands. */
  readonly at: string
  readonly says: RegExp
  /** The result; 1 when left out. */
  readonly result?: 5
  /** Over TLS; plain HTTP when left out. */
  readonly over?: 'tls'
  /** The only way in which it is a mistake. */
  readonly only?: 'file' | 'command'
}

const logger = (output: string): unknown => [{ name: 'kea-ctrl-agent', 'output-options': [{ output }] }]
const client = (entry: unknown): unknown => ({ type: 'basic', clients: [entry] })

const kinds: readonly BadKind[] = [
  {
    name: 'a port that another program has',
    change: ({ taken }) => ({ 'http-port': taken }),
    at: '"http-port":@',
    says: /is in use by another program/,
    result: 5,
  },
  {
    name: 'an address that this machine does not have',
    change: ({ free }) => ({ 'http-host': '192.0.2.1', 'http-port': free }),
    at: '"http-host":@"192',
    says: /is not an address of this machine/,
    result: 5,
  },
  {
    name: 'an address that covers the one in use',
    change: () => ({ 'http-host': '0.0.0.0' }),
    at: '"http-host":@"0',
    says: /cannot be opened while the agent listens on 127\.0\.0\.1 port \d+ .*; change http-port as well/,
    result: 5,
  },
  {
    name: 'HTTP that becomes HTTPS on the same port',
    change: ({ tls }) => tls(),
    at: '"http-port":@',
    says: /cannot change between HTTP and HTTPS while it is open/,
    result: 5,
  },
  {
    name: 'HTTPS that becomes HTTP on the same port',
    change: () => ({}),
    at: '"http-port":@',
    says: /cannot change between HTTP and HTTPS while it is open/,
    result: 5,
    over: 'tls',
  },
  { name: 'a host name', change: () => ({ 'http-host': 'localhost' }), at: '"http-host":@', says: /is no IP address/ },
  { name: 'an unknown keyword', change: () => ({ 'http-prot': 1 }), at: '@"http-prot"', says: /did you mean "http-port"/ },
  { name: 'a wrong type', change: () => ({ 'http-port': '8000' }), at: '"http-port":@"', says: /must be a whole number/ },
  { name: 'a value out of range', change: () => ({ 'http-port': 65536 }), at: ':@65536', says: /between 0 and 65535/ },
  {
    name: 'a key file that cannot be read',
    change: ({ tls, folder }) => tls({ 'key-file': folder }),
    at: '"key-file":@',
    says: /key-file .* cannot be read: it is not a regular file/,
    over: 'tls',
  },
  {
    name: 'a key that does not fit',
    change: ({ tls }) => tls({ 'key-file': 'client.key' }),
    at: '"key-file":@',
    says: /does not belong to the certificate/,
    over: 'tls',
  },
  {
    name: 'an encrypted key',
    change: ({ tls }) => tls({ 'key-file': 'server-encrypted.key' }),
    at: '"key-file":@',
    says: /encrypted/,
    over: 'tls',
  },
  {
    name: 'a certificate that is weak',
    change: ({ tls }) => tls({ 'cert-file': 'server-rsa-1024.crt', 'key-file': 'server-rsa-1024.key' }),
    at: '"cert-file":@',
    says: /server-rsa-1024\.crt/,
    over: 'tls',
  },
  {
    name: 'a trust anchor that is not there',
    change: ({ tls }) => tls({ 'trust-anchor': 'absent.crt' }),
    at: '"trust-anchor":@',
    says: /no such file/,
    over: 'tls',
  },
  {
    name: 'two of the three TLS files',
    change: ({ tls }) => ({ ...tls(), 'key-file': '' }),
    at: '"key-file":@',
    says: /key-file is empty/,
    over: 'tls',
  },
  {
    name: 'a cipher that nobody knows',
    change: ({ tls }) => ({ ...tls(), tls: { ciphers: 'ROT13' } }),
    at: '"ciphers":@',
    says: /ROT13/,
    over: 'tls',
  },
  {
    name: 'a handler module that is not there',
    change: () => ({ 'hooks-libraries': [{ library: 'absent-module.js' }] }),
    at: '"library":@',
    says: /absent-module\.js/,
  },
  {
    name: 'a compiled hook library',
    change: () => ({ 'hooks-libraries': [{ library: '/usr/lib/kea/hooks/libdhcp_lease_cmds.so' }] }),
    at: '"library":@',
    says: /compiled hook library/,
  },
  {
    name: 'a header with a line end in it',
    change: () => ({ 'http-headers': [{ name: 'X-A', value: 'a\r\nSet-Cookie: b' }] }),
    at: '"value":@',
    says: /holds a control character/,
  },
  {
    name: 'a log file outside the folder for logs',
    change: () => ({ loggers: logger('/etc/cron.d/agent') }),
    at: '"output":@',
    says: /leads outside .*, which is not allowed for what comes over the network/,
    only: 'command',
  },
  {
    name: 'a control socket outside the folder for sockets',
    change: () => ({ 'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': '/tmp/socket' } } }),
    at: '"socket-name":@',
    says: /leads outside .*, which is not allowed for what comes over the network/,
    only: 'command',
  },
  {
    name: 'a control socket with too long a path',
    change: () => ({ 'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': 's'.repeat(108) } } }),
    at: '"socket-name":@',
    says: /the system takes at most 107/,
    only: 'command',
  },
  {
    name: 'a password file that is not there',
    change: () => ({ authentication: client({ user: 'a', 'password-file': 'absent' }) }),
    at: '"password-file":@',
    says: /password-file .*absent cannot be used: it does not exist/,
  },
  {
    name: '***** for a user who is not there',
    change: () => ({ authentication: client({ user: 'nobody', password: '*****' }) }),
    at: '"password":@',
    says: /\*\*\*\*\*/,
  },
  {
    name: 'a list that is too long',
    change: () => ({ authentication: { type: 'basic', clients: Array.from({ length: 1001 }, () => ({ user: 'a' })) } }),
    at: '"clients":@',
    says: /clients has more than 1000 elements/,
  },
  { name: 'no map', change: () => '{"Control-agent":[]}', at: '"Control-agent":@', says: /must be a map/, only: 'file' },
  { name: 'a second server', change: () => '{"Control-agent":{},"Dhcp4":{}}', at: '@"Dhcp4"', says: /unknown keyword/ },
  {
    name: 'a keyword that stands twice',
    change: () => '{"Control-agent":{"http-port":1,"http-port":2}}',
    at: ',@"http-port"',
    says: /stands twice/,
    only: 'file',
  },
  { name: 'a syntax error', change: () => '{"Control-agent":{"a" 1}}', at: '"a" @1', says: /expected/, only: 'file' },
  { name: 'a comment without an end', change: () => '{"a": /* }', at: '@/*', says: /is not closed/, only: 'file' },
  {
    name: 'an include that is not there',
    change: () => '{"Control-agent":{<?include "/absent.inc"?>}}',
    at: '{@<?include',
    says: /cannot read \/absent\.inc: no such file/,
    only: 'file',
  },
  { name: 'an empty file', change: () => '', at: '@', says: /found the end of the text/, only: 'file' },
]

t.test('there are at least 20 kinds for each of the three ways', async (t) => {
  for (const way of ['file', 'command'] as const) {
    t.ok(kinds.filter(({ only }) => (only ?? way) === way).length >= 20, way)
  }
})

const found = t.testdir({ certificates: {} })
const folder = join(found, 'certificates')

t.test('each kind leaves the configuration before in force', async (t) => {
  await makeTestCertificates(folder, { everyKind: true })
  const blocker = net.createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  t.teardown(() => blocker.close())
  const file = (name: string): string => (name.startsWith('/') ? name : join(folder, name))
  const names = { 'trust-anchor': 'ca.crt', 'cert-file': 'server.crt', 'key-file': 'server.key' }
  const place: Place = {
    folder,
    taken: (blocker.address() as net.AddressInfo).port,
    free: await freePort(),
    tls: (changes = {}) =>
      Object.fromEntries(Object.entries({ ...names, ...changes }).map(([key, name]) => [key, file(name)])),
  }
  const plain = await Agent.start(t, {})
  const secure = await Agent.start(t, { ...place.tls(), 'cert-required': true })
  for (const kind of kinds) {
    await t.test(kind.name, async (t) => {
      const agent = kind.over === 'tls' ? secure : plain
      if (kind.only !== 'command') {
        await refused(t, kind, agent, place, 'SIGHUP')
        await refused(t, kind, agent, place, 'config-reload')
      }
      if (kind.only !== 'file') await refused(t, kind, agent, place, 'config-set')
    })
  }
})

async function refused(
  t: Test,
  kind: BadKind,
  agent: Agent,
  place: Place,
  way: 'SIGHUP' | 'config-reload' | 'config-set',
): Promise<void> {
  const before = await agent.state()
  const change = kind.change(place)
  const common = { 'http-port': agent.program.port }
  const text = typeof change === 'string' ? change : JSON.stringify({ 'Control-agent': { ...common, ...change } })
  const column = columnOf(text, kind.at)
  const inRequest = `request:3:${column + '  "arguments": '.length}`
  const position = way === 'config-set' ? inRequest : `${agent.program.configFile}:1:${column}`
  if (way === 'SIGHUP') {
    const id = kind.result === 5 ? 'DCTL_PARSER_FAIL' : 'CTRL_AGENT_CONFIG_FAIL'
    const lines = await agent.reloadFile(text)
    for (const told of [id, 'DCTL_CFG_FILE_RELOAD_ERROR']) {
      const line = lines.find((line) => line.includes(told)) ?? ''
      t.match(line, kind.says, told)
      t.ok(line.includes(` ${position}: `), `${told} says ${position}`, { line })
    }
  } else {
    const answer = way === 'config-set' ? await agent.set(text) : await agent.reload(text)
    t.equal(answer.result, kind.result ?? 1, way)
    t.match(answer.text, kind.says, way)
    t.ok(answer.text.startsWith(`${position}: `), `${way} says ${position}`, { text: answer.text })
  }
  t.same(await agent.state(), before, `after ${way} all is as it was`)
}

/** The place of the `@` in a part of a text; 1-based. */
function columnOf(text: string, at: string): number {
  const index = text.indexOf(at.replace('@', ''))
  if (index < 0) throw new Error(`${at} is not in ${text}`)
  return index + at.indexOf('@') + 1
}

interface Answer {
  readonly result: number
  readonly text: string
}

/** The program under test and a way to ask it. */
class Agent {
  readonly program: Program
  readonly #identity: tls.ConnectionOptions | null
  readonly #good: string

  private constructor(program: Program, identity: tls.ConnectionOptions | null) {
    this.program = program
    this.#identity = identity
    this.#good = readFileSync(program.configFile, 'utf8')
  }

  static async start(t: Test, config: Record<string, unknown>): Promise<Agent> {
    const logs = t.testdir({ logs: {} })
    mkdirSync(join(logs, 'logs'), { recursive: true })
    const program = await startProgram(t, config, { env: { KEA_LOG_FILE_DIR: join(logs, 'logs') } })
    const read = (name: string): Buffer => readFileSync(join(folder, name))
    const secure = config['cert-file'] !== undefined
    const identity = { ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key') }
    return new Agent(program, secure ? identity : null)
  }

  /** What must not change: the configuration byte for byte, its age, and the certificate. */
  async state(): Promise<unknown> {
    const shown = await this.#post({ command: 'config-get' })
    const hash = await this.#post({ command: 'config-hash-get' })
    return { shown, hash, certificate: this.#identity === null ? null : await this.#certificate() }
  }

  /** Resolves to the log lines that say why SIGHUP changed nothing. */
  async reloadFile(text: string): Promise<readonly string[]> {
    const { program } = this
    const from = program.output().length
    await this.#withFile(text, async () => {
      process.kill(program.pid, 'SIGHUP')
      await program.waitFor(new RegExp(`^[^]{${from}}[^]*DCTL_(CFG_FILE_RELOAD_ERROR|CONFIG_COMPLETE)`))
    })
    // Lines of a command before may come after its answer.
    return (program.output().split('DCTL_CFG_FILE_RELOAD_SIGNAL_RECVD').at(-1) ?? '').split('\n')
  }

  async reload(text: string): Promise<Answer> {
    return this.#withFile(text, () => this.#ask('{ "command": "config-reload" }'))
  }

  async set(configuration: string): Promise<Answer> {
    return this.#ask(`{\n  "command": "config-set",\n  "arguments": ${configuration}\n}`)
  }

  async #ask(body: string): Promise<Answer> {
    const [answer] = JSON.parse(await this.#post(body)) as Answer[]
    if (answer === undefined) throw new Error('no answer')
    return answer
  }

  /** The file is the good one again afterwards. */
  async #withFile<T>(text: string, step: () => Promise<T>): Promise<T> {
    writeFileSync(this.program.configFile, text)
    try {
      return await step()
    } finally {
      writeFileSync(this.program.configFile, this.#good)
    }
  }

  #post(command: string | Record<string, unknown>): Promise<string> {
    const body = typeof command === 'string' ? command : JSON.stringify(command)
    const options = {
      host: '127.0.0.1',
      port: this.program.port,
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    }
    return new Promise((resolve, reject) => {
      const take = (response: http.IncomingMessage): void => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.once('end', () => resolve(text))
      }
      const identity = this.#identity
      const request = identity === null ? http.request(options, take) : https.request({ ...options, ...identity }, take)
      request.once('error', reject)
      request.end(body)
    })
  }

  #certificate(): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.program.port, ...this.#identity }
      const socket = tls.connect(options, () => {
        resolve(new X509Certificate(socket.getPeerCertificate().raw).fingerprint256)
        socket.end()
      })
      socket.on('error', reject)
    })
  }
}
