// Whose turn it is at a daemon that does one thing at a time: no flood keeps others out, who leaves is not waited for.

import t from 'tap'
import type { Owner } from '../support/child.ts'
import { FakeDaemon, gate } from '../support/fake-daemon.ts'
import { startProgram } from '../support/program.ts'
import type { Told } from '../support/keen-client.ts'
import { KeenClient } from '../support/keen-client.ts'

interface Busy {
  readonly port: number
  /** The commands that the daemon got, in order. */
  readonly got: readonly string[]
  /** Lets the daemon answer: these, and all that come. */
  readonly open: () => void
}

/** A daemon that keeps its callers waiting: one command at work, eight in the queue. */
async function busyDaemon(owner: Owner, config: Readonly<Record<string, unknown>> = {}): Promise<Busy> {
  const hold = gate()
  const got: string[] = []
  const daemon = await FakeDaemon.listen(async (connection) => {
    const name = /"command": "([^"]+)"/.exec((await connection.command()).toString())?.[1]
    // The look at its start sends nothing.
    if (name === undefined) return
    got.push(name)
    await hold.opened
    await connection.write('{ "result": 0 }')
    connection.end()
  })
  owner.teardown(() => daemon.close())
  const limits = { 'max-in-flight': 1, 'max-waiting': 8 }
  const { port } = await startProgram(owner, {
    'control-sockets': { s: { 'socket-type': 'unix', 'socket-name': daemon.path, limits } },
    ...config,
  })
  return { port, got, open: () => hold.open() }
}

/** Resolves when so many commands are waiting, by what status-get says. */
async function waiting(port: number, count: number): Promise<void> {
  for (let seen = -1; seen !== count;) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: '{"command":"status-get"}' })
    const [status] = (await response.json()) as { arguments: { daemons: { waiting: number }[] } }[]
    seen = status?.arguments.daemons[0]?.waiting ?? -1
  }
}

const users = ['flood', 'calm'].map((user) => ({ user, password: 'p' }))

for (const [how, config, flood, calm] of [
  ['address', {}, {}, { localAddress: '127.0.0.2' }],
  ['user', { authentication: { type: 'basic', clients: users } }, { auth: 'flood:p' }, { auth: 'calm:p' }],
] as const) {
  t.test(`a client known by his ${how} who floods a daemon keeps no other out`, async (t) => {
    const { port, got, open } = await busyDaemon(t, config)
    const refused: Told[] = []
    let tell: () => void = () => undefined
    const clients: KeenClient[] = []
    const asked: Promise<unknown>[] = []
    const ask = (name: string, count: number, options: object): void => {
      for (let i = 0; i < count; i++) {
        const client = new KeenClient(port, options)
        clients.push(client)
        asked.push(client.ask(name, 's').then((told) => {
          if (told.result !== 0) refused.push(told)
          tell()
        }))
      }
    }
    const refusedCount = async (count: number): Promise<void> => {
      while (refused.length < count) await new Promise<void>((resolve) => (tell = resolve))
    }
    ask('flood', 20, flood)
    await refusedCount(11)
    ask('calm', 4, calm)
    await refusedCount(15)
    t.match(refused, Array.from({ length: 15 }, () => ({ result: 1, text: /too many commands: .* 1 at a time and 8 waiting/ })))
    open()
    await Promise.all(asked)
    t.same(got, ['flood', 'flood', 'calm', 'flood', 'calm', 'flood', 'calm', 'flood', 'calm'], 'they take turns')
    t.equal(refused.length, 15, 'of the flood alone')
    for (const client of clients) client.close()
  })
}

t.test('a command that waits is given up with its client, one at work is not', async (t) => {
  const { port, got, open } = await busyDaemon(t)
  const names = ['works', 'leaves-1', 'stays-1', 'leaves-2', 'stays-2']
  const clients = names.map(() => new KeenClient(port))
  const asked: Promise<unknown>[] = []
  for (const [i, client] of clients.entries()) {
    asked.push(client.ask(names[i] ?? '', 's').then(({ result }) => result, () => 'gone'))
    if (i > 0) await waiting(port, i)
  }
  for (const i of [0, 1, 3]) clients[i]?.reset()
  await waiting(port, 2)
  t.same(got, ['works'], 'while the daemon still holds the first')
  open()
  t.same(await Promise.all(asked), ['gone', 'gone', 0, 'gone', 0])
  t.same(got, ['works', 'stays-1', 'stays-2'])
  for (const client of clients) client.close()
})

t.test('the memory of a command that is given up is free for others at once', async (t) => {
  // A client gets a quarter of what is not kept for small commands: 2.2 MB, so there is room for one such command.
  const { port, open } = await busyDaemon(t, { 'http-limits': { 'max-buffered-bytes': 10_000_000 } })
  const large = JSON.stringify({ command: 'large', service: ['s'], arguments: 'x'.repeat(1_900_000) })
  const post = async (): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: large })).status
  }
  const clients = [new KeenClient(port), new KeenClient(port)]
  const works = clients[0]?.ask('works', 's')
  await waiting(port, 0)
  const leaves = clients[1]?.ask('large', 's', 'x'.repeat(1_900_000)).catch(() => 'gone')
  await waiting(port, 1)
  t.equal(await post(), 503, 'there is room for one of its size')
  clients[1]?.reset()
  t.equal(await leaves, 'gone')
  await waiting(port, 0)
  const stays = post()
  await waiting(port, 1)
  open()
  t.equal(await stays, 200)
  t.match(await works, { result: 0 })
  for (const client of clients) client.close()
})
