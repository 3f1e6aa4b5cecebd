// The built program on a directory of `keagate certs`: what the commands change there, it takes by itself.

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { TLSSocket } from 'node:tls'
import t from 'tap'
import { done } from '../certs/authority-at.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

interface Answer {
  readonly status: number | undefined
  readonly body: string
  /** Of the server's certificate. */
  readonly serial: string | undefined
}

t.test('renewed certificates and revocations are taken while it runs, also on open connections', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'tls')
  const file = (name: string): string => path.join(directory, name)
  await done(['init', directory, '--client', 'alice'])
  await done(['client', 'bob', '--dir', directory])
  const program = await startProgram(t, {
    'trust-anchor': file('ca/cert.pem'),
    'cert-file': file('server/cert.pem'),
    'key-file': file('server/key.pem'),
    tls: { 'crl-file': file('crl.pem') },
  })
  const clientOf = (name: string): ((agent?: https.Agent) => Promise<Answer>) => {
    const identity = { cert: readFileSync(file(`${name}/cert.pem`)), key: readFileSync(file(`${name}/key.pem`)) }
    const ca = readFileSync(file('ca/cert.pem'))
    return (agent = new https.Agent()) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json' }
        const target = { host: '127.0.0.1', port: program.port, method: 'POST', headers, agent, ca, ...identity }
        const request = https.request(target, (response) => {
          const { socket } = response
          const serial = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.serialNumber : undefined
          let body = ''
          response.setEncoding('utf8').on('data', (text: string) => (body += text))
          response.on('end', () => resolve({ status: response.statusCode, body, serial }))
        })
        request.on('error', reject).end('{ "command": "version-get" }')
      })
  }
  const current = (): string => new X509Certificate(readFileSync(file('server/cert.pem'))).serialNumber
  const [alice, bob] = [clientOf('alice'), clientOf('bob')]
  const kept = new https.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => kept.destroy())
  t.match(await bob(kept), { status: 200, serial: current() })

  await done(['renew', 'server', '--new-key', '--dir', directory])
  // Certificate and list may be taken at two looks. The time limit of the test is that of the waiting.
  while ((await alice()).serial !== current());
  t.pass('the renewed certificate, with its new key')
  t.match(await bob(kept), { status: 200 }, 'an open connection goes on')

  await done(['revoke', 'bob', '--dir', directory])
  while ((await bob(kept)).status === 200);
  t.match(await bob(kept), { status: 403, body: /CN=bob\) was revoked on/ }, 'the open connection')
  t.match(await bob(), { status: 403, body: /CN=bob\) was revoked on/ }, 'a new one')
  t.match(await alice(), { status: 200 }, 'nobody else')
  t.notMatch(program.output(), 'KEAGATE_TLS_FILES_NOT_TAKEN')
})
