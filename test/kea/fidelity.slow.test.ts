// Nothing on the way between a client and a real daemon changes a byte that is not ours, or lets one become a command.

import t from 'tap'
import { makeCertificates } from './certificates.ts'
import { startDaemon } from './daemons.ts'
import { openDoor } from './door.ts'
import { skipWithout } from './installed.ts'
import { post } from './post.ts'
import { startRecorder } from './recorder.ts'

const skip = skipWithout('kea-dhcp4', 'kea-dhcp6')

/** What a client may put into a lease's user context and Kea 2.2 stores. */
const accepted: Readonly<Record<string, string>> = {
  'a float of 17 digits': '0.12345678901234567',
  'the largest integer': '9223372036854775807',
  'é as UTF-8': '"é"',
  'é as Kea escapes its bytes': '"\\u00c3\\u00a9"',
  'a CJK name as UTF-8': '"北京市"',
  'a string full of quotes and braces': '"\\"}]{[\\\\\\","',
  'an empty key': '{ "": "" }',
  'a key of braces and commas': '{ "}, {[:],": true }',
  'blanks and line ends as written': '[ 1 ,\r\n\t2,{ } ]',
}

t.test('bytes between a client and a real daemon', { skip }, async (t) => {
  const daemon = await startDaemon(t, 'dhcp4')
  const recorder = await startRecorder(t, daemon.socket)
  const way = { tls: 'mutual', basic: true } as const
  const door = await openDoor(t, way, await makeCertificates(t), { sockets: { dhcp4: recorder.socket } })

  /** Asks dhcp4 with these bytes as arguments; gives the reply and what went to and fro behind the door. */
  const ask = async (command: string, args: string): Promise<{ body: string; received: string; sent: string }> => {
    const reply = await post(door, `{"command":"${command}","service":["dhcp4"],"arguments":${args}}`)
    t.equal(reply.status, 200)
    const exchange = recorder.exchanges().at(-1)
    return {
      body: reply.body.toString(),
      received: exchange?.received.toString() ?? '',
      sent: exchange?.sent.toString() ?? '',
    }
  }

  for (const [name, value] of Object.entries(accepted)) {
    await t.test(`${name} goes to a lease and back again`, async (t) => {
      // The times are given, so that two leases made in different seconds are the same.
      const times = '"valid-lft": 60, "expire": 1900000000'
      const lease = (context: string): string =>
        `{ "ip-address": "192.0.2.9", "hw-address": "1a:1b:1c:1d:1e:1f", ${times}, "user-context": ${context} }`
      const given = lease(`{ "value": ${value} }`)
      const added = await ask('lease4-add', given)
      t.ok(added.received.includes(given), 'the daemon received the arguments as sent')
      t.match(JSON.parse(added.body), [{ result: 0 }])

      const got = await ask('lease4-get', '{ "ip-address": "192.0.2.9" }')
      t.ok(got.body.includes(got.sent), 'the client received the answer as the daemon sent it')
      t.match(JSON.parse(got.body), [{ result: 0 }])

      const stored = /"user-context": (.*), "valid-lft"/s.exec(got.sent)?.[1] ?? ''
      t.ok(stored.includes('"value"'), 'the daemon wrote the user context')
      t.match(JSON.parse((await ask('lease4-update', lease(stored))).body), [{ result: 0 }], 'what Kea wrote it takes')
      const again = await ask('lease4-get', '{ "ip-address": "192.0.2.9" }')
      t.equal(again.sent, got.sent, 'and stores as before')
      t.match(JSON.parse((await ask('lease4-del', '{ "ip-address": "192.0.2.9" }')).body), [{ result: 0 }])
    })
  }

  t.test('numbers that Kea 2.2 refuses reach it with every digit', async (t) => {
    for (const number of ['1234567890123456789012345678901234567890', '-1e400', '0.1e-9999']) {
      const asked = await ask('lease4-get', `{ "ip-address": ${number} }`)
      t.ok(asked.received.includes(`: ${number} }`), number)
      t.match(JSON.parse(asked.body), [{ result: 1 }], 'the daemon answers')
      t.ok(asked.body.includes(asked.sent.trim()))
    }
  })

  t.test('escapes above 00ff, which Kea refuses, arrive as the UTF-8 they mean', async (t) => {
    const escaped = '"\\u5317\\u4eac \\ud83d\\ude00 \\u00e9 \\n"'
    const asked = await ask('lease4-get-by-hostname', `{ "hostname": ${escaped} }`)
    t.ok(asked.received.includes('{ "hostname": "北京 😀 é \\n" }'))
    t.match(JSON.parse(asked.body), [{ result: 3 }], 'the daemon understood it and found nothing')
  })

  t.test('a key that ends the map for the old agent runs nothing but the named command', async (t) => {
    const args = '{ "a\\": 1 }, \\"command\\": \\"version-get\\" }": 1 }'
    const before = recorder.exchanges().length
    const asked = await ask('nope', args)
    t.equal(recorder.exchanges().length, before + 1, 'one connection to the daemon')
    t.ok(asked.received.includes(args))
    const [answer] = JSON.parse(asked.body) as [{ result: number; text: string }]
    t.equal(answer.result, 2)
    t.match(answer.text, /'nope' command not supported/)
    t.notMatch(daemon.output(), /COMMAND_RECEIVED Received command 'version-get'/)
  })

  t.test('the daemon is told who asked, whatever the client says', async (t) => {
    const reply = await post(
      door,
      '{"command":"version-get","service":["dhcp4"],"remote-address":"192.0.2.66","command":"list-commands"}',
    )
    const received = JSON.parse(recorder.exchanges().at(-1)?.received.toString() ?? '') as Record<string, unknown>
    t.same(received, { command: 'list-commands', service: ['dhcp4'], 'remote-address': '127.0.0.1' })
    t.match(JSON.parse(reply.body.toString()), [{ result: 0, arguments: [] }], 'of two commands the last runs')
  })
})

t.test('an answer of several megabytes arrives as the daemon sent it', { skip }, async (t) => {
  const names = Array.from({ length: 100_000 }, (_, index) => `câble-${index}`)
  const daemon = await startDaemon(t, 'dhcp4', { 'user-context': { names } })
  const recorder = await startRecorder(t, daemon.socket)
  const door = await openDoor(t, { tls: 'server', basic: false }, await makeCertificates(t), {
    sockets: { dhcp4: recorder.socket },
  })
  const reply = await post(door, '{"command":"config-get","service":["dhcp4"]}')
  const sent = recorder.exchanges().at(-1)?.sent ?? Buffer.alloc(0)
  t.ok(sent.length > 2 << 20, `${sent.length} bytes`)
  t.ok(reply.body.equals(Buffer.concat([Buffer.from('[ '), sent, Buffer.from(' ]')])))
})

t.test('a count above what a double holds arrives digit by digit', { skip }, async (t) => {
  const daemon = await startDaemon(t, 'dhcp6')
  const door = await openDoor(t, { tls: 'off', basic: false }, await makeCertificates(t), {
    sockets: { dhcp6: daemon.socket },
  })
  const statistic = '{ "name": "subnet[1].total-nas" }'
  const reply = await post(door, `{ "command": "statistic-get", "service": [ "dhcp6" ], "arguments": ${statistic} }`)
  t.match(reply.body.toString(), /\[ \[ 72057594037927936, "/)
})
