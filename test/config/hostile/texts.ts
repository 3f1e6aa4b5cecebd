// Hostile texts: whatever stands in them, there is as much of it as fits.

import type { Family } from './family.ts'
import { elements } from './random.ts'
import type { Random } from './random.ts'

function nested(open: string, close: string, depth: number, inner: string): string {
  return open.repeat(depth) + inner + close.repeat(depth)
}

export const nesting: Family = (random, bytes, variant) => {
  const [open, close] = random.pick([['[', ']'], ['{"a":', '}'], ['[{"b":', '}]']])
  const depth = [90, 45, 96, 97, 5000, 40][variant % 6] ?? 90
  const deep = nested(open, close, open.startsWith('[{') ? Math.ceil(depth / 2) : depth, '1')
  return `"user-context":{"deep":[${elements(bytes - 60, 100_000, () => deep)}]}`
}

const keys: readonly ((index: number, random: Random) => string)[] = [
  () => '"http-host":"127.0.0.1"',
  (index) => `"comment":"${index}"`,
  (index) => `"key${index}":1`,
  (_, random) => `"${random.slip('control-sockets')}":{}`,
  (_, random) => `"${random.word(64)}":null`,
  (_, random) => `"${random.slip('authentication')}":{"${random.slip('clients')}":[]}`,
  () => '"loggers":[],"loggers":{},"loggers":1',
  (index) => `"\\u00${(index % 256).toString(16).padStart(2, '0')}${index}":0.5`,
  (index) => `"__proto__":{"a":${index}},"constructor":1`,
]

/** One key again and again, or thousands that nobody knows. */
export const repeated: Family = (random, bytes, variant) => {
  const make = keys[variant % keys.length] ?? String
  return elements(bytes, 100_000, (index) => make(index, random))
}

const longTexts: readonly ((bytes: number) => string)[] = [
  (bytes) => `"comment":"${'x'.repeat(bytes - 20)}"`,
  (bytes) => `"${'k'.repeat(bytes - 10)}":1`,
  (bytes) => `"http-host":"${'1'.repeat(bytes - 20)}"`,
  (bytes) => `"http-port":${'9'.repeat(bytes - 20)}`,
  (bytes) => `"comment":"${'\\u4e00'.repeat(Math.floor(bytes / 6) - 10)}"`,
  (bytes) => `"comment":"${'\u{1f600}'.repeat(Math.floor(bytes / 4) - 10)}"`,
  (bytes) => `"trust-anchor":"${'/'.repeat(bytes - 100)}","cert-file":"a","key-file":"b"`,
  (bytes) => `"authentication":{"realm":"${'\\n'.repeat(Math.floor(bytes / 2) - 50)}","directory":"."}`,
  (bytes) => `"audit-log":{"output":"${'a/'.repeat(Math.floor(bytes / 2) - 30)}"}`,
  (bytes) => `"control-sockets":{"${'s'.repeat(bytes - 100)}":{"socket-name":"s"}}`,
  (bytes) => `"access-control":{"assign-role-method":"cert-subject","roles":[{"name":"${'CN=a+'.repeat(Math.floor(bytes / 5) - 40)}"}]}`,
  (bytes) => `"loggers":[{"name":"${'kea-ctrl-agent.'.repeat(Math.floor(bytes / 15) - 10)}"}]`,
]

export const long: Family = (_, bytes, variant) => (longTexts[variant % longTexts.length] ?? String)(bytes)

const smallThings: readonly string[] = ['{}', '[]', 'null', '1', '"a"', '-0.5e3', 'true', '{"a":1}']

/** Tens of thousands of values, where they may stand and where they may not. */
export const small: Family = (random, bytes, variant) => {
  const key = ['user-context', 'loggers', 'http-headers', 'control-sockets'][variant % 4] ?? ''
  const list = elements(bytes - 60, 200_000, () => smallThings[random.below(smallThings.length)] ?? '')
  return key === 'user-context' ? `"user-context":{"list":[${list}]}` : `"${key}":[${list}]`
}

const slips: readonly string[] = [
  ',', '"a":1 "b":2', 'a:1', '"\\x":1', '"a":+1', '"a":01', '"a":"\u0001"', '"a":tru', '"a":[1 2 3,]', "'a':1", '"a":{,}',
]

/** No JSON, but for long stretches nearly. */
export const broken: Family = (random, bytes, variant) => {
  const slip = slips[variant % slips.length] ?? ''
  return elements(bytes, 100_000, (index) => (index % 7 === 0 ? slip : `"k${random.below(9999)}":[${index}]`))
}

/** A mistake of type or range in each of many places. */
export const issues: Family = (random, bytes, variant) => {
  const wrong = ['null', '[]', '{}', '"x"', '-1', '1e9', 'false', '99999999999999999999'][variant % 8] ?? ''
  const part = Math.floor(bytes / 5) - 40
  return [
    `"authentication":{"clients":[${elements(part, 1000, () => `{"user":${wrong},"password":${wrong},"x":1}`)}]}`,
    `"control-sockets":{${elements(part, 1000, (index) => `"s${index}":{"socket-type":${wrong},"limits":${wrong}}`)}}`,
    `"loggers":[${elements(part, 32, () => `{"name":${wrong},"output-options":[${elements(1000, 16, () => wrong)}]}`)}]`,
    `"access-control":{"roles":[${elements(part, 1000, () => `{"accept-commands":${wrong},"${random.slip('name')}":1}`)}]}`,
    `"http-headers":[${elements(part, 64, () => `{"name":${wrong},"value":${wrong}}`)}],"user-context":${wrong}`,
  ].join(',')
}

/** Notes wherever notes may stand. */
export const notes: Family = (random, bytes, variant) => {
  const context = `"user-context":{"a":"${random.word(20)}","comment":"c"}`
  const note = ['"comment":"c"', context, `${context},"comment":"d"`, `"comment":"d",${context}`][variant % 4] ?? ''
  const half = Math.floor(bytes / 2) - 100
  return [
    note,
    `"authentication":{${note},"clients":[${elements(half, 1000, (index) => `{"user":"u${index}",${note}}`)}]}`,
    `"control-sockets":{${elements(half, 999, (index) => `"s${index}":{"socket-name":"s${index}",${note}}`)}}`,
  ].join(',')
}
