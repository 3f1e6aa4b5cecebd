// Secrets leave an answer whatever their key looks like and however the answer was cut; nothing else changes.

import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { redactCommand, redactSecrets } from '../../src/access/redact.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson, rawToBuffer, rawToString } from '../../src/json/raw.ts'
import { Scanner } from '../../src/json/scan/scanner.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

function cut(text: Buffer, places: readonly number[]): RawJson {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return { chunks: sorted.slice(1).map((end, i) => text.subarray(sorted[i], end)), length: text.length }
}

/** Whole, byte by byte, and in two parts cut at every place. */
function everySplit(text: Buffer): RawJson[] {
  const places = [...text.keys()]
  return [cut(text, []), cut(text, places), ...places.map((place) => cut(text, [place]))]
}

const table: readonly (readonly [name: string, text: string, expected: string])[] = [
  ['a string', '{ "password": "a b" }', '{ "password": "*****" }'],
  ['an empty string', '{"password":""}', '{"password":"*****"}'],
  ['a string with escapes', '{"password":"a\\"b\\\\","user":"c\\""}', '{"password":"*****","user":"c\\""}'],
  ['a number', '{"secret":12,"a":12}', '{"secret":"*****","a":12}'],
  ['a number before a blank', '{ "secret" : -1.5e3 , "a":1 }', '{ "secret" : "*****" , "a":1 }'],
  ['a number at the end of a map', '[{"secret":12}]', '[{"secret":"*****"}]'],
  ['words', '{"password":true,"secret":null}', '{"password":"*****","secret":"*****"}'],
  ['a whole map', '{"password":{"a":[1,{"password":2}]},"b":1}', '{"password":"*****","b":1}'],
  ['a whole list', '{"secret": [ "a]", ["b"], {} ],"b":[1]}', '{"secret": "*****","b":[1]}'],
  ['empty containers', '{"secret":[],"password":{}}', '{"secret":"*****","password":"*****"}'],
  ['keys that end so', '{"basic-password":1,"clientSECRET":2}', '{"basic-password":"*****","clientSECRET":"*****"}'],
  ['hashes of passwords', '{"password-hash":"$scrypt$","user-PASSWORD-Hash":[1]}', '{"password-hash":"*****","user-PASSWORD-Hash":"*****"}'],
  ['any letter case', '{"PassWord":1,"SECRET":2}', '{"PassWord":"*****","SECRET":"*****"}'],
  ['keys with escapes', '{"p\\u0061ssword":1,"\\u0053ecre\\u0074":2}',
    '{"p\\u0061ssword":"*****","\\u0053ecre\\u0074":"*****"}'],
  ['other escapes before the word', '{"\\n\\"\\u00e9\\ud83d\\ude00secret":1}',
    '{"\\n\\"\\u00e9\\ud83d\\ude00secret":"*****"}'],
  ['a key after a long beginning', `{"${'é'.repeat(40)}password":1}`, `{"${'é'.repeat(40)}password":"*****"}`],
  ['a repeated key, each time', '{"secret":1,"secret":2}', '{"secret":"*****","secret":"*****"}'],
  ['TSIG keys', '{"tsig-keys":[{"name":"k","algorithm":"HMAC-MD5","key":"s","secret":"t"}]}',
    '{"tsig-keys":[{"name":"k","algorithm":"HMAC-MD5","key":"*****","secret":"*****"}]}'],
  ['TSIG keys that follow each other', '{"TSIG-k\\u0065ys": [ {"KEY":1}, {"k\\u0065y":[2]} ], "key":3}',
    '{"TSIG-k\\u0065ys": [ {"KEY":"*****"}, {"k\\u0065y":"*****"} ], "key":3}'],
]

const untouched: readonly (readonly [name: string, text: string])[] = [
  ['no key at all', '[ "password", "secret", "key" ]'],
  ['a value that is called so', '{"a":"password","b":"secret","c":["secret"]}'],
  ['keys that only hold the word', '{"password-file":"p","secrets":1,"passwords":2,"secret ":3}'],
  ['the end of the word alone', '{"word":1,"et":2,"ssword":3,"hash":4,"password-hash-file":5,"":6}'],
  ['letters that only look so', '{"\\u212aey":1,"\\u017fecret":1,"ſecret":2,"pa\\u017fsword":3,"secre\\u0174":4}'],
  ['an escape that is no letter', '{"\\\\u0073ecre\\\\u0074":1,"secre\\t":2}'],
  ['a key outside of TSIG keys', '{"key":1,"tsig-keys":{"key":2},"a":[{"key":3}],"my-tsig-keys":[{"key":4}]}'],
  ['maps inside a TSIG key', '{"tsig-keys":[{"user-context":{"key":1}},[{"key":2}],3]}'],
  ['TSIG keys that are no list', '{"tsig-keys":"s","a":[{"key":1}],"tsig-keys":null,"b":[{"key":1}]}'],
  ['keys that end in key', '{"tsig-keys":[{"keykey":1,"ey":2,"":3}]}'],
  ['blanks and odd layout', ' \t[ {  } , [ ],{"a"\n:1 } ] '],
]

t.test('the values of secret keys are hidden, however the answer is cut', async (t) => {
  for (const [name, text, expected] of table) {
    for (const split of everySplit(Buffer.from(text))) strictEqual(rawToString(await redactSecrets(split)), expected)
    t.pass(name)
  }
})

t.test('an answer without secrets is handed back as it is', (t) => {
  for (const [name, text] of untouched) {
    for (const split of everySplit(Buffer.from(text))) strictEqual(redactSecrets(split), split)
    t.pass(name)
  }
  t.end()
})

const sent: readonly (readonly [name: string, text: string, expected: string])[] = [
  ['arguments that are a string', '"{\\"password\\":1}"', '"*****"'],
  ['arguments that are a number', ' 12', ' "*****"'],
  ['a list of arguments', '[ "a", 1 ]', '[ "a", 1 ]'],
  ['a string', '{"Control-agent":{"authentication":"ann:p"}}', '{"Control-agent":{"authentication":"*****"}}'],
  ['a number, a word', '{"authentication": 12 , "clients":null}', '{"authentication": "*****" , "clients":"*****"}'],
  ['a list', '{"authentication":["ann:p", 1,[true,["q"]] ,{}],"a":["b"]}', '{"authentication":["*****", "*****",["*****",["*****"]] ,{}],"a":["b"]}'],
  ['a number at the end of a list', '{"clients":[1]}', '{"clients":["*****"]}'],
  ['clients as strings', '{"clients":["ann:p\\"]","b"],"c":1}', '{"clients":["*****","*****"],"c":1}'],
  ['clients as a map', '{"CLIENTS":{"ann":"p","bob":["q"],"c":{"d":1}},"e":2}', '{"CLIENTS":{"ann":"*****","bob":["*****"],"c":{"d":"*****"}},"e":2}'],
  ['what is known to be harmless', '{"authentication":{"type":"x","realm":"r","directory":"d","clients":[{"user":"ann","password":"p","cert-subject":"s"}]}}',
    '{"authentication":{"type":"*****","realm":"r","directory":"d","clients":[{"user":"ann","password":"*****","cert-subject":"s"}]}}'],
  ['what is harmless as a scalar only', '{"authentication":{"realm":{"a":1},"lock-out":{"failures":[1],"window-seconds":2}},"realm":[1]}',
    '{"authentication":{"realm":"*****","lock-out":{"failures":"*****","window-seconds":2}},"realm":[1]}'],
  ['names that are none', '{"user":["ann","p"],"password-file":{"a":"p"},"user-file":"f","b":{"user":"ann"}}',
    '{"user":"*****","password-file":"*****","user-file":"f","b":{"user":"ann"}}'],
  ['a program made a string', '{"Dhcp4":"{}","parameters":"p","hooks-libraries":[{"parameters":{"a":"b"}}],"control-sockets":{"a":1}}',
    '{"Dhcp4":"*****","parameters":"*****","hooks-libraries":[{"parameters":{"a":"b"}}],"control-sockets":{"a":1}}'],
  ['TSIG keys of any form', '{"tsig-keys":{"name":"n","a":"s"},"b":"c","TSIG-keys":[{"name":"n","key":"s"},"s"]}',
    '{"tsig-keys":{"name":"n","a":"*****"},"b":"c","TSIG-keys":[{"name":"n","key":"*****"},"*****"]}'],
  ['keys with escapes', '{"\\u0061uthentication":"p","us\\u0065r":[]}', '{"\\u0061uthentication":"*****","us\\u0065r":"*****"}'],
  ['keys that only end so', '{"my-authentication":"a","clients2":["b"],"end-user":[1]}', '{"my-authentication":"a","clients2":["b"],"end-user":[1]}'],
  ['a secret inside', '{"clients":[{"secret":{"user":"a"}},[{"password":[1,[2]]}]],"d":[3]}', '{"clients":[{"secret":"*****"},[{"password":"*****"}]],"d":[3]}'],
]

t.test('in a command, secrets at wrong places and of wrong types are hidden too', async (t) => {
  for (const [name, text, expected] of sent) {
    for (const split of everySplit(Buffer.from(text)))
      strictEqual(rawToString(await redactCommand(split)), expected, name)
    t.pass(name)
  }
})

t.test('an answer shows what stands at such places', async (t) => {
  for (const text of ['{"authentication":"a","clients":["b",{"c":1}],"user":[2]}', '"a"', '{"parameters":"p","Dhcp4":1}']) {
    strictEqual(rawToString(await redactSecrets(rawJson(text))), text)
  }
  t.pass()
})

t.test('commands in the wider dialect of clients are understood too', async (t) => {
  const text = '\f{ "list": [1,,], "raw\n": "\u0000",\b"password": +.5e1, "secret"\f:\f[ 1, ] }'
  const scanner = new Scanner('command')
  scanner.push(Buffer.from(text.replace(',,', ',')))
  t.equal(scanner.finish(), 'done')
  t.equal(rawToString(await redactSecrets(rawJson(text))),
    '\f{ "list": [1,,], "raw\n": "\u0000",\b"password": "*****", "secret"\f:\f"*****" }')
  t.end()
})

t.test('what is kept is not copied', async (t) => {
  const text = Buffer.from(`{"a":"${'x'.repeat(5000)}","password":"p","b":"${'y'.repeat(5000)}"}`)
  const { chunks, length } = await redactSecrets({ chunks: [text], length: text.length })
  t.equal(length, text.length - 3 + 7)
  t.same(chunks.map((chunk) => chunk.buffer === text.buffer), [true, false, true])
})

/** The same by JSON's own means. */
function naive(value: unknown, inTsigKeys = false): unknown {
  if (Array.isArray(value)) return value.map((item) => naive(item, inTsigKeys && !Array.isArray(item)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => {
    const lower = key.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    if (/(?:password|secret|password-hash)$/.test(lower) || (inTsigKeys && lower === 'key')) return [key, '*****']
    return [key, naive(member, lower === 'tsig-keys' && Array.isArray(member))]
  }))
}

/** The same for a command. */
function naiveCommand(value: unknown, amongLogins: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => naiveCommand(item, amongLogins))
  if (typeof value !== 'object' || value === null) return amongLogins ? '*****' : value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => {
    const lower = key.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    const isScalar = typeof member !== 'object' || member === null
    if (/(?:password|secret|password-hash)$/.test(lower)) return [key, '*****']
    if (['user', 'secret-file'].includes(lower) || (amongLogins && lower === 'name')) return [key, isScalar ? member : '*****']
    if (lower === 'dhcp4' && isScalar) return [key, '*****']
    return [key, naiveCommand(member, amongLogins || ['authentication', 'clients', 'tsig-keys'].includes(lower))]
  }))
}

const keys = fc.oneof(
  fc.constantFrom('password', 'secret', 'password-hash', 'key', 'tsig-keys', 'Secret', 'my-PASSWORD', 'secret-file', 'name', 'keys', ''),
  fc.constantFrom('authentication', 'Clients', 'user', 'dhcp4'),
  fc.string({ unit: 'binary', maxLength: 6 }).filter((key) => key !== '__proto__'),
  fc.string({ unit: 'binary', maxLength: 12 }).map((begin) => `${begin}secret`),
)
const { value: values } = fc.letrec<{ value: unknown, list: unknown[], map: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ depthSize: 'medium' }, fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), fc.boolean(),
    fc.constant(null), fc.constantFrom('\\', '"', '"password":', '}', '{'), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  map: fc.dictionary(keys, tie('value'), { maxKeys: 6 }),
}))

/** As JSON.stringify, with blanks, and with some letters and digits of every string as escapes. */
function print(value: unknown, escapes: readonly boolean[], blanks: string): string {
  const string = (text: string): string => {
    const written = Array.from(text).map((character, i) => {
      const escaped = escapes[i % escapes.length] === true && /[a-zA-Z0-9]/.test(character)
      return escaped ? `\\u00${character.charCodeAt(0).toString(16)}` : JSON.stringify(character).slice(1, -1)
    })
    return `"${written.join('')}"`
  }
  const any = (part: unknown): string => {
    if (typeof part === 'string') return string(part)
    if (Array.isArray(part)) return `[${blanks}${part.map(any).join(`,${blanks}`)}${blanks}]`
    if (typeof part !== 'object' || part === null) return JSON.stringify(part)
    const members = Object.entries(part).map(([key, member]) => `${string(key)}${blanks}:${blanks}${any(member)}`)
    return `{${blanks}${members.join(`${blanks},`)}${blanks}}`
  }
  return any(value)
}

t.test('whatever the answer, the hidden values are the only difference', async (t) => {
  const text = fc.record({
    value: values,
    escapes: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    blanks: fc.constantFrom('', ' ', '\n\t '),
    places: fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 }),
  })
  await fc.assert(fc.asyncProperty(text, async ({ value, escapes, blanks, places }) => {
    const printed = print(value, escapes, blanks)
    const redacted = rawToString(await redactSecrets(cut(Buffer.from(printed), places)))
    deepStrictEqual(JSON.parse(redacted), naive(JSON.parse(printed)))
    strictEqual(redacted, print(naive(value), escapes, blanks))
    const command = naiveCommand(value, typeof value !== 'object' || value === null)
    strictEqual(rawToString(await redactCommand(cut(Buffer.from(printed), places))), print(command, escapes, blanks))
  }), { seed, numRuns: 3000 })
  t.pass()
})

t.test('a large answer is worked on in turns and comes out whole', async (t) => {
  const host = '{ "hw-address": "08:00:27:00:00:01", "password": "geheim", "hostname": "a" }'
  const hosts = `{ "arguments": [ ${Array<string>(20_000).fill(host).join(', ')} ], "result": 0 }`
  const text = Buffer.from(hosts)
  let turns = 0
  let running = true
  const count = (): void => {
    turns++
    if (running) setImmediate(count)
  }
  setImmediate(count)
  const redacted = await redactSecrets(cut(text, [1, 70_000, 70_001, 900_000, 900_010]))
  running = false
  t.ok(rawToBuffer(redacted).equals(Buffer.from(hosts.replaceAll('geheim', '*****'))))
  t.ok(turns >= 5, 'others had their turn')
  t.ok(redacted.chunks.length < 2000, 'thousands of secrets do not cost a piece of memory each')
})
