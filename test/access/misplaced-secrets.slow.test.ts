// A secret that its sender put at a wrong place, or in a wrong form, shows neither in what is logged of the command nor
// in what is said about it.

import { ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { redactCommand, redactSecrets } from '../../src/access/redact.ts'
import { loadConfigText } from '../../src/config/load.ts'
import { errorLines, formatIssue } from '../../src/config/parse/issue.ts'
import { printConfig } from '../../src/config/print/print.ts'
import { configSchema } from '../../src/config/schema/schema.ts'
import { printCompact } from '../../src/json/text/print.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import { kindInCommand } from '../../src/access/secret-key.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

const text = 'geheim-4f1c'
const number = 918_273_645_546

function base(): Record<string, unknown> {
  const client = (): object => ({ user: 'ann', password: 'p1' })
  const address = { 'socket-address': '127.0.0.1', 'socket-port': 8001 }
  const socket = { 'socket-type': 'http', ...address, user: 'kea', password: 'p2' }
  return {
    'http-port': 0,
    tls: { 'min-version': '1.2' },
    authentication: { type: 'basic', realm: 'r', clients: [client(), client()], 'lock-out': { failures: 3 } },
    'control-sockets': { dhcp4: socket },
    'hooks-libraries': [{ library: import.meta.filename, parameters: { url: 'u', password: 'p3' } }],
    loggers: [{ name: 'kea-ctrl-agent' }],
    'user-context': {},
  }
}

type Path = readonly (string | number)[]

const users: Path = ['Control-agent', 'authentication', 'clients']
const socket: Path = ['Control-agent', 'control-sockets', 'dhcp4']
const module: Path = ['Control-agent', 'hooks-libraries', 0]

/** Where any value may be, also at levels where the keyword is unknown. */
const anyForm: readonly Path[] = [
  ['Control-agent', 'authentication'], users, [...users, 0], [...users, 1], [...users, 0, 'password'],
  [...users, 0, 'Password'],
  [...users, 0, 'password-hash'], [...users, 1, 'secret'], [...users, 0, 'ann'], [...users, 0, 'pass word'],
  ['Control-agent', 'authentication', 'password'], ['Control-agent', 'authentication', 'ann'],
  ['Control-agent', 'authentication', 'type'],
  ['Control-agent', 'authentication', 'lock-out'],
  ['Control-agent', 'clients'], ['Control-agent', 'tls', 'clients'], ['Control-agent', 'tls', 'authentication'],
  ['clients'],
  ['authentication'], ['Control-agent', 'password'], ['password-hash'],
  [...socket, 'password'], [...socket, 'authentication'], [...socket, 'clients'], [...socket, 'password-hash'],
  [...socket, 'client-SECRET'],
  [...module, 'parameters', 'password'], [...module, 'parameters', 'db-secret'],
  [...module, 'parameters', 'x', 'Password-Hash'],
  [...module, 'password'], ['Control-agent', 'loggers', 0, 'password'], ['Control-agent', 'tsig-keys'], ['tsig-keys'],
]

/** What config-get has to show again. */
const free: readonly Path[] = [
  [...users, 0, 'comment'], ['Control-agent', 'authentication', 'user-context', 'a'],
  ['Control-agent', 'user-context', 'authentication'],
]

/** Where a string is taken for what belongs there. */
const noScalar: readonly Path[] = [
  [...users, 0, 'user'], [...users, 0, 'user-file'], [...users, 0, 'password-file'], [...users, 0, 'cert-subject'],
  [...socket, 'user'], [...socket, 'password-file'], ['Control-agent', 'user'],
  ['Control-agent', 'authentication', 'realm'],
  ['Control-agent', 'authentication', 'lock-out', 'failures'],
]

/** Where a map or list is taken for what belongs there. */
const scalarOnly: readonly Path[] = [
  ['Control-agent'], ['Control-agent', 'control-sockets'], ['Control-agent', 'hooks-libraries'],
  [...module, 'parameters'], [],
]

/** @returns the root; what is on the way and is no map or list is replaced by a map */
function planted(root: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(root)) {
    return root.map((item: unknown, index) => (index === key ? planted(item, rest, value) : item))
  }
  const map = typeof root === 'object' && root !== null ? root : {}
  return { ...map, [key]: planted((map as Record<string, unknown>)[key], rest, value) }
}

const scalar = fc.constantFrom<unknown>(
  text, `ann:${text}`, number, `{"password":"${text}"}`, `$scrypt$${text}`, `${text}\u0000"\\`,
)
const keys = fc.constantFrom('ann', 'password', 'a', 'pass', 'clients', '0', '')
const { container } = fc.letrec<{ value: unknown; container: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, tie('container')),
  container: fc.oneof(
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { minKeys: 1, maxKeys: 3 }),
  ),
}))

const plant = fc.oneof(
  fc.tuple(fc.constantFrom(...anyForm), fc.oneof(scalar, container)),
  fc.tuple(fc.constantFrom(...noScalar), container),
  fc.tuple(fc.constantFrom(...scalarOnly), scalar),
  fc.tuple(fc.constantFrom(...free), scalar),
)

function cut(bytes: Buffer, places: readonly number[]): RawJson {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return { chunks: sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end)), length: bytes.length }
}

/** All that is said of the arguments of `config-test` and `config-set`. */
async function said(args: string): Promise<string> {
  try {
    const options = { env: {}, pathChecks: false, dialect: 'command', current: null } as const
    const { config, warnings } = loadConfigText('arguments', args, options)
    const shown = printCompact(printConfig(config, { secrets: 'hidden' }))
    return [shown, rawToString(await redactSecrets(rawJson(shown))), ...warnings.map(formatIssue)].join('\n')
  } catch (error) {
    return [...errorLines(error), String(error), JSON.stringify(error)].join('\n')
  }
}

t.test('the marker is nowhere in what is logged or said', async (t) => {
  const cases = fc.record({
    plants: fc.array(plant, { minLength: 1, maxLength: 3 }),
    places: fc.array(fc.nat({ max: 10_000 }), { maxLength: 6 }),
    indent: fc.constantFrom(0, 1),
  })
  let [refused, runs] = [0, 0]
  await fc.assert(fc.asyncProperty(cases, async ({ plants, places, indent }) => {
    let root: unknown = { 'Control-agent': base() }
    for (const [path, value] of plants) root = planted(root, path, value)
    const args = JSON.stringify(root, null, indent)
    const answer = plants.some(([path]) => free.includes(path)) ? '' : await said(args)
    const shown = [rawToString(await redactCommand(cut(Buffer.from(args), places))), answer]
    for (const line of shown) ok(!line.includes(text) && !line.includes(String(number)), `${args}\n${line}`)
    JSON.parse(shown[0] ?? '')
    runs++
    if (!answer.startsWith('{')) refused++
  }), { seed, numRuns: 4000 })
  t.ok(refused > 0 && refused < runs, `${refused} of ${runs} were refused`)
})

t.test('each keyword of authentication is hidden, or known', async (t) => {
  const agent = configSchema.properties?.['Control-agent']
  const authentication = agent === false ? undefined : agent?.properties?.['authentication']
  const found = new Map<string, string>()
  const visit = (schema: typeof authentication, key: string): void => {
    if (schema === undefined || schema === false) return
    for (const [name, inner] of Object.entries(schema.properties ?? {})) visit(inner, name)
    if (schema.items !== undefined) visit(schema.items, key)
    else if (schema.type !== 'object') found.set(key, kindInCommand(Buffer.from(key), 0, key.length))
  }
  visit(authentication, 'authentication')
  t.same(Object.fromEntries(found), {
    // Only one value of `type` is right, which tells nothing; a comment may be anything.
    type: 'plain', comment: 'plain', password: 'secret', 'password-hash': 'secret', user: 'name', 'user-file': 'name',
    'password-file': 'name', realm: 'harmless', directory: 'harmless', 'cert-subject': 'harmless',
    'cert-fingerprint': 'harmless', failures: 'harmless', 'window-seconds': 'harmless',
  })
})
