// `KEY=VALUE`, one JSON map, a file, standard input: what a command's arguments become.

import fc from 'fast-check'
import t from 'tap'
import type { ArgumentSources } from '../../src/client/request/arguments.ts'
import { readArguments } from '../../src/client/request/arguments.ts'
import { commandText, onlyService, readServices } from '../../src/client/request/command-text.ts'

const sources: ArgumentSources = {
  readFile: (name) => `// a comment\n{ "file": "${name}" }`,
  readStdin: async () => ' { "n": 12345678901234567890 }\n',
}
const read = (...words: string[]): Promise<string | null> => readArguments(words, sources)

t.test('values are JSON where they are JSON, and text otherwise', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['ip-address=192.0.2.20', '{ "ip-address": "192.0.2.20" }'],
    ['n=12345678901234567890123', '{ "n": 12345678901234567890123 }'],
    ['n=1.50', '{ "n": 1.50 }'],
    ['n="1"', '{ "n": "1" }'],
    ['n=007', '{ "n": "007" }'],
    ['mac=01:02:03', '{ "mac": "01:02:03" }'],
    ['e=', '{ "e": "" }'],
    ['t=a=b', '{ "t": "a=b" }'],
    ['t=true', '{ "t": true }'],
    ['t=truely', '{ "t": "truely" }'],
    ['l=[1,2]', '{ "l": [1,2] }'],
    ['l=[1,', '{ "l": "[1," }'],
    ['m={"a":{}}', '{ "m": {"a":{}} }'],
    ['t=caf\u00e9 "x"', '{ "t": "caf\u00e9 \\"x\\"" }'],
    ['"a.b"=1', '{ "a.b": 1 }'],
    ['__proto__=1', '{ "__proto__": 1 }'],
  ]
  for (const [word, text] of cases) t.equal(await read(word), text, word)
})

t.test('nested members and lists', async (t) => {
  t.equal(await read('a.b=1', 'a.c.d=x', 'e[]=1', 'e[]=y'), '{ "a": { "b": 1, "c": { "d": "x" } }, "e": [ 1, "y" ] }')
  t.equal(await read('subnets[].id=1', 'subnets[0].subnet=192.0.2.0/24'), '{ "subnets": [ { "id": 1, "subnet": "192.0.2.0/24" } ] }')
  t.equal(await read('a[][]=1'), '{ "a": [ [ 1 ] ] }')
})

t.test('one JSON map, a file with comments, standard input', async (t) => {
  t.equal(await read('{"a":12345678901234567890}'), '{"a":12345678901234567890}')
  t.equal(await read('@conf'), '{ "file": "conf" }')
  t.equal(await read('-'), '{ "n": 12345678901234567890 }')
  t.equal(await read(), null)
})

t.test('what cannot be read is told, and a value is not repeated', async (t) => {
  const refused = async (...words: string[]): Promise<string> => {
    try {
      return `read: ${await read(...words)}`
    } catch (error) {
      return String(error)
    }
  }
  t.match(await refused('lease4-get'), /"lease4-get" is no argument/)
  t.match(await refused('=secret'), /no argument/)
  t.match(await refused('a[x]=secret'), /no argument/)
  t.match(await refused('a=1', 'a=2'), /"a" is given twice/)
  t.match(await refused('a=1', 'a.b=2'), /of two kinds/)
  t.match(await refused('a[]=1', 'a.b=2'), /of two kinds/)
  t.match(await refused('a[2]=1'), /the next one is \[0\]/)
  t.match(await refused('{"a":1'), /the arguments:1:7/)
  t.match(await refused('-', 'a=1'), /nothing can follow/)
  t.match(await readArguments(['@x'], { ...sources, readFile: () => '[ 1 ]' }).catch(String), /x holds no JSON map/)
  for (const word of ['a[=secret', 'a..b=secret']) t.notMatch(await refused(word), /secret/)
})

t.test('what was given is what JSON has, for any text', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
    const got = JSON.parse(await read(`k=${text}`) ?? '') as { k: unknown }
    let json: unknown = text
    try {
      json = JSON.parse(text)
    } catch {
      // It is text.
    }
    return JSON.stringify(got.k) === JSON.stringify(json)
  }))
})

t.test('the command and its services', async (t) => {
  t.equal(commandText({ command: 'a-b', services: [], arguments: null }), '{ "command": "a-b" }')
  t.equal(commandText({ command: 'c', services: ['dhcp4', 'x"'], arguments: '{ }' }),
    '{ "command": "c", "service": [ "dhcp4", "x\\"" ], "arguments": { } }')
  t.same(readServices(['dhcp4,dhcp6', 'dhcp4', 'd2']), ['dhcp4', 'dhcp6', 'd2'])
  t.throws(() => readServices(['dhcp4,']), /no name/)
  t.equal(onlyService(['kea-dhcp6']), 'dhcp6')
  t.equal(onlyService(['kea-dhcp4', 'kea-dhcp6']), null)
  t.equal(onlyService(['kea-ctrl-agent']), null)
})
