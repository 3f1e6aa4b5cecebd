// The certificates that tests use: taken by strict verifiers, or refused, for what they were made for.

import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { day } from '../../certs-test/certificate.ts'
import { run } from '../support/child.ts'
import { openTlsDoor, scratchDirectory, tlsConfig } from '../support/tls-server.ts'

const missing = (program: string): string | false =>
  spawnSync(program, ['--version']).error === undefined ? false : `${program} is not installed`

t.test('the basic set is short-lived, its keys are private, the key of the CA is not kept', async (t) => {
  const directory = scratchDirectory(t)
  const files = await makeTestCertificates(directory)
  t.same(readdirSync(directory).sort(), ['ca.crt', 'client.crt', 'client.key', 'server.crt', 'server.key'])
  for (const key of [files.serverKeyFile, files.clientKeyFile]) t.equal(statSync(key).mode & 0o777, 0o600)
  for (const file of [files.caFile, files.serverCertFile, files.clientCertFile]) {
    t.ok(Date.parse(new X509Certificate(readFileSync(file)).validTo) <= Date.now() + 30 * day, file)
  }
})

t.test('strict verification takes them for what they are made for', { skip: missing('openssl') }, async (t) => {
  const directory = scratchDirectory(t)
  const { caFile } = await makeTestCertificates(directory, { everyKind: true })
  const verify = async (name: string, purpose: string): Promise<number | null> => {
    const args = ['verify', '-x509_strict', '-auth_level', '2', '-purpose', purpose, '-CAfile', caFile]
    return (await run('openssl', [...args, path.join(directory, `${name}.crt`)])).code
  }
  for (const name of ['server', 'server-rsa', 'server-ed25519']) t.equal(await verify(name, 'sslserver'), 0, name)
  t.equal(await verify('client', 'sslclient'), 0)
  t.not(await verify('client', 'sslserver'), 0)
  for (const name of ['client-expired', 'client-foreign', 'client-server-usage', 'client-sha1', 'client-leaf-only']) {
    t.not(await verify(name, 'sslclient'), 0, name)
  }
})

t.test("Python's strict verification takes the agent by each of its names", { skip: missing('python3') }, async (t) => {
  const directory = scratchDirectory(t)
  const { caFile } = await makeTestCertificates(directory)
  const door = await openTlsDoor(t, tlsConfig(directory, { certRequired: false }))
  const script = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as raw:
    with context.wrap_socket(raw, server_hostname=sys.argv[3]) as connection:
        print(connection.recv(100).decode())
`
  for (const name of ['localhost', '127.0.0.1', '::1']) {
    const { stdout, stderr } = await run('python3', ['-c', script, caFile, String(door.port), name])
    t.equal(stdout, 'connected\n', `${name} ${stderr}`)
  }
})
