// The written-down texts through the built program: the bytes that a client sends, that a daemon gets, and that the
// client gets back.

import { once } from 'node:events'
import http from 'node:http'
import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { answers, cut } from '../fixtures/json/answers.ts'
import { bodies } from '../fixtures/json/bodies.ts'
import { values } from '../fixtures/json/values.ts'
import { startProgram } from '../support/program.ts'

interface Answered {
  readonly status: number
  readonly body: string
}

const good = '{ "result": 0 }'
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

t.test('what is written down holds from socket to socket', async (t) => {
  let received = ''
  let answer = good
  const daemon = await FakeDaemon.listen(async (connection) => {
    received = (await connection.command()).toString('latin1')
    await connection.write(bytes(answer))
    connection.end()
  })
  t.teardown(() => daemon.close())
  const program = await startProgram(t, {
    'control-sockets': { s: { 'socket-type': 'unix', 'socket-name': daemon.path } },
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())

  const post = async (body: string): Promise<Answered> => {
    received = ''
    const headers = { 'content-type': 'application/json' }
    const request = http.request({ host: '127.0.0.1', port: program.port, method: 'POST', headers, agent })
    request.end(bytes(body))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const parts: Buffer[] = []
    for await (const part of response) parts.push(part as Buffer)
    return { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('latin1') }
  }
  const forward = (value: string): Promise<Answered> => post(`{"command":"c","service":["s"],"arguments":${value}}`)

  for (const [body, meaning] of bodies) {
    const { status, body: list } = await post(body)
    t.equal(status, meaning === 400 ? 400 : 200, JSON.stringify(body.slice(0, 60)))
    if (typeof meaning === 'string') t.match(list, /^\[ \{ "result": 1, "text": "/)
    if (meaning === 400) t.match(list, /^\{ "result": 400, "text": "/)
  }

  for (const { category, text, forwarded } of values) {
    const found = await forward(text)
    const name = `${category}: ${JSON.stringify(text.slice(0, 60))}`
    if (forwarded === null) t.match([found.status, received], [400, ''], name)
    else {
      const value = forwarded.replace(/^[\b\t\n\f\r ]+|[\b\t\n\f\r ]+$/g, '')
      const envelope = `"command": "c", "service": [ "s" ], "remote-address": "127.0.0.1", "arguments": ${value}`
      t.ok(found.body === `[ ${good} ]` && received === `{ ${envelope} }`, name)
    }
  }

  const sent = [
    ...answers,
    ...values.map(({ text, answered }) => [`{"r":${text}}`, answered ? `{"r":${text}}` : null] as const),
  ]
  for (const [text, spliced] of sent) {
    answer = text
    const { status, body } = await forward('1')
    const name = JSON.stringify(text.slice(0, 60))
    if (typeof spliced === 'string') t.ok(status === 200 && body === `[ ${spliced} ]`, name)
    else t.match(body, /^\[ \{ "result": 1, "text": "no usable answer from service s: .*" \} \]$/, name)
    if (spliced === cut) t.match(body, 'End of file; server is likely to be offline')
  }
  t.equal((await forward('1')).status, 200)
  t.equal(await program.stop(), 0)
})
