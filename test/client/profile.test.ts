// Where a command goes: options, environment, profiles, configurations of this host; and whose secrets go there.

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { openDoor } from '../../src/client/profile/open-door.ts'
import { profilePath, readProfiles, writeProfile } from '../../src/client/profile/profile-file.ts'
import { decideWhere } from '../../src/client/profile/where.ts'
import type { Where, WhereOptions } from '../../src/client/profile/where.ts'
import { describeError } from '../../src/errors.ts'
import { done } from '../certs/authority-at.ts'
import { temporaryDirectory } from '../support/program.ts'

interface Home {
  readonly env: NodeJS.ProcessEnv
  readonly directory: string
  readonly where: (options: WhereOptions, env?: NodeJS.ProcessEnv, usual?: string[]) => Where
}

function home(t: Test, clientJson?: string): Home {
  const directory = temporaryDirectory(t)
  const env = { XDG_CONFIG_HOME: directory }
  if (clientJson !== undefined) {
    mkdirSync(path.dirname(profilePath(env)))
    writeFileSync(profilePath(env), clientJson)
  }
  return { env, directory, where: (options, more = {}, usual = []) => decideWhere(options, { ...env, ...more }, usual) }
}

const refusal = (work: () => unknown): string => {
  try {
    return `done: ${JSON.stringify(work())}`
  } catch (error) {
    return describeError(error)
  }
}

const two = `{ "default": "a", "profiles": {
  "a": { "url": "https://a.example/", "user": "anna", "password-file": "secret", "service": "dhcp4", "timeout": 3 },
  "b": { "socket": "/run/b" } } }`

t.test('the default profile, a named one, the environment, an option', async (t) => {
  const { where, directory } = home(t, two)
  t.match(where({}), { from: 'profile a', profile: { url: 'https://a.example/', service: ['dhcp4'], timeout: 3 } })
  t.equal(where({}).profile['password-file'], path.join(directory, 'keagate', 'secret'))
  t.match(where({ profile: 'b' }), { from: null, profile: { socket: '/run/b' } })
  t.match(where({}, { KEAGATE_PROFILE: 'b' }), { from: 'profile b' })
  t.match(where({}, { KEAGATE_URL: 'http://e.example/' }), { from: 'KEAGATE_URL', profile: { url: 'http://e.example/' } })
  t.match(refusal(() => where({ profile: 'aa' })), /no profile "aa" in .*it has a, b/)
  t.match(refusal(() => where({ profile: 'a', url: 'https://other.example/' })), /--url does not go with --profile.*one server/)
  t.match(refusal(() => where({ profile: 'a', socket: '/s' })), /--socket does not go with --profile/)
  t.match(refusal(() => where({ url: 'http://x/', socket: '/y' })), /exclude each other/)
  t.match(refusal(() => home(t).where({})), /nothing says where/)
})

t.test('no secret of one place goes to another', async (t) => {
  const { where } = home(t, two)
  t.same(where({ url: 'https://other.example/' }).profile, { url: 'https://other.example/' })
  const env = { KEAGATE_URL: 'https://e.example/', KEAGATE_USER: 'eve', KEAGATE_PASSWORD: 'x', KEAGATE_KEY: 'k', KEAGATE_CERT: 'c' }
  t.same(where({ url: 'https://other.example/' }, env), { profile: { url: 'https://other.example/' }, password: null, from: null })
  t.same(where({ socket: '/s' }, env).profile, { socket: '/s' })
  t.match(where({}, env), { profile: { url: 'https://e.example/', user: 'eve' }, password: 'x' })
})

t.test('the configuration of an agent on this host', async (t) => {
  const { directory, where } = home(t)
  const file = path.join(directory, 'agent.conf')
  writeFileSync(file, `{ // Kea's comment
    "Control-agent": { "http-host": "::", "http-port": 8001,
      "authentication": { "type": "basic", "clients": [ { "user": "u", "password": "p" }, { "user": "v", "password-file": "/f" } ] } } }`)
  t.match(where({ config: file }), { profile: { url: 'http://[::1]:8001/', user: 'u' }, password: 'p', from: null })
  t.match(where({ config: file, user: 'v' }), { profile: { user: 'v', 'password-file': '/f' }, password: null })
  t.match(where({ config: file, user: 'w' }), { profile: { user: 'w' }, password: null })
  t.match(where({}, {}, ['/absent', file]), { from: file })
  writeFileSync(file, '{ "Dhcp4": { } }')
  t.match(refusal(() => where({ config: file })), /no map "Control-agent"/)
})

t.test('certs init writes a profile that opens its own agent; the first is the default', async (t) => {
  const { env, directory, where } = home(t)
  const made = path.join(directory, 'tls')
  t.match(await done(['init', made, '--port', '8443', '--profile', 'lab'], { env }), /^.*ask list-commands$/m)
  t.match(where({}), { from: 'profile lab', profile: { url: 'https://127.0.0.1:8443/', cert: path.join(made, 'client/cert.pem') } })
  t.match(await done(['client', 'bob', '--dir', made, '--profile', 'bob'], { env }), /ask --profile bob list-commands/)
  t.match(await done(['client', 'eve', '--dir', made], { env }), /"key": ".*eve\/key.pem"/)
  t.same([...readProfiles(env).profiles.keys()], ['lab', 'bob'])
  t.equal(readProfiles(env).default, 'lab')
  t.equal(statSync(profilePath(env)).mode & 0o777, 0o600)
  t.match(where({ config: path.join(made, 'keagate.conf') }).profile, { ca: path.join(made, 'ca/cert.pem') })
})

t.test('a file that cannot be used is told with its place, and never a secret', async (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{ "profiles": { "a": { "url": "x" } } }', /no http or https URL/],
    ['{ "profiles": { "a": { "url": "http://u:hunter2@h/" } } }', /holds a password/],
    ['{ "profiles": { "a": { "password": "hunter2" } } }', /holds a password.*password-file/],
    ['{ "profiles": { "a": { "sockte": "x" } } }', /did you mean socket/],
    ['{ "profiles": { "a": { "timeout": 0 } } }', /time-out/],
    ['{ "profiles": { "a": { "user": 1 } } }', /no text as user/],
    ['{ "profiles": [ ] }', /has no map "profiles"/],
    ['{ "profiles": { "a": { "user": "hunter2" }', /client\.json:1:\d+: /],
  ]
  for (const [text, expected] of cases) {
    const { where, env } = home(t, text)
    const said = refusal(() => where({ profile: 'a' }))
    t.match(said, expected, text)
    t.notMatch(said, /hunter2/)
    if (/:1:/.test(String(expected))) {
      t.match(refusal(() => writeProfile(env, 'b', {})), expected)
      t.equal(readFileSync(profilePath(env), 'utf8'), text, 'left as it was')
    }
  }
})

t.test('passwords: from a file, by a question, from nowhere', async (t) => {
  const { directory } = home(t)
  const file = path.join(directory, 'password')
  writeFileSync(file, 'hunter2\n')
  const at = (profile: Where['profile'], password: string | null = null): Where => {
    return { profile: { url: 'http://h/', user: 'u', ...profile }, password, from: null }
  }
  const authorization = { user: 'u', password: 'hunter2' }
  t.match(await openDoor(at({ 'password-file': file }), null), { authorization })
  t.match(await openDoor(at({}), async () => 'hunter2'), { authorization })
  t.match(await openDoor(at({}, 'hunter2'), null), { authorization })
  await t.rejects(openDoor(at({}), null), /user "u" has no password/)
  await t.rejects(openDoor(at({ 'password-file': `${file}.absent` }), null), /cannot be used/)
  await t.rejects(openDoor(at({ ca: file }), null), /certificates go with https/)
  await t.rejects(openDoor({ ...at({ cert: `${file}.absent` }), profile: { url: 'https://h/', cert: 'absent.pem' } }, null), /no such file/)
})
