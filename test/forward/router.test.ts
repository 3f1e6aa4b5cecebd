// Services to daemons and answers back: order, independence, texts, log lines, and what the daemons really receive.

import t from 'tap'
import type { Command } from '../../src/command/handler.ts'
import { limitsOf, upstreamLimitRows } from '../../src/config/limits.ts'
import { Router } from '../../src/forward/router.ts'
import { createUnixUpstream } from '../../src/forward/unix/upstream.ts'
import type { RequestOwner, SentService, Upstream, UpstreamResult } from '../../src/forward/upstream.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import type { Log } from '../../src/log/message.ts'
import { answering, FakeDaemon, gate, silent } from '../support/fake-daemon.ts'
import { patient } from '../support/command-scope.ts'

const limits = limitsOf(upstreamLimitRows, () => null)

function command(services: readonly string[], args: string | null = null, name = 'x'): Command {
  const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }
  return { name, services, arguments: args === null ? null : rawJson(args), caller }
}

/** An upstream that answers by a function and keeps what it was asked. */
function upstream(
  answer: (asked: string, asker: RequestOwner) => UpstreamResult | Promise<UpstreamResult>,
  sentService: SentService = 'as-asked',
) {
  const asked: string[] = []
  return {
    asked,
    closed: 0,
    address: 'test',
    sentService,
    async send(envelope: RawJson, asker: RequestOwner): Promise<UpstreamResult> {
      asked.push(rawToString(envelope))
      return answer(rawToString(envelope), asker)
    },
    close(): void {
      this.closed++
    },
  }
}

const good = (text: string): UpstreamResult => ({ ok: true, answer: rawJson(text) })

function lines(): { log: Log; written: string[] } {
  const written: string[] = []
  const log = {
    write: (id: string, fields?: Readonly<Record<string, string | number>>) =>
      void written.push(`${id} ${fields?.['service'] ?? ''} ${fields?.['reason'] ?? ''}`.trim()),
    enabled: () => true,
  }
  return { log, written }
}

function routerTo(upstreams: Readonly<Record<string, Upstream>>, log = lines().log): Router {
  return new Router(new Map(Object.entries(upstreams)), log)
}

function unixUpstream(path: string): Upstream {
  return createUnixUpstream({ path, limits, onTrailingBytes: () => undefined })
}

async function texts(router: Router, services: readonly string[], args: string | null = null): Promise<string[]> {
  return (await router.forward(command(services, args), services, patient)).map(rawToString)
}

t.test('answers stand in the order of the services, whoever is first', async (t) => {
  const slow = gate()
  const router = routerTo({
    a: upstream(async () => {
      await slow.opened
      return good('"a"')
    }),
    b: upstream(() => {
      slow.open()
      return good('"b"')
    }),
  })
  t.same(await texts(router, ['a', 'b']), ['"a"', '"b"'], 'which also shows that they are asked at once')
  t.same(await texts(router, ['b', 'a']), ['"b"', '"a"'])
})

t.test('a service named twice is asked twice, and every one gets the whole list', async (t) => {
  const a = upstream(() => good('1'))
  const b = upstream(() => good('2'))
  t.same(await texts(routerTo({ a, b }), ['a', 'b', 'a']), ['1', '2', '1'])
  t.equal(a.asked.length, 2)
  for (const envelope of [...a.asked, ...b.asked]) t.same(JSON.parse(envelope), {
    command: 'x',
    service: ['a', 'b', 'a'],
    'remote-address': '192.0.2.1',
  })
})

t.test('each control socket is told the service that it takes, with the same arguments', async (t) => {
  const answer = (): UpstreamResult => good('1')
  const [unix, listener, agent] = [upstream(answer), upstream(answer, 'none'), upstream(answer, { name: 'dhcp4' })]
  const router = routerTo({ unix, listener, agent })
  const services = ['unix', 'listener', 'agent', 'nope', 'unix']
  await texts(router, services, '{ "a": "\\u6f22" }')
  const end = '"remote-address": "192.0.2.1", "arguments": { "a": "\u6f22" } }'
  t.same(listener.asked, [`{ "command": "x", ${end}`])
  t.same(agent.asked, [`{ "command": "x", "service": [ "dhcp4" ], ${end}`])
  const all = '"service": [ "unix", "listener", "agent", "nope", "unix" ]'
  t.same(unix.asked, [`{ "command": "x", ${all}, ${end}`, `{ "command": "x", ${all}, ${end}`])
})

t.test('a service without a socket is named, and the others are served', async (t) => {
  const a = upstream(() => good('1'))
  const { log, written } = lines()
  const router = routerTo({ a }, log)
  for (const name of ['nope', '', 'A', 'ca', '__proto__', 'constructor', 'a "quoted"\n']) {
    const [unknown, known] = await texts(router, [name, 'a'])
    const answer = JSON.parse(unknown ?? '') as { result: number; text: string }
    t.equal(answer.result, 1)
    t.ok(answer.text.includes(`'${name}'`) && answer.text.includes('no control socket'), name)
    t.notMatch(answer.text, /likely to be offline/)
    t.equal(known, '1')
  }
  t.match(written[0], /^CTRL_AGENT_COMMAND_FORWARD_FAILED nope no control socket/)
  const long = await texts(router, ['x'.repeat(1_000_000)])
  t.ok((long[0]?.length ?? 0) < 1000)
})

t.test('failures name service and reason, and in the log the socket; those of an absent daemon end in the marker', async (t) => {
  const { log, written } = lines()
  const router = routerTo(
    {
      dhcp4: upstream(() => ({ ok: false, offline: true, reason: 'Connection refused', sent: false })),
      d2: upstream(() => ({ ok: false, offline: false, reason: 'garbage', sent: true })),
      dhcp6: upstream(() => good('{ "result": 0 }')),
    },
    log,
  )
  const answers = (await texts(router, ['dhcp4', 'd2', 'dhcp6'])).map((text) => JSON.parse(text) as unknown)
  t.match(answers, [
    { result: 1, text: /service dhcp4: Connection refused.*; server is likely to be offline$/ },
    { result: 1, text: /service d2: garbage$/ },
    { result: 0 },
  ])
  t.same(written, [
    'CTRL_AGENT_COMMAND_FORWARD_BEGIN dhcp4',
    'CTRL_AGENT_COMMAND_FORWARD_BEGIN d2',
    'CTRL_AGENT_COMMAND_FORWARD_BEGIN dhcp6',
    'CTRL_AGENT_COMMAND_FORWARD_FAILED dhcp4 Connection refused (control socket test; the command was not sent)',
    'CTRL_AGENT_COMMAND_FORWARD_FAILED d2 garbage (control socket test; the command was sent)',
    'CTRL_AGENT_COMMAND_FORWARDED dhcp6',
  ])
})

t.test('a daemon is told who asks, and whether he still waits', async (t) => {
  let seen: RequestOwner | null = null
  const a = upstream((_, asker) => {
    seen = asker
    return good('1')
  })
  let held = 0
  const memory = {
    tryReserve: (bytes: number) => (held += bytes) < 100,
    release: (bytes: number) => void (held -= bytes),
  }
  await routerTo({ a }).forward(command(['a']), ['a'], { signal: AbortSignal.abort(), memory })
  t.match(seen, { client: '192.0.2.1' })
  const scope = (seen as RequestOwner | null)?.scope
  const reserved = [scope?.memory.tryReserve(90), scope?.memory.tryReserve(90)]
  t.same([scope?.signal.aborted, ...reserved, held], [true, true, false, 180])
  scope?.memory.release(90)
  t.equal(held, 90)
})

/** Arguments that a parser and printer would change. */
const delicate = [
  '{"n":1234567890123456789012345678901234567890,"f":1.2345678901234567,"e":1E+400,"z":-0.0}',
  '{ "raw" : "\u00e9 \u6f22\u5b57 \u{1f600}", "escaped":"\\u0007\\u001f\\/" }',
  '{"":[ ],"\\"}, \\"command\\": \\"version-get\\", \\"x\\": {\\"":{  },"b":1,"a":2}',
  '[1,2 , 3]',
  'null',
]

t.test('arguments and answers cross a real socket byte for byte', async (t) => {
  let answer = ''
  const daemon = await FakeDaemon.listen(answering(() => answer))
  t.teardown(() => daemon.close())
  const router = routerTo({ dhcp4: unixUpstream(daemon.path) })
  for (const args of delicate) {
    answer = `{ "result": 0, "arguments": ${args}, "text": "\\u00c3\\u00a9" }`
    t.same(await texts(router, ['dhcp4'], args), [answer])
    const received = daemon.connections.at(-1)?.received()
    t.ok(received?.includes(`"arguments": ${args}`) === true, `${args} in ${String(received)}`)
    t.match(JSON.parse(String(received)), { command: 'x', service: ['dhcp4'], 'remote-address': '192.0.2.1' })
  }
})

t.test('a key full of quotes and braces does not smuggle a command', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const router = routerTo({ dhcp4: unixUpstream(daemon.path) })
  const evil = 'a": 1 }, "command": "version-get", "b": { "'
  const args = JSON.stringify({ [evil]: 1 })
  await router.forward(command(['dhcp4'], args, 'no"pe'), ['dhcp4'], patient)
  t.same(JSON.parse(daemon.commands()[0] ?? ''), {
    command: 'no"pe',
    service: ['dhcp4'],
    'remote-address': '192.0.2.1',
    arguments: { [evil]: 1 },
  })
})

t.test('escapes that Kea refuses reach it as UTF-8', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const router = routerTo({ dhcp4: unixUpstream(daemon.path) })
  await texts(router, ['dhcp4'], '{ "a": "\\u6f22\\u5b57 \\ud83d\\ude00 \\u00e9", "kea": "\\u00c3\\u00a9" }')
  const received = daemon.commands()[0] ?? ''
  t.ok(received.includes('{ "a": "\u6f22\u5b57 \u{1f600} \u00e9", "kea": "\\u00c3\\u00a9" }'), received)
})

t.test('while one daemon hangs, another is served', async (t) => {
  const hanging = await FakeDaemon.listen(silent)
  const living = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => Promise.all([hanging.close(), living.close()]))
  const router = routerTo({ dhcp4: unixUpstream(hanging.path), dhcp6: unixUpstream(living.path) })
  const stuck = Array.from({ length: 200 }, async () => texts(router, ['dhcp4', 'dhcp6']))
  await hanging.accepted(16)
  t.same(await texts(router, ['dhcp6']), ['{ "result": 0 }'])
  await hanging.close()
  const answers = await Promise.all(stuck)
  t.equal(answers.length, 200)
  t.same(answers.filter(([first]) => first?.includes('"result": 1') !== true), [])
  t.same(answers.filter(([, second]) => second !== '{ "result": 0 }'), [])
})
