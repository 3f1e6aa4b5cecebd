// What the built program shows with `-d`: every step, and no secret.

import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { makeAuthority, makeServer } from '../../certs-test/authority.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { startProgram } from '../support/program.ts'

const secrets = ['geheim-basic', 'geheim-argument', 'geheim-answer', 'geheim-context', 'geheim-header', 'geheim-query',
  'geheim-wrong', 'geheim-set', Buffer.from('ann:geheim-basic').toString('base64'),
  Buffer.from('ann:geheim-wrong').toString('base64')]

const forwarded = JSON.stringify({
  command: 'config-set',
  service: ['dhcp4'],
  arguments: { 'lease-database': { password: 'geheim-argument', name: 'kea' } },
}).replace('password', 'p\\u0061ssword')

interface Sent {
  readonly body: string
  readonly password?: string
  readonly method?: string
}

async function send(port: number, ca: string | null, sending: Sent): Promise<string> {
  const { body, password = 'geheim-basic', method = 'POST' } = sending
  const options = {
    port,
    host: '127.0.0.1',
    method,
    path: '/?token=geheim-query',
    auth: `ann:${password}`,
    agent: false,
    headers: { 'Content-Type': 'application/json', 'X-Api-Key': 'geheim-header' },
  }
  const sent = ca === null ? httpRequest(options) : httpsRequest({ ...options, ca, servername: 'localhost' })
  sent.end(body)
  // The first argument of that event.
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return text(answer)
}

const everywhere = ['DCTL_INIT_PROCESS', 'DCTL_CONFIG_START', 'DCTL_RUN_PROCESS', 'CTRL_AGENT_RUN_EXIT',
  'COMMAND_REGISTERED', 'COMMAND_DEREGISTERED', 'CTRL_AGENT_CONFIG_CHECK_FAIL', 'DCTL_CONFIG_CHECK_COMPLETE', 'HTTP_CLIENT_REQUEST_RECEIVED',
  'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS', 'HTTP_BAD_CLIENT_REQUEST_RECEIVED_DETAILS', 'HTTP_DATA_RECEIVED',
  'HTTP_SERVER_RESPONSE_SEND', 'HTTP_SERVER_RESPONSE_SEND_DETAILS', 'HTTP_CONNECTION_SHUTDOWN',
  'HTTP_CONNECTION_STOP', 'CTRL_AGENT_COMMAND_FORWARD_BEGIN']

for (const protocol of ['http', 'https'] as const) {
  t.test(`-d shows each step over ${protocol} and no secret`, async (t) => {
    const daemon = await FakeDaemon.listen(
      answering('{ "result": 0, "arguments": { "db-password": "geheim-answer", "user": "shown-answer" } }'))
    t.teardown(() => daemon.close())
    const authority = await makeAuthority('trace')
    const { certificate, key } = await makeServer(authority)
    const folder = t.testdir({ 'ca.crt': authority.certificate, 'server.crt': certificate, 'server.key': key })
    const tls = {
      'trust-anchor': join(folder, 'ca.crt'),
      'cert-file': join(folder, 'server.crt'),
      'key-file': join(folder, 'server.key'),
      'cert-required': false,
    }
    const config = {
      'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': daemon.path } },
      authentication: { type: 'basic', clients: [{ user: 'ann', password: 'geheim-basic' }] },
      'user-context': { 'db-secret': 'geheim-context', 'shown-context': 1 },
      ...(protocol === 'https' ? tls : {}),
    }
    const agent = await startProgram(t, config, { args: ['-d', '-X'] })
    const ca = protocol === 'https' ? authority.certificate : null
    t.match(await send(agent.port, ca, { body: forwarded }), /geheim-answer/)
    await send(agent.port, ca, { body: forwarded, password: 'geheim-wrong' })
    await send(agent.port, ca, { body: '{ "password": "geheim-argument" ' })
    await send(agent.port, ca, { body: '', method: 'PUT' })
    const set = { 'Control-agent': { 'http-port': 'x', authentication: { clients: [{ password: 'geheim-set' }] } } }
    await send(agent.port, ca, { body: JSON.stringify({ command: 'config-test', arguments: set }) })
    t.equal(await agent.stop(), 0)
    const output = agent.output()
    const start = protocol === 'https' ? ['HTTPS_REQUEST_RECEIVE_START', 'HTTP_CONNECTION_HANDSHAKE_START'] :
      ['HTTP_REQUEST_RECEIVE_START']
    for (const id of [...everywhere, ...start]) t.match(output, new RegExp(` ${id} `), id)
    for (const secret of secrets) t.notOk(output.includes(secret), secret)
    t.match(output, /RECEIVED_DETAILS [^\n]*POST \/\?\*{5} HTTP\/1\.1[^\n]*Authorization: \*{5}/)
    t.match(output, /RECEIVED_DETAILS [^\n]*"lease-database":\{"p\\u0061ssword":"\*{5}","name":"kea"\}/)
    t.match(output, /SEND_DETAILS [^\n]*HTTP\/1\.1 200 OK[^\n]*"db-password": "\*{5}", "user": "shown-answer"/)
    const begun = /DCTL_CONFIG_START [^\n]*/.exec(output)?.[0] ?? ''
    t.match(begun, /"password": "\*{5}"/)
    t.match(begun, /"db-secret": "\*{5}", "shown-context": 1/)
  })
}

t.test('at INFO none of it is written', async (t) => {
  const agent = await startProgram(t, {})
  await send(agent.port, null, { body: '{ "command": "version-get" }' })
  t.equal(await agent.stop(), 0)
  t.notMatch(agent.output(), /DETAILS|RECEIVE_START|HTTP_DATA|RESPONSE_SEND|HTTP_CONNECTION|CONFIG_START|_REGISTERED/)
})
