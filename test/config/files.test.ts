// Configuration files among other files: secrets in files, relative names, includes, what Kea's packages ship, samples.

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { loadConfigFile } from '../../src/config/load.ts'
import type { LoadedConfig } from '../../src/config/load.ts'
import { ConfigError, formatIssue } from '../../src/config/parse/issue.ts'
import { readRegularFile } from '../../src/config/resolve/regular-file.ts'
import { readSecretFile } from '../../src/config/resolve/secret-file.ts'
import { socketAddress } from '../../src/config/resolve/socket-address.ts'
import type { AgentConfig } from '../../src/config/types.ts'

const options = { env: {}, pathChecks: true }
const samples = resolve(import.meta.dirname, '../../config')

/** Loads a configuration from a fresh folder that holds these files, too. */
function loadIn(t: Test, agent: unknown, files: Readonly<Record<string, string | Buffer>> = {}): LoadedConfig {
  const folder = t.testdir()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content, { mode: 0o600 })
  }
  writeFileSync(join(folder, 'agent.conf'), JSON.stringify({ 'Control-agent': agent }))
  return loadConfigFile(join(folder, 'agent.conf'), options)
}

function pathOf(config: AgentConfig, service: string): string | undefined {
  const socket = config.controlSockets.get(service)
  return socket === undefined ? undefined : socketAddress(socket)
}

function errorOf(load: () => unknown): ConfigError {
  try {
    load()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the configuration was taken')
}

t.test('a secret file loses one line end and nothing else', (t) => {
  const contents: readonly (readonly [written: string | Buffer, read: string])[] = [
    ['pw', 'pw'],
    ['pw\n', 'pw'],
    ['pw\r\n', 'pw'],
    ['pw\n\n', 'pw\n'],
    ['pw\r', 'pw\r'],
    ['  pw with blanks \n', '  pw with blanks '],
    ['', ''],
    ['\n', ''],
    ['\ufeffé漢\n', '\ufeffé漢'],
    [Buffer.from([0xe9, 0x0a]), 'é'],
  ]
  const file = join(t.testdir({ secret: '' }), 'secret')
  for (const [written, read] of contents) {
    writeFileSync(file, written)
    t.match(readSecretFile(file), { ok: true, text: read }, JSON.stringify(written))
  }
  t.end()
})

t.test('only regular files are read, and opening one never hangs', (t) => {
  const folder = t.testdir({ folder: {}, large: 'x'.repeat(70_000), link: t.fixture('symlink', 'large') })
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const reason = (name: string): unknown => readSecretFile(join(folder, name))
  t.match(reason('pipe'), { ok: false, reason: 'it is not a regular file' })
  t.match(reason('folder'), { ok: false, reason: 'it is not a regular file' })
  t.match(reason('absent'), { ok: false, reason: 'it does not exist' })
  t.match(reason('large'), { ok: false, reason: 'it is larger than 4096 bytes' })
  t.match(reason('link'), { ok: false, reason: 'it is larger than 4096 bytes' })
  t.match(reason('a\0b'), { ok: false, reason: /NUL/ })
  t.match(readSecretFile('/dev/zero'), { ok: false, reason: 'it is not a regular file' })
  t.end()
})

t.test('a file of the kernel that never ends is read no further than a file may be long', (t) => {
  const endless = '/proc/self/pagemap' // says that it has 0 bytes
  t.same(readRegularFile(endless, 99_999), { ok: false, fault: 'too-large' })
  const stat = readRegularFile('/proc/self/stat', 100_000)
  t.match(stat.ok ? stat.bytes.toString() : stat.fault, /^\d+ /)
  t.end()
})

t.test('users and passwords come from their files', (t) => {
  const clients = [
    { 'user-file': 'u', 'password-file': 'p' },
    { user: 'lit', 'password-file': 'p' },
    { 'user-file': 'u' },
    { 'password-file': 'both' },
  ]
  const { config } = loadIn(t, { authentication: { clients } }, { u: 'alice\r\n', p: ' p:w \n', both: 'bob:x:y \n' })
  t.same(
    config.authentication?.clients.map(({ user, password }) => [user, password]),
    [
      ['alice', ' p:w '],
      ['lit', ' p:w '],
      ['alice', ''],
      ['bob', 'x:y '],
    ],
  )
  t.end()
})

t.test('a directory goes before the names, whether they begin with a slash or not', (t) => {
  const clients = [
    { user: 'a', 'password-file': 'p' },
    { user: 'b', 'password-file': '/p' },
    { user: 'c', 'password-file': '../q' },
  ]
  const files = { 'secrets/p': 'one', q: 'two' }
  const passwords = ({ config }: LoadedConfig): unknown => config.authentication?.clients.map((one) => one.password)
  t.same(passwords(loadIn(t, { authentication: { directory: 'secrets', clients } }, files)), ['one', 'one', 'two'])
  const directory = join(t.testdirName, 'secrets')
  t.same(passwords(loadIn(t, { authentication: { directory, clients } }, files)), ['one', 'one', 'two'])
  const absent = [{ user: 'a', 'password-file': '/absent' }]
  const { message } = errorOf(() => loadIn(t, { authentication: { directory, clients: absent } }))
  t.match(message, `password-file ${directory}/absent cannot be used: it does not exist`)
  t.end()
})

t.test('without a directory an absolute name is absolute', (t) => {
  const file = join(t.testdirName, 'p')
  const clients = [{ user: 'a', 'password-file': file }]
  const { config } = loadIn(t, { authentication: { clients } }, { p: 'one' })
  t.match(config.authentication?.clients, [{ password: 'one', passwordFile: file }])
  t.end()
})

t.test('a password file that any user may read is a warning with its position', (t) => {
  const folder = t.testdir({
    'agent.conf': '{ "Control-agent": { "authentication": {\n  "clients": [ { "user": "a", "password-file": "p" } ]}}}',
    p: 'secret',
  })
  const file = join(folder, 'agent.conf')
  for (const [mode, count] of [[0o640, 0], [0o600, 0], [0o644, 1]] as const) {
    chmodSync(join(folder, 'p'), mode)
    const { warnings } = loadConfigFile(file, options)
    t.equal(warnings.length, count, mode.toString(8))
    for (const warning of warnings) {
      t.match(formatIssue(warning), `${file}:2:48: any user of this machine may read ${join(folder, 'p')}`)
      t.notMatch(formatIssue(warning), 'secret')
    }
  }
  t.end()
})

t.test('TLS files and sockets have a path for the system and a name for the operator', (t) => {
  const { config } = loadIn(t, {
    'trust-anchor': 'ca.d',
    'cert-file': '/etc/kea/server.crt',
    'key-file': '../server.key',
    'control-sockets': { dhcp4: { 'socket-name': 'bare' }, dhcp6: { 'socket-name': '/tmp/s' } },
    loggers: [{ name: 'a', 'output-options': [{ output: 'a.log' }, { output: '/tmp/b.log' }, { output: 'stdout' }] }],
  })
  const folder = t.testdirName
  t.match(config.tls, {
    trustAnchor: join(folder, 'ca.d'),
    certFile: '/etc/kea/server.crt',
    keyFile: resolve(folder, '../server.key'),
    written: { trustAnchor: 'ca.d', certFile: '/etc/kea/server.crt', keyFile: '../server.key' },
    certRequired: true,
  })
  t.equal(pathOf(config, 'dhcp4'), '/run/kea/bare')
  t.equal(pathOf(config, 'dhcp6'), '/tmp/s')
  t.same(config.loggers[0]?.outputs?.map(({ path }) => path), ['/var/log/kea/a.log', '/tmp/b.log', null])
  t.equal(config.directory, folder)
  t.end()
})

t.test('a file that cannot be read is one mistake, with the place of the include that names it', (t) => {
  const folder = t.testdir({ 'a.conf': '{ "Control-agent": {}\n  <?include "/nowhere/b.conf"?> }' })
  const included = errorOf(() => loadConfigFile(join(folder, 'a.conf'), options))
  t.equal(included.code, 'CONFIG_UNREADABLE')
  t.match(included.message, new RegExp(`^${folder}/a\\.conf:2:3: .*/nowhere/b\\.conf`))
  const absent = errorOf(() => loadConfigFile(join(folder, 'absent.conf'), options))
  t.match(absent.issues, [{ file: join(folder, 'absent.conf'), line: null, column: null, path: '' }])
  t.end()
})

t.test('a file that is not UTF-8 is read as Latin-1, with a warning at its line', (t) => {
  const folder = t.testdir({ 'a.conf': Buffer.from('{ "Control-agent": {\n"comment": "\xe9" } }', 'latin1') })
  const { config, warnings } = loadConfigFile(join(folder, 'a.conf'), options)
  t.match(config.userContext?.members, [{ key: 'comment', value: { value: 'é' } }])
  t.match(warnings.map(formatIssue), [new RegExp(`^${folder}/a\\.conf:2: not valid UTF-8`)])
  t.end()
})

const debian = '/etc/kea/kea-ctrl-agent.conf'
const skip = existsSync(debian) ? false : `SKIPPED: ${debian} is not here; install kea-ctrl-agent 2.2`
t.test("the file of Debian's package for Kea 2.2 loads unchanged", { skip }, (t) => {
  const { config, warnings } = loadConfigFile(debian, options)
  t.same([config.httpHost, config.httpPort, config.tls, config.authentication], ['127.0.0.1', 8000, null, null])
  t.same([...config.controlSockets].map(([service, socket]) => [service, socketAddress(socket)]), [
    ['dhcp4', '/run/kea/kea4-ctrl-socket'],
    ['dhcp6', '/run/kea/kea6-ctrl-socket'],
    ['d2', '/run/kea/kea-ddns-ctrl-socket'],
  ])
  t.match(config.loggers, [{ name: 'kea-ctrl-agent', outputs: [{ output: 'stdout', pattern: '%-5p %m\n' }] }])
  t.same(warnings.map(({ id }) => id), ['DCTL_DEPRECATED_OUTPUT_OPTIONS'])
  t.end()
})

t.test('a file of the shape that packages of Kea 3.0 ship loads', (t) => {
  const folder = t.testdirName
  const { config, warnings } = loadIn(
    t,
    {
      'http-host': '127.0.0.1',
      'http-port': 8000,
      authentication: {
        type: 'basic',
        realm: 'Kea Control Agent',
        directory: folder,
        clients: [{ user: 'kea-api', 'password-file': 'kea-api-password' }],
      },
      'control-sockets': {
        dhcp4: { 'socket-type': 'unix', 'socket-name': 'kea4-ctrl-socket' },
        dhcp6: { 'socket-type': 'unix', 'socket-name': 'kea6-ctrl-socket' },
        d2: { 'socket-type': 'unix', 'socket-name': 'kea-ddns-ctrl-socket' },
      },
      'hooks-libraries': [],
      loggers: [{ name: 'kea-ctrl-agent', severity: 'INFO', 'output-options': [{ output: 'stdout', pattern: '%m' }] }],
    },
    { 'kea-api-password': 'generated-on-install\n' },
  )
  t.same(warnings, [])
  t.match(config.authentication?.clients, [{ user: 'kea-api', password: 'generated-on-install' }])
  t.equal(pathOf(config, 'd2'), '/run/kea/kea-ddns-ctrl-socket')
  t.end()
})

t.test('each sample in config/ is a configuration without warnings', (t) => {
  const sockets = ['/run/kea/kea4-ctrl-socket', '/run/kea/kea6-ctrl-socket', '/run/kea/kea-ddns-ctrl-socket']
  const names = ['kea-ctrl-agent', 'tls-server-authenticated', 'tls-mutual', 'basic-auth']
  const loaded = names.map((name) => {
    const folder = t.testdir({ 'kea-api-password': 'from a file\n' })
    chmodSync(join(folder, 'kea-api-password'), 0o600)
    writeFileSync(join(folder, 'sample.conf'), readFileSync(join(samples, `${name}.conf`)))
    const { config, warnings } = loadConfigFile(join(folder, 'sample.conf'), options)
    t.same(warnings, [], name)
    t.same([...config.controlSockets.values()].map(socketAddress), sockets, name)
    return config
  })
  t.same(loaded.map(({ tls }) => tls?.certRequired ?? null), [null, false, true, null])
  t.match(loaded[3]?.authentication?.clients, [{ user: 'kea-api', password: 'from a file' }])
  t.end()
})
