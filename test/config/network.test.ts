// What arrives over the network: places it may name, hidden passwords that come back, and the hash that names it all.

import t from 'tap'
import { configHash } from '../../src/config/print/hash.ts'
import { loadConfigFile, loadConfigText } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/parse/issue.ts'
import { printConfig } from '../../src/config/print/print.ts'
import { socketAddress } from '../../src/config/resolve/socket-address.ts'
import type { AgentConfig, ClientConfig } from '../../src/config/types.ts'
import { printCompact } from '../../src/json/text/print.ts'

interface Setting {
  readonly current?: AgentConfig | null
  readonly env?: NodeJS.ProcessEnv
  readonly pathChecks?: boolean
}

function set(agent: unknown, { current = null, env = {}, pathChecks = true }: Setting = {}): AgentConfig {
  const text = JSON.stringify({ 'Control-agent': agent })
  return loadConfigText('<string>', text, { dialect: 'command', env, pathChecks, current }).config
}

function issues(agent: unknown, setting?: Setting): string[] {
  try {
    set(agent, setting)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path, text }) => `${path}: ${text}`)
    throw error
  }
}

function socket(name: string): unknown {
  return { 'control-sockets': { dhcp4: { 'socket-name': name } } }
}

function pathOf(config: AgentConfig, service: string): string | undefined {
  const socket = config.controlSockets.get(service)
  return socket === undefined ? undefined : socketAddress(socket)
}

function log(name: string): unknown {
  return { loggers: [{ name: 'a', 'output-options': [{ output: name }] }] }
}

t.test('sockets and logs lie in their folders, letter by letter', (t) => {
  for (const name of ['bare', '/run/kea/s', '/run/kea//s', '..s', '.s']) t.same(issues(socket(name)), [], name)
  const outside = [
    '/tmp/s', '/var/run/kea/s', '/run/kea/../s', '/run/kea/sub/s', './s', '../s', '/s', 'kea/s', '/run/./kea/s',
    '/run//kea/s', '/var/log/kea/s',
  ]
  for (const name of outside) {
    t.match(issues(socket(name)), [/^\/Control-agent\/control-sockets\/dhcp4\/socket-name: .* outside \/run\/kea,/])
  }
  for (const name of ['a.log', '/var/log/kea/a.log', 'stdout', 'syslog:local1']) t.same(issues(log(name)), [], name)
  for (const name of ['/etc/cron.d/a', '/var/log/a', '/run/kea/a', 'x/a', 'syslog/a']) {
    t.match(issues(log(name)), [/output-options\/0\/output: .* outside \/var\/log\/kea,/], name)
  }
  t.end()
})

t.test('the folders can be moved, and bare names move with them', (t) => {
  const env = { KEA_CONTROL_SOCKET_DIR: '/srv/sockets//', KEA_LOG_FILE_DIR: '/srv/logs' }
  t.equal(pathOf(set(socket('s'), { env }), 'dhcp4'), '/srv/sockets/s')
  t.equal(pathOf(set(socket('/srv/sockets/s'), { env }), 'dhcp4'), '/srv/sockets/s')
  t.equal(set(log('a.log'), { env }).loggers[0]?.outputs?.[0]?.path, '/srv/logs/a.log')
  t.match(issues(socket('/run/kea/s'), { env }), [/outside \/srv\/sockets,/])
  const empty = { KEA_CONTROL_SOCKET_DIR: '' }
  t.equal(pathOf(set(socket('s'), { env: empty }), 'dhcp4'), '/run/kea/s')
  t.end()
})

t.test('with -X any place may be named', (t) => {
  t.same(issues(socket('/tmp/s'), { pathChecks: false }), [])
  t.same(issues(log('/tmp/a.log'), { pathChecks: false }), [])
  t.match(issues(socket('/tmp/'), { pathChecks: false }), [/names a folder/])
  t.end()
})

t.test('a place in use may be named again, but only for the same purpose', (t) => {
  const folder = t.testdir({
    'agent.conf': JSON.stringify({
      'Control-agent': { ...(socket('/opt/s') as object), ...(log('/opt/a.log') as object) },
    }),
  })
  const current = loadConfigFile(`${folder}/agent.conf`, { env: {}, pathChecks: true }).config
  t.same(issues(socket('/opt/s'), { current }), [])
  t.same(issues({ 'control-sockets': { d2: { 'socket-name': '/opt/s' } } }, { current }), [])
  t.same(issues(log('/opt/a.log'), { current }), [])
  t.match(issues(socket('/opt/a.log'), { current }), [/outside/])
  t.match(issues(log('/opt/s'), { current }), [/outside/])
  t.match(issues(socket('/opt/other'), { current }), [/outside/])
  t.end()
})

t.test('a top-level hash is taken and ignored, anything else at the top is not', (t) => {
  const options = { dialect: 'command', env: {}, pathChecks: true, current: null } as const
  t.equal(loadConfigText('x', '{ "hash": 5, "Control-agent": {} }', options).config.httpPort, 8000)
  const refused = (text: string): unknown => {
    try {
      return loadConfigText('x', text, options)
    } catch (error) {
      return error instanceof ConfigError ? error.message : error
    }
  }
  const others = refused('{ "Control-agent": {}, "Dhcp4": {}, "hush": 1 }')
  t.match(others, /unknown keyword "Dhcp4".*\n.*unknown keyword "hush"/)
  t.match(refused('{ "hash": "x" }'), /x:1:1: "Control-agent" is missing/)
  t.match(refused('[]'), /must be a map/)
  t.match(refused('{'), /x:1:2: /)
  t.end()
})

t.test('comments are kept, repeated keys count as Kea counts them', (t) => {
  const options = { dialect: 'command', env: {}, pathChecks: true, current: null } as const
  const sockets = '{ "a": 1, "a": { "socket-name": "s" } }'
  const text = `{ "Control-agent": { "comment": "é", "http-port": 1, "http-port": 2, "control-sockets": ${sockets} } }`
  const { config } = loadConfigText('x', text, options)
  t.equal(config.httpPort, 2)
  t.match(printCompact(printConfig(config, { secrets: 'hidden' })), '"user-context": { "comment": "é" }')
  t.same([...config.controlSockets.keys()], ['a'])
  t.end()
})

function withClients(...clients: unknown[]): unknown {
  return { authentication: { clients } }
}

function pairs(config: AgentConfig): unknown {
  return config.authentication?.clients.map(({ user, password }: ClientConfig) => [user, password])
}

const hidden = '*****'

t.test('***** leaves the password of a user as it is', (t) => {
  const current = set(withClients({ user: 'a', password: 'one' }, { user: 'b' }))
  const next = set(
    withClients(
      { user: 'b', password: hidden },
      { user: 'a', password: hidden, comment: 'x' },
      { user: 'c', password: 'new' },
    ),
    { current },
  )
  t.same(pairs(next), [
    ['b', ''],
    ['a', 'one'],
    ['c', 'new'],
  ])
  t.end()
})

t.test('***** for a user without a password in force is refused', (t) => {
  const current = set(withClients({ user: 'a', password: 'one' }))
  const place = /^\/Control-agent\/authentication\/clients\/0\/password: .*this user has none/
  t.match(issues(withClients({ user: 'b', password: hidden }), { current }), [place])
  t.match(issues(withClients({ user: 'a', password: hidden }), { current: set({}) }), [place])
  t.match(issues(withClients({ user: 'a', password: hidden })), [place])
  t.end()
})

t.test('***** never guesses between several passwords of one user', (t) => {
  const current = set(withClients({ user: 'a', password: 'one' }, { user: 'a', password: 'two' }))
  const both = withClients({ user: 'a', password: hidden }, { user: 'x' }, { user: 'a', password: hidden })
  t.same(pairs(set(both, { current })), [
    ['a', 'one'],
    ['x', ''],
    ['a', 'two'],
  ])
  const second = withClients({ user: 'a', password: 'new' }, { user: 'a', password: hidden })
  t.same(pairs(set(second, { current })), [
    ['a', 'new'],
    ['a', 'two'],
  ])
  t.match(issues(withClients({ user: 'a', password: hidden }), { current }), [/any of 2 passwords/])
  const more = withClients({ user: 'a', password: hidden }, { user: 'a', password: 'x' }, { user: 'a', password: 'y' })
  t.match(issues(more, { current }), [/any of 2 passwords/])
  const alike = set(withClients({ user: 'a', password: 'one' }, { user: 'a', password: 'one' }))
  t.same(pairs(set(withClients({ user: 'a', password: hidden }), { current: alike })), [['a', 'one']])
  t.end()
})

t.test('***** for a password from a file keeps the file', (t) => {
  const folder = t.testdir({ p: 'from file', both: 'b:x', u: 'c' })
  const file = (name: string): string => `${folder}/${name}`
  const current = set(withClients({ user: 'a', 'password-file': file('p') }, { 'password-file': file('both') }))
  const next = set(withClients({ user: 'a', password: hidden }, { user: 'b', password: hidden }), { current })
  t.same(next.authentication?.clients, current.authentication?.clients)
  const named = set(withClients({ 'user-file': file('u'), password: 'one' }))
  const again = set(withClients({ 'user-file': file('u'), password: hidden }), { current: named })
  t.same(again.authentication?.clients, named.authentication?.clients)
  t.end()
})

t.test('secrets are hidden unless they are asked for, and never in the hash in the clear', (t) => {
  const config = set(withClients({ user: 'a', password: 's3cret' }))
  t.notMatch(printCompact(printConfig(config, { secrets: 'hidden' })), 's3cret')
  t.match(printCompact(printConfig(config, { secrets: 'shown' })), '"password": "s3cret"')
  t.end()
})

/** A module with these parameters; its file is this one. */
function module(parameters: unknown): unknown {
  return { 'hooks-libraries': [{ library: import.meta.filename, parameters }] }
}

t.test('secrets in the parameters of a module are hidden, at any depth, and ***** keeps them', async (t) => {
  const parameters = {
    url: 'https://a.example', 'api-secret': 's3cret', more: [{ Password: { inner: 's3cret' } }, 5], passwords: 'shown', secret: null,
  }
  const current = set(module(parameters), { pathChecks: false })
  const shown = printCompact(printConfig(current, { secrets: 'hidden' }))
  t.notMatch(shown, 's3cret')
  t.match(shown, '"url": "https://a.example", "api-secret": "*****", "more": [ { "Password": "*****" }, 5 ], "passwords": "shown", ' +
    '"secret": "*****"')
  const back = JSON.parse(shown) as { readonly 'Control-agent': unknown }
  const kept = set(back['Control-agent'], { current })
  t.equal(printCompact(printConfig(kept, { secrets: 'shown' })), printCompact(printConfig(current, { secrets: 'shown' })))
  const hidden = { ...parameters, 'api-secret': '*****', secret: 'new' }
  t.match(printCompact(printConfig(set(module(hidden), { current }), { secrets: 'shown' })), /"api-secret": "s3cret".*"secret": "new"/)
  const place = /^\/Control-agent\/hooks-libraries\/0\/parameters\/api-secret: \*{5} stands for the secret in force, but only where/
  t.match(issues(module({ ...hidden, url: 'https://b.example' }), { current }), [place], 'it goes to no other address')
  t.match(issues(module(hidden), { current: set({}), pathChecks: false }), [place])
  const text = JSON.stringify({ 'Control-agent': module({ more: [{ password: '*****' }] }) })
  const file = `${t.testdir({ 'a.conf': text })}/a.conf`
  t.throws(() => loadConfigFile(file, { env: {}, pathChecks: true }), /parameters\/more\/0\/password|the secret is \*{5}, which config-get shows/)
  const other = set(module({ ...parameters, 'api-secret': 'other' }), { pathChecks: false })
  t.not(await configHash(current), await configHash(other))
})

t.test('the hash is stable, and different whenever the configuration is', async (t) => {
  const hash = (key: string): string => `$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$${key.repeat(43)}`
  const folder = t.testdir({ p: 'one', q: 'one', r: 'two' })
  const file = (name: string): unknown => withClients({ user: 'a', 'password-file': `${folder}/${name}` })
  const different = [
    {},
    { 'http-port': 8001 },
    { comment: 'x' },
    { 'user-context': { a: 1 } },
    { 'user-context': { a: '1' } },
    withClients(),
    withClients({ user: 'a' }),
    withClients({ user: 'a', password: 'one' }),
    withClients({ user: 'a', password: 'two' }),
    withClients({ user: 'a', password: 'one' }, { user: 'b', password: 'two' }),
    withClients({ user: 'a', password: 'two' }, { user: 'b', password: 'one' }),
    withClients({ user: 'a', 'password-hash': hash('A') }),
    withClients({ user: 'a', 'password-hash': hash('Q') }),
    file('p'),
    file('q'),
    file('r'),
    socket('a'),
    { 'http-limits': { 'max-connections': 5 } },
  ]
  const hashesNow = (): Promise<string[]> => Promise.all(different.map((agent) => configHash(set(agent))))
  const hashes = await hashesNow()
  t.equal(new Set(hashes).size, different.length)
  for (const hash of hashes) t.match(hash, /^[0-9A-F]{64}$/)
  t.same(await hashesNow(), hashes)
  const defaults = { 'http-host': '127.0.0.1', 'http-port': 8000, 'control-sockets': {}, loggers: [] }
  t.equal(await configHash(set(defaults)), hashes[0], 'a default that is written out changes nothing')
})

function listener(members: Readonly<Record<string, unknown>>, service = 'dhcp4'): unknown {
  return { 'control-sockets': { [service]: { 'socket-type': 'http', ...members } } }
}

t.test('a listener must be on this machine or in use', (t) => {
  for (const address of ['127.0.0.1', '127.8.9.1', '::1', '0:0:0:0:0:0:0:1']) {
    t.same(issues(listener({ 'socket-address': address })), [], address)
  }
  const other = listener({ 'socket-address': '192.0.2.1', 'socket-port': 8004 })
  const place = /^\/Control-agent\/control-sockets\/dhcp4\/socket-address: 192\.0\.2\.1 is another machine/
  t.match(issues(other), [place])
  t.same(issues(other, { pathChecks: false }), [])
  const current = set(other, { pathChecks: false })
  t.same(issues(other, { current }), [])
  t.match(issues(listener({ 'socket-address': '192.0.2.1', 'socket-port': 8005 }), { current }), [place])
  t.end()
})

t.test('***** keeps the password of a listener, and sends it to nobody else', async (t) => {
  const tls = { 'socket-type': 'https', 'trust-anchor': '/etc/ca', user: 'a' }
  const current = set(listener({ ...tls, password: 'one' }))
  const loginOf = (config: AgentConfig, service = 'dhcp4'): unknown => {
    const socket = config.controlSockets.get(service)
    return socket?.socketType === 'unix' ? undefined : socket?.login
  }
  t.match(loginOf(set(listener({ ...tls, password: hidden, comment: 'x' }), { current })), { password: 'one' })
  t.match(loginOf(set(listener({ ...tls, password: hidden }, 'd2'), { current }), 'd2'), { password: 'one' })
  const others = [
    { user: 'b' }, { 'socket-port': 8001 }, { 'socket-address': '::1' }, { 'trust-anchor': '/tmp/ca' },
    { 'server-name': 'x' },
  ]
  for (const changed of others) {
    t.match(issues(listener({ ...tls, password: hidden, ...changed }), { current }), [/password: .*for this very daemon/])
  }
  t.match(issues(listener({ user: 'a', password: hidden }), { current }), [/for this very daemon/], 'nor in the clear')
  t.notMatch(printCompact(printConfig(current, { secrets: 'hidden' })), 'one')
  t.match(printCompact(printConfig(current, { secrets: 'shown' })), '"password": "one"')
  t.not(await configHash(current), await configHash(set(listener({ ...tls, password: 'two' }))))
})

t.test('the service at an agent is shown, kept and part of the hash', async (t) => {
  const current = set(listener({ user: 'a', password: 'one' }))
  const config = set(listener({ user: 'a', password: hidden, service: 'dhcp6' }), { current })
  t.match(config.controlSockets.get('dhcp4'), { service: 'dhcp6', login: { password: 'one' } })
  t.not(await configHash(config), await configHash(current))
  const shown = JSON.parse(printCompact(printConfig(config, { secrets: 'hidden' }))) as { 'Control-agent': unknown }
  t.match(shown, { 'Control-agent': { 'control-sockets': { dhcp4: { service: 'dhcp6' } } } })
  t.equal(await configHash(set(shown['Control-agent'], { current: config })), await configHash(config))
  t.notMatch(printCompact(printConfig(current, { secrets: 'shown' })), '"service"')
})

t.test('the network names no file to send to a listener', (t) => {
  const file = `${t.testdir({ p: 'one' })}/p`
  const named = listener({ user: 'a', 'password-file': file })
  t.match(issues(named), [/password-file: over the network only/])
  t.same(issues(named, { pathChecks: false }), [])
  const current = set(named, { pathChecks: false })
  t.same(issues(named, { current }), [])
  t.match(issues(listener({ user: 'a', 'password-file': file, 'socket-port': 8001 }), { current }), [/over the network/])
  t.end()
})
