// The steps of a configuration each for itself: keywords and advice, limits, paths, notes.

import { writeFileSync } from 'node:fs'
import t from 'tap'
import { suggestionFor, allowedIn, editDistance, placesOf, WordList } from '../../src/config/schema/suggestions.ts'
import { httpLimitRows, limitsOf, upstreamLimitRows } from '../../src/config/limits.ts'
import { loadConfigText } from '../../src/config/load.ts'
import { ConfigError, formatIssue } from '../../src/config/parse/issue.ts'
import { placePath, resolveFile } from '../../src/config/resolve/paths.ts'
import { printConfig } from '../../src/config/print/print.ts'
import { configSchema } from '../../src/config/schema/schema.ts'
import type { ConfigSchema } from '../../src/config/schema/schema-types.ts'
import { SecretFiles } from '../../src/config/resolve/secret-file.ts'
import type { AgentConfig, HttpLimits, UpstreamLimits } from '../../src/config/types.ts'
import { printCompact } from '../../src/json/text/print.ts'

const command = { dialect: 'command', env: {}, pathChecks: true, current: null } as const

function load(text: string, current: AgentConfig | null = null): AgentConfig {
  return loadConfigText('<string>', text, { ...command, current }).config
}

t.test('every keyword of the Kea agent is known where Kea has it, and every keyword says what it is for', (t) => {
  const notes = ['comment', 'user-context']
  const sections: readonly (readonly [path: string, keywords: string[]])[] = [
    ['/', ['Control-agent']],
    [
      '/Control-agent',
      [
        'access-control', 'audit-log', 'authentication', 'bind-retry-seconds', 'cert-file', 'cert-required',
        'control-sockets', 'hooks-libraries',
        'http-headers', 'http-host', 'http-limits', 'http-port', 'key-file', 'loggers', 'monitoring', 'proxy-protocol', 'service-groups', 'tls',
        'trust-anchor', 'trusted-proxies', ...notes,
      ],
    ],
    ['/Control-agent/http-headers/*', ['name', 'value', ...notes]],
    ['/Control-agent/authentication', ['clients', 'directory', 'lock-out', 'realm', 'type', ...notes]],
    [
      '/Control-agent/authentication/clients/*',
      ['cert-fingerprint', 'cert-subject', 'password', 'password-file', 'password-hash', 'user', 'user-file', ...notes],
    ],
    [
      '/Control-agent/control-sockets/*',
      [
        'cert-file', 'forward-client-address', 'key-file', 'limits', 'password', 'password-file', 'server-name', 'service', 'socket-address',
        'socket-name', 'socket-port', 'socket-type', 'trust-anchor', 'user', ...notes,
      ],
    ],
    ['/Control-agent/hooks-libraries/*', ['library', 'parameters', 'timeout-seconds']],
    ['/Control-agent/monitoring', ['http-host', 'http-port', 'probes-on-agent-port', ...notes]],
    ['/Control-agent/loggers/*', ['debuglevel', 'name', 'output-options', 'severity', ...notes]],
    ['/Control-agent/loggers/*/output-options/*', ['flush', 'format', 'maxsize', 'maxver', 'output', 'pattern']],
  ]
  for (const [path, keywords] of sections) t.same(allowedIn(schemaAt(path)).sort(), keywords.sort(), path)
  t.same(undescribed(configSchema, ''), [])
  t.end()
})

t.test('a keyword with one mistake in it leads to the right one', (t) => {
  const agent = schemaAt('/Control-agent')
  const advice: readonly (readonly [written: string, advice: string | null])[] = [
    ['http-prot', 'did you mean "http-port"?'],
    ['httpport', 'did you mean "http-port"?'],
    ['Http_Port', 'write "http-port"'],
    [' http-port', 'write "http-port"'],
    ['cert-fiel', 'did you mean "cert-file"?'],
    ['control-socket', 'did you mean "control-sockets"?'],
    ['logger', 'did you mean "loggers"?'],
    ['password', 'it belongs in /Control-agent/control-sockets/* or /Control-agent/authentication/clients/*'],
    ['directory', 'it belongs in /Control-agent/authentication'],
    ['Control-agent', 'it belongs in the top level of the file'],
    ['min-version', 'it belongs in /Control-agent/tls'],
    ['socket-type', 'it belongs in /Control-agent/control-sockets/*'],
    ['subnet4', null],
    ['x'.repeat(1_000_000), null],
    ['', null],
  ]
  for (const [written, expected] of advice) {
    t.equal(suggestionFor(written, configSchema, agent), expected, written.slice(0, 40))
  }
  t.same(placesOf('pattern', configSchema), ['/Control-agent/loggers/*/output-options/*'])
  t.end()
})

t.test('an edit distance counts what was done to a word', (t) => {
  const table: readonly (readonly [from: string, to: string, distance: number])[] = [
    ['', '', 0], ['abc', 'abc', 0], ['abc', '', 3], ['', 'abc', 3], ['abc', 'abd', 1], ['abc', 'ab', 1],
    ['abc', 'xabc', 1], ['abcd', 'abdc', 1], ['abcd', 'badc', 2], ['kitten', 'sitting', 3],
  ]
  for (const [from, to, distance] of table) t.equal(editDistance(from, to), distance, `${from} ${to}`)
  t.end()
})

t.test('an edit distance that is too far is not counted to its end', (t) => {
  const words = ['abc', 'xabc', 'abdc', 'kitten', 'sitting', 'config-get', 'config-test', '', 'ab', 'gifnoc-tset']
  for (const from of words) {
    for (const to of words) {
      const distance = editDistance(from, to)
      for (const limit of [0, 1, 2, 3, 5, 20]) {
        t.equal(editDistance(from, to, limit), distance <= limit ? distance : Infinity, `${from} ${to} ${limit}`)
      }
    }
  }
  t.end()
})

t.test('of the nearest words the first is meant, and none that is another word', (t) => {
  const words = new WordList(['config-get', 'config-set', 'config-test', 'dhcp-enable', 'a'])
  t.same(words.nearest('config-gett'), { word: 'config-get', distance: 1 })
  t.same(words.nearest('config-et'), { word: 'config-get', distance: 1 })
  t.same(words.nearest('CONFIG_TEST'), { word: 'config-test', distance: 0 })
  t.equal(words.nearest('b'), null)
  t.equal(words.nearest('lease4-get'), null)
  t.equal(words.nearest('c'.repeat(100_000)), null)
  t.end()
})

t.test('limits default to what the README says, in milliseconds and bytes', (t) => {
  const http: HttpLimits = {
    maxHeadSize: 32 * 1024,
    maxBodySize: 64 * 1024 * 1024,
    headTimeout: 10_000,
    requestTimeout: 60_000,
    idleTimeout: 30_000,
    stallTimeout: 30_000,
    handshakeTimeout: 10_000,
    maxConnections: 1024,
    maxBuffered: 1024 * 1024 * 1024,
    minReaderRate: 8192,
  }
  const upstream: UpstreamLimits = {
    connectTimeout: 5000,
    stallTimeout: 60_000,
    totalTimeout: 300_000,
    maxInFlight: 16,
    maxWaiting: 256,
    maxAnswerSize: 512 * 1024 * 1024,
    connectRetry: 0,
  }
  const config = load('{ "Control-agent": { "control-sockets": { "dhcp4": { "socket-name": "s" } } } }')
  t.same(config.httpLimits, http)
  t.same(config.controlSockets.get('dhcp4')?.limits, upstream)
  t.same(limitsOf(httpLimitRows, () => null), http)
  for (const row of [...httpLimitRows, ...upstreamLimitRows]) {
    t.ok(row.minimum <= row.fallback && row.fallback <= row.maximum, row.keyword)
    t.match(row.keyword, row.scale === 1000 ? /-seconds$/ : /^(?:max|min)-/, row.keyword)
  }
  t.end()
})

t.test('file names lead where the rules say', (t) => {
  const rules = { directory: '/etc/kea', env: {}, restricted: false, inUse: new Set<string>() }
  const paths: readonly (readonly [name: string, path: string | null])[] = [
    ['s', '/run/kea/s'],
    ['/tmp/s', '/tmp/s'],
    ['./s', '/etc/kea/s'],
    ['../s', '/etc/s'],
    ['a/b', '/etc/kea/a/b'],
    ['', null],
    ['.', null],
    ['..', null],
    ['/', null],
    ['/run/kea/', null],
    ['/run/kea/.', null],
    ['a\0b', null],
  ]
  for (const [name, path] of paths) {
    const placed = placePath('control-socket', name, rules)
    t.equal(placed.ok ? placed.path : null, path, JSON.stringify(name))
  }
  t.equal(resolveFile('tls/ca.crt', '/etc/kea'), '/etc/kea/tls/ca.crt')
  t.equal(resolveFile('/tls/ca.crt', '/etc/kea'), '/tls/ca.crt')
  t.end()
})

t.test('a mistake is one line, whatever stands in it', (t) => {
  const place = { file: 'a.conf', line: 2, column: 3, path: '/Control-agent/x' }
  const mistake = { ...place, text: 'it is wrong', remedy: 'mend it' }
  t.equal(formatIssue(mistake), 'a.conf:2:3: it is wrong (at /Control-agent/x); mend it')
  t.equal(formatIssue({ ...mistake, path: '', remedy: null }), 'a.conf:2:3: it is wrong')
  t.equal(formatIssue({ ...mistake, line: null, column: null }), 'a.conf: it is wrong (at /Control-agent/x); mend it')
  const lines = messageOf('{ "Control-agent": { "a\\u000ab\\u001b[31m": 1 } }').split('\n')
  t.equal(lines.length, 1)
  t.notMatch(lines[0], '\u001b')
  t.equal(formatIssue({ ...mistake, text: '/x\nforged', remedy: '\n' }).split('\n').length, 1, 'nor from a file name')
  t.end()
})

t.test('lists and texts have bounds, and nothing beyond them is read', (t) => {
  const agents: readonly (readonly [agent: unknown, mistake: string])[] = [
    [{ authentication: { clients: Array(1001).fill({ user: 'a' }) } }, 'clients has more than 1000 elements'],
    [{ authentication: { realm: 'r'.repeat(1025) } }, 'realm is longer than 1024 characters'],
    [{ 'http-headers': Array(65).fill({ name: 'a', value: 'b' }) }, 'http-headers has more than 64 elements'],
    [{ 'http-headers': [{ name: 'a', value: 'v'.repeat(4097) }] }, 'value is longer than 4096 characters'],
    [{ loggers: Array(33).fill({ name: 'a' }) }, 'loggers has more than 32 elements'],
    [
      { loggers: [{ name: 'a', 'output-options': Array(17).fill({ output: 'stdout' }) }] },
      'output-options has more than 16 elements',
    ],
    [
      { loggers: [{ name: 'a', 'output-options': [{ output: 'stdout', pattern: '%m'.repeat(513) }] }] },
      'pattern is longer than 1024 characters',
    ],
    [{ 'control-sockets': numbered(1001, { 'socket-name': 's' }) }, 'control-sockets has more than 1000 members'],
    [{ tls: { ciphers: 'AES:'.repeat(1025) } }, 'ciphers is longer than 4096 characters'],
    [{ tls: { groups: 'P-256:'.repeat(200) } }, 'groups is longer than 1024 characters'],
  ]
  for (const [agent, mistake] of agents) t.match(messageOf(JSON.stringify({ 'Control-agent': agent })), mistake)
  const unnamed = `{ "Control-agent": { "authentication": { "clients": [${'{},'.repeat(50_000)}{}] } } }`
  t.equal(mistakesOf(unnamed), 1001, 'of fifty thousand clients without a name, and that there are too many')
  const last = `{ "Control-agent": { "http-port": "wrong", ${'"http-port": 1, '.repeat(2000)}"http-port": 8000 } }`
  t.equal(load(last).httpPort, 8000, 'a key repeated however often is one key')
  t.end()
})

t.test('a folder of a million slashes is no folder that is allowed', (t) => {
  // A pattern that looks for slashes at the end would take minutes for this.
  const name = `${'/'.repeat(1_000_000)}x/s`
  t.match(placePath('control-socket', name, { directory: '/', env: {}, restricted: true, inUse: new Set() }), {
    ok: false,
  })
  t.end()
})

t.test('a text of a million mistakes costs a short message', (t) => {
  const members = Array.from({ length: 20_000 }, (_, index) => `"k${index}": 1`).join(', ')
  const lines = messageOf(`{ "Control-agent": { ${members} } }`).split('\n')
  t.equal(lines.length, 101)
  t.equal(lines.at(-1), 'and at least 901 more mistakes')
  t.end()
})

t.test('warnings are shown up to a hundred, and the others are counted', (t) => {
  const names = Array.from({ length: 999 }, (_, index) => `made-up-${index}`)
  const access = { 'assign-role-method': 'remote-address', 'default-role': { 'accept-commands': { commands: [...names, 'config-gte'] } } }
  const { warnings } = loadConfigText('<string>', JSON.stringify({ 'Control-agent': { 'access-control': access } }), command)
  t.equal(warnings.length, 101)
  t.match(warnings[0], { text: '"made-up-0" is no command that is known here', remedy: 'say under "commands" what it is' })
  t.match(warnings.at(-1), { id: 'KEAGATE_CONFIG_WARNING', text: 'and 900 more warnings' })
  t.end()
})

t.test('one file that many users name is read once', (t) => {
  const folder = t.testdir({ p: 'one' })
  const files = new SecretFiles()
  t.match(files.read(`${folder}/p`), { text: 'one' })
  writeFileSync(`${folder}/p`, 'two')
  t.match(files.read(`${folder}/p`), { text: 'one' }, 'all of them get the same password')
  t.match(new SecretFiles().read(`${folder}/p`), { text: 'two' })
  t.end()
})

t.test('numbers of any length and maps of the depth that clients read are kept', (t) => {
  const deep = `${'['.repeat(95)}1${']'.repeat(95)}`
  const text = `{ "Control-agent": { "user-context": { "n": ${'9'.repeat(5000)}, "deep": ${deep} } } }`
  t.match(printCompact(printConfig(load(text), { secrets: 'hidden' })), '9'.repeat(5000))
  t.match(messageOf(text.replace(deep, `[${deep}]`)), /98 maps and lists/)
  t.match(messageOf(`{ "Control-agent": { "http-port": ${'9'.repeat(400)} } }`), /http-port is 999+…, but must be/)
  t.end()
})

/** Empty where the text is taken. */
function messageOf(text: string): string {
  try {
    load(text)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

function schemaAt(path: string): ConfigSchema {
  let schema: ConfigSchema = configSchema
  for (const step of path.split('/').filter((step) => step !== '')) {
    const next = step === '*' ? (schema.items ?? schema.additionalProperties) : schema.properties?.[step]
    if (typeof next !== 'object') throw new Error(`no schema at ${path}`)
    schema = next
  }
  return schema
}

/** The paths of keywords that do not say what they are for. */
function undescribed(schema: ConfigSchema, path: string): string[] {
  const entries = [['*', schema.items], ['*', schema.additionalProperties]] as const
  const inner = [...Object.entries(schema.properties ?? {}), ...entries]
  const found = inner.flatMap(([name, next]) => (typeof next === 'object' ? undescribed(next, `${path}/${name}`) : []))
  return schema.description === undefined ? [path, ...found] : found
}

function numbered(count: number, value: unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, value]))
}

function mistakesOf(text: string): number {
  try {
    load(text)
    return 0
  } catch (error) {
    if (error instanceof ConfigError) return error.count
    throw error
  }
}
