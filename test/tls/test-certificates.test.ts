// The certificates that tests and the quick start use: taken by strict verifiers, renewed in time, replaced whole.

import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import t from 'tap'
import { makeTestCertificates, testCertificateFiles } from '../../certs-test/authority.ts'
import { day } from '../../certs-test/certificate.ts'
import { ensureTestCertificates } from '../../certs-test/ensure.ts'
import { curlLine, firstRequest } from '../../certs-test/first-request.ts'
import { run } from '../child.ts'
import { openTlsDoor, scratchDirectory, tlsConfig } from './tls-door.ts'

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

t.test('a set is kept while it is whole and current, and made anew otherwise', async (t) => {
  const directory = path.join(scratchDirectory(t), 'below', 'made')
  const { made, ...files } = await ensureTestCertificates(directory)
  t.equal(made, true)
  t.same(files, testCertificateFiles(directory))
  const names = readdirSync(directory)
  const content = (): string => names.map((name) => readFileSync(path.join(directory, name), 'utf8')).join('')
  const first = content()
  t.equal((await ensureTestCertificates(directory)).made, false)
  t.equal((await ensureTestCertificates(directory, Date.now() + 27 * day)).made, false)
  t.equal(content(), first)
  t.equal((await ensureTestCertificates(directory, Date.now() + 29 * day)).made, true, 'about to expire')
  t.not(content(), first)
  for (const name of names) {
    writeFileSync(path.join(directory, name), 'broken')
    t.equal((await ensureTestCertificates(directory)).made, true, `${name} broken`)
  }
  const other = scratchDirectory(t)
  await makeTestCertificates(other)
  writeFileSync(files.clientKeyFile, readFileSync(path.join(other, 'client.key')))
  t.equal((await ensureTestCertificates(directory)).made, true, 'a key that does not fit')
  t.same(readdirSync(path.dirname(directory)), ['made'], 'nothing is left lying about')
})

t.test('two that make the set at the same moment end with one whole set', async (t) => {
  const directory = path.join(scratchDirectory(t), 'made')
  await Promise.all([ensureTestCertificates(directory), ensureTestCertificates(directory)])
  t.equal((await ensureTestCertificates(directory)).made, false)
  t.same(readdirSync(path.dirname(directory)), ['made'])
})

t.test('the printed curl line works from any directory', { skip: missing('curl') }, async (t) => {
  const directory = path.join(scratchDirectory(t), "it's a $HOME")
  const files = await makeTestCertificates(directory)
  const door = await openTlsDoor(t, tlsConfig(directory), { silent: true })
  const line = curlLine({ host: '127.0.0.1', port: door.port }, files, { command: 'list-commands' })
  const answered = run('sh', ['-c', line], { cwd: '/' })
  const verdict = await door.next()
  if (verdict.kind !== 'connected') return t.fail(verdict.kind)
  let request = ''
  verdict.socket.setEncoding('utf8').on('data', (text: string) => {
    request += text
    if (request.endsWith('}')) verdict.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n[ {} ]')
  })
  t.match(await answered, { code: 0, stdout: '[ {} ]' })
  t.match(request, /^POST \/ HTTP\/1\.1\r\n[^]*content-type: application\/json\r\n/i)
  t.match(request, /\r\n\r\n\{"command":"list-commands"\}$/)
})

t.test('the first request asks the daemons that are there, or else the agent', async (t) => {
  const directory = scratchDirectory(t)
  const files = await makeTestCertificates(directory)
  const alive = path.join(directory, 'alive')
  const daemon = net.createServer().listen(alive)
  t.teardown(() => daemon.close())
  for (const [d2, command] of [
    [alive, '{"command":"version-get","service":["d2"]}'],
    [path.join(directory, 'nobody'), '{"command":"list-commands"}'],
  ] as const) {
    const door = await openTlsDoor(t, tlsConfig(directory), { silent: true })
    const line = firstRequest({ host: '0.0.0.0', port: door.port }, files)
    const verdict = await door.next()
    if (verdict.kind !== 'connected') return t.fail(verdict.kind)
    verdict.socket.resume()
    const sockets = { dhcp4: { 'socket-name': path.join(directory, 'nobody') }, d2: { 'socket-name': d2 } }
    const body = JSON.stringify([{ result: 0, arguments: { 'Control-agent': { 'control-sockets': sockets } } }])
    verdict.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
    t.ok((await line).endsWith(`-d '${command}' https://127.0.0.1:${door.port}/`), await line)
  }
})
