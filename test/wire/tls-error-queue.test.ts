// Trying out TLS settings that cannot work leaves no trace in OpenSSL that another connection would trip over.

import https from 'node:https'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

t.test('a configuration with unusable TLS settings is refused over the TLS connection it came by', async (t) => {
  const directory = temporaryDirectory(t)
  const files = await makeTestCertificates(directory)
  const garbage = path.join(directory, 'garbage.pem')
  writeFileSync(garbage, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')
  const good = {
    'trust-anchor': files.caFile, 'cert-file': files.serverCertFile, 'key-file': files.serverKeyFile,
  }
  const program = await startProgram(t, good)
  const identity = { cert: readFileSync(files.clientCertFile), key: readFileSync(files.clientKeyFile) }
  const agent = new https.Agent({ ...identity, ca: readFileSync(files.caFile), keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const send = (body: unknown): Promise<string> => new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' }
    https.request({ port: program.port, method: 'POST', headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('end', () => resolve(text))
    }).once('error', reject).end(JSON.stringify(body))
  })
  for (const change of [
    { tls: { groups: 'made-up' } }, { tls: { ciphers: 'made-up' } }, { tls: { ciphers: 'AES128-SHA:!AES' } },
    { 'trust-anchor': '/none', 'cert-file': '/none', 'key-file': '/none' }, { 'cert-file': '/none', 'key-file': '/none' }, { 'cert-file': garbage }, { 'key-file': garbage }, { 'trust-anchor': garbage },
    { 'key-file': files.clientKeyFile }, { tls: { 'crl-file': garbage } },
  ]) {
    for (const command of ['config-test', 'config-set']) {
      const text = await send({ command, arguments: { 'Control-agent': { ...good, ...change } } })
      t.match(text, /^\[ \{ "result": 1, "text": "/, JSON.stringify(change))
    }
  }
})
