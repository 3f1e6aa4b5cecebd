// A daemon that is restarted again and again under load: every command is answered, none runs twice.

import { join } from 'node:path'
import t from 'tap'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import { KeenClient } from '../support/keen-client.ts'

t.test('of a daemon restarted 20 times under load, no command is lost and none is sent twice', async (t) => {
  const path = join(temporaryDirectory(t), 'socket')
  const sent = new Map<string, number>()
  const listen = (): Promise<FakeDaemon> =>
    FakeDaemon.listen(async (connection) => {
      const name = /"command": "([^"]+)"/.exec((await connection.command()).toString())?.[1]
      if (name === undefined) return
      sent.set(name, (sent.get(name) ?? 0) + 1)
      // Some are at work when it ends.
      await new Promise((resolve) => setImmediate(resolve))
      await connection.write(`{ "result": 0, "text": "${name}" }`)
      connection.end()
    }, path)
  let daemon = await listen()
  t.teardown(() => daemon.close())
  for (const retry of [0, 1]) {
    const limits = { 'connect-retry-seconds': retry }
    const program = await startProgram(t, {
      'control-sockets': { s: { 'socket-type': 'unix', 'socket-name': path, limits } },
    })
    sent.clear()
    let over = false
    let asked = 0
    const told = new Map<string, number>()
    const clients = Array.from({ length: 40 }, () => new KeenClient(program.port))
    const load = Promise.all(clients.map(async (client) => {
      while (!over) {
        const name = `command-${asked++}`
        const { result, text } = await client.ask(name, 's')
        if (result === 0 && text !== name) throw new Error(`${name} got the answer of ${text}`)
        told.set(name, result)
      }
    }))
    for (let restart = 0; restart < 20; restart++) {
      await daemon.accepted(30)
      await daemon.close()
      // So long that commands meet nobody.
      const failed = [...told.values()].filter((result) => result === 1).length
      if (retry === 0) {
        while ([...told.values()].filter((result) => result === 1).length < failed + 5) {
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      daemon = await listen()
    }
    over = true
    await load
    const count = (result: number): number => [...told.values()].filter((each) => each === result).length
    t.equal(told.size, asked, 'every command is answered')
    t.equal(count(0) + count(1), asked, 'by the daemon or with result 1')
    t.ok([...sent.values()].every((times) => times === 1), 'none is sent twice')
    t.ok([...told].every(([name, result]) => result === 1 || sent.has(name)), 'what was answered had been sent')
    t.comment(`retry ${retry} s: ${asked} commands, ${count(1)} of them with result 1, ${sent.size} reached the daemon`)
    for (const client of clients) client.close()
    t.equal(await program.stop(), 0)
  }
})
