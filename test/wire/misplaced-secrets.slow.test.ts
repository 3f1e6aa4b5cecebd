// Passwords that a client puts at wrong places of a configuration, on the built program: they stay out of the log at
// DEBUG 99, the audit log and the answers.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startProgram, temporaryDirectory } from '../support/program.ts'

const secret = 'geheim-4f1c'

const client = { user: 'shown-user', password: secret }
const socket = { 'socket-type': 'http', 'socket-address': '127.0.0.1', 'socket-port': 1 }

/** Each a wrong configuration with the secret in it. */
const agents: readonly unknown[] = [
  { authentication: secret },
  { authentication: [secret, [`ann:${secret}`]] },
  { authentication: { type: secret, clients: [] } },
  { authentication: { type: 'basic', clients: secret } },
  { authentication: { type: 'basic', clients: [`ann:${secret}`] } },
  { authentication: { type: 'basic', clients: { ann: secret } } },
  { authentication: { type: 'basic', clients: [['ann', secret]] } },
  { authentication: { type: 'basic', clients: [{ ann: secret }] } },
  { authentication: { type: 'basic', clients: [{ ...client, password: { value: secret } }] } },
  { authentication: { type: 'basic', clients: [{ ...client, password: [secret] }] } },
  { authentication: { type: 'basic', clients: [{ user: ['ann', secret] }] } },
  { authentication: { type: 'basic', clients: [{ user: 'ann', 'password-file': { content: secret } }] } },
  { authentication: { type: 'basic', clients: [{ user: 'ann', 'password-hash': secret }] } },
  { authentication: { type: 'basic', clients: [{ user: 'ann', 'PASSWORD-hash': [secret] }] } },
  { authentication: { ann: secret } },
  { clients: [`ann:${secret}`] },
  { 'basic-auth': { Password: secret } },
  { 'control-sockets': { dhcp4: { ...socket, authentication: `ann:${secret}` } } },
  { 'control-sockets': { dhcp4: { ...socket, user: ['ann', secret] } } },
  { 'control-sockets': { dhcp4: { ...socket, user: 'ann', password: [[secret]] } } },
  { 'control-sockets': `http://ann:${secret}@127.0.0.1` },
  `{"authentication":{"clients":[{"password":"${secret}"}]}}`,
]

t.test('config-test and config-set', async (t) => {
  const folder = temporaryDirectory(t)
  const audit = join(folder, 'audit')
  const logger = { name: 'kea-ctrl-agent', severity: 'DEBUG', debuglevel: 99, 'output-options': [{ output: 'stderr' }] }
  const config = { 'audit-log': { output: audit, arguments: true }, loggers: [logger] }
  const program = await startProgram(t, config, { args: ['-X'] })
  const post = async (command: string, args: unknown): Promise<string> => {
    const body = JSON.stringify({ command, arguments: args })
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }
    return (await fetch(`http://127.0.0.1:${program.port}/`, init)).text()
  }
  let sent = 0
  for (const command of ['config-test', 'config-set']) {
    for (const agent of agents) {
      const answer = await post(command, { 'Control-agent': agent })
      t.match(answer, /"result": 1/, JSON.stringify(agent))
      t.notOk(answer.includes(secret), answer)
      sent++
    }
    await post(command, secret)
    await post(command, JSON.stringify({ 'Control-agent': { authentication: secret } }))
    const shown = { authentication: { clients: [client] }, ...config, 'http-port': 'x' }
    t.match(await post(command, { 'Control-agent': shown }), /"result": 1/)
  }
  t.equal(await program.stop(), 0)
  const [output, records] = [program.output(), readFileSync(audit, 'utf8')]
  for (const shown of [output, records]) {
    t.notOk(shown.includes(secret))
    t.ok(shown.split(/"authentication": ?"\*{5}"/).length > 2, 'what was sent is shown without it')
    t.match(shown, /"user": ?"shown-user", ?"password": ?"\*{5}"/, 'and with the names of users')
  }
  t.ok(output.split('HTTP_CLIENT_REQUEST_RECEIVED_DETAILS').length > sent)
  t.ok(records.split('\n').length > sent)
})
